"""What the entries say, against the table they were made from and against each other."""

from __future__ import annotations

import csv
import json
import re

import pytest

from hilt.knowledge.licences.licence import Licence, ids, licence
from hilt.knowledge.licences.names import resolve
from workplace import SHARED

"""What a checkout may have beside it."""
TABLE, LISTED = SHARED / "notes" / "model_licences.tsv", SHARED / "data" / "mof" / "licenses.json"

READ_SINCE = {"qwen-research-2.5": "T", "apple-amlr": "T", "lfm-open-1.0": "T", "fair-nc-research": "Q"}
"""Rows whose texts, or clauses of them, nobody had read when the table was made; somebody has since."""

HUB = """
apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 bigcode-openrail-m afl-3.0
artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0
cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0
etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c
ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl openmdw-1.0 openmdw-1.1 openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense zlib
pddl lgpl-lr deepfloyd-if-license fair-noncommercial-research-license llama2 llama3 llama3.1 llama3.2 llama3.3 llama4
grok2-community gemma unknown other
"""
NAMES_OF_SEVERAL = {
    *("other", "openrail", "modified-mit", "other (modified-mit)"),
    *("tencent-hunyuan-community", "exaone", "falcon-llm-license"),
}
"""What cards call licences that differ from each other: in who may use a model, or in what its outputs may be used for."""
FAMILIES_OF_THE_HUB = {"openrail", "bsd", "cc", "gfdl", "gpl", "lgpl", "unknown", "other"}
"""Ids that stand for several licences, or for none."""


def table() -> list[dict[str, str]]:
    if not TABLE.is_file():
        return []
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def conditions(entry: Licence) -> str:
    return " ".join([*(one.needs for one in entry.conditions), *(one.when for one in entry.duties)])


@pytest.mark.parametrize("row", table(), ids=lambda row: row["id"])
def test_an_entry_says_what_its_row_says(row: dict[str, str]) -> None:
    entry = licence(row["id"])
    for figure in re.findall(r"\d{4,}", row["gate_value"]):
        assert re.search(rf"\b{figure}\b", conditions(entry)), figure
    assert ("sell" in entry.grants) == (
        row["commercial"] in {"yes", "below-gate", "territory", "register"} or "regist" in row["commercial"]
    )
    territories = {"European Union": "EU", "United Kingdom": "GB", "Korea": "KR", "United States": "US"}
    for name, code in territories.items():
        excluded = row["territory_excluded"].split("(in the")[0]
        assert (f'"{code}" in profile.territories' in conditions(entry)) == (
            name in excluded or (code == "EU" and ("EU" in excluded or "AUP as" in excluded))
        ), code
    if (notice := row["notice_text"]) and "[name" not in notice:
        words = [one.words for one in entry.duties if one.id == "notice"]
        assert words
        assert words[0].startswith(notice.removesuffix(" ..."))
    assert (entry.share_alike != "") == row["share_alike"].startswith("yes")
    assert (entry.outputs.rule == "no-training") == (
        "must not" in row["outputs_rule"] or "no commercial" in row["outputs_rule"]
    )
    if row["guardrail_clause"]:
        assert entry.guardrail
    known = {hub.strip() for hub in row["hub_ids"].split(",")} - NAMES_OF_SEVERAL - {""}
    assert not known or any(resolve(hub).ids == (row["id"],) for hub in known)


def test_a_name_that_a_publisher_gives_to_licences_that_differ_is_unknown() -> None:
    assert {hub for hub in NAMES_OF_SEVERAL if resolve(hub).ids} == set()


@pytest.mark.parametrize("row", table(), ids=lambda row: row["id"])
def test_an_entry_whose_text_nobody_read_says_so(row: dict[str, str]) -> None:
    assert licence(row["id"]).read == READ_SINCE.get(row["id"], row["verified"])


def test_the_hub_has_no_licence_that_is_not_known_or_said_to_be_unknown() -> None:
    unknown = {hub for hub in HUB.split() if not resolve(hub).ids}
    assert unknown == FAMILIES_OF_THE_HUB
    assert all(resolve(hub).unknown == (hub,) for hub in unknown)


@pytest.mark.parametrize("licence_id", ids())
def test_an_entry_agrees_with_itself(licence_id: str) -> None:
    entry = licence(licence_id)
    of = {one.id for one in entry.conditions} | {one.id for one in entry.duties}
    assert ("sell" in entry.grants) == (not of & {"commercial", "research"})
    assert ("modify" in entry.grants) or any("modif" in one.needs or one.id == "research" for one in entry.conditions)
    assert bool(entry.share_alike) == ("share-alike" in of)
    if entry.share_alike or entry.family in ("community", "hosting", "revenue-cap", "non-commercial", "research"):
        assert set(entry.flows_down) == of
    if "output-training" in of:
        assert entry.outputs.rule == "no-training"
    assert not (entry.mof and entry.open == "no")
    assert not (entry.eu_art53_2 == "yes" and entry.conditions)
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", entry.as_of)
    for condition in entry.conditions:
        assert condition.needs or condition.id in ("use-policy", "registration", "other"), condition.id


def test_there_are_more_licences_than_were_asked_for() -> None:
    assert len(ids()) >= 110


@pytest.mark.skipif(not LISTED.is_file(), reason="the framework's list of licences is not there")
def test_open_licences_are_those_that_others_call_open() -> None:
    rows = {row["licenseId"]: row for row in json.loads(LISTED.read_text(encoding="utf-8"))["licenses"]}
    for entry in map(licence, ids()):
        row = rows.get(entry.spdx)
        if row is not None:
            assert (entry.open == "osi") == bool(row.get("isOsiApproved")), entry.id
            assert entry.open != "fsf" or row.get("isFsfLibre"), entry.id
            assert not row["isDeprecatedLicenseId"], entry.id
