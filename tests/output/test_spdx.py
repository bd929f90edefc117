from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from spdx_python_model.bindings import v3_0_1 as spdx

from generated_reports import verdicts
from hilt.core.catalogue import Catalogue
from hilt.core.errors import MissingExtra
from hilt.core.fact import Fact, Known
from hilt.core.report import Report
from hilt.core.subject import Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.core.version import __version__
from hilt.output.bom import ROWS, fields
from hilt.output.bom_properties import PROPERTIES
from hilt.output.spdx import render
from hilt.output.spdx_model import PLACES
from output.goldens import is_as_expected
from output.test_cyclonedx import POET
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST, HOSTILE, UNSURE, WAIVED
from sample_rights import LLAMA_HELD, claimed, counted, verdict


def elements(*told: Verdict, catalogue: Catalogue = CATALOGUE) -> dict[str, dict[str, Any]]:
    """The elements of the document by the last part of their names, once the library has read all of it back."""
    text = render(told, catalogue)
    assert text.isascii()
    document = json.loads(text)
    read = spdx.SHACLObjectSet()
    spdx.JSONLDDeserializer().deserialize_data(document, read)
    assert not {one for one in read.missing_ids if not one.startswith("https://spdx.org/rdf/")}
    assert spdx.JSONLDSerializer().serialize_data(read, force_at_graph=True) == document
    return {one.get("spdxId", one["type"]).rpartition("#")[2]: one for one in document["@graph"]}


def properties(element: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in element["extension"][0]["extension_cdxProperty"]:
        name = one["extension_cdxPropName"].removeprefix("hilt:")
        found.setdefault(name, []).append(one["extension_cdxPropValue"])
    return found


def related(made: dict[str, dict[str, Any]], relation: str, ref: str = "model-1") -> list[dict[str, Any]]:
    return [made.get(iri.rpartition("#")[2], {"iri": iri}) for iri in made.get(f"{ref}-{relation}", {"to": []})["to"]]


def pairs(entries: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(one["key"], one.get("value", "")) for one in entries]


def strings(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from strings(value)


@pytest.mark.parametrize("told", [*((one,) for one in ALL), ALL, (POET,)], ids=lambda told: str(len(told)))
def test_every_document_is_what_the_library_reads_and_its_references_lead_somewhere(told: tuple[Verdict, ...]) -> None:
    made = elements(*told)
    named = {one["spdxId"] for one in made.values() if "spdxId" in one}
    for text in strings(list(made.values())):
        assert not text.startswith("urn:uuid:") or text in named


@pytest.mark.slow
@given(told=verdicts)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_documents_of_any_reports_are_read_by_the_library(told: Verdict) -> None:
    elements(told)
    elements(told, told)


def test_the_document_is_the_one_that_was_read_and_found_good() -> None:
    text = re.sub(r"urn:uuid:[0-9a-f-]{36}", "urn:uuid:SERIAL", render([LLAMA_HELD], CATALOGUE))
    assert is_as_expected("llama.spdx.json", re.sub(re.escape(__version__), "VERSION", text))


def test_the_same_verdict_is_the_same_document_and_another_has_other_names() -> None:
    assert render([HONEST], CATALOGUE) == render([HONEST], CATALOGUE)
    later = replace(HONEST, judged_at="2027-01-01T00:00:00+00:00")
    assert len({elements(one)["model-1"]["spdxId"] for one in (HONEST, later, BLOCKED, UNSURE)}) == 4


@pytest.mark.parametrize("told", [*ALL, POET, LLAMA_HELD])
def test_every_field_says_how_it_is_known_and_where_its_value_is(told: Verdict) -> None:
    made = elements(told)
    package, found = made["model-1"], properties(made["model-1"])
    for field in fields(told):
        assert found[f"known:{field.id}"] == [field.known.word]
        told_as = found.get(f"value:{field.id}")
        if field.known is Known.UNKNOWN:
            assert told_as is None
        elif told_as is None:
            place = PLACES[field.id]
            assert place in package or f"model-1-{place}" in made or place.startswith("CreationInfo.")
    assert set(PLACES) <= {row.id for row in ROWS}


def test_every_property_is_one_of_those_that_are_documented() -> None:
    for told in (*ALL, POET):
        for element in elements(told).values():
            for name in properties(element) if "extension" in element else ():
                first, _, field = name.partition(":")
                assert name in PROPERTIES or (f"{first}:FIELD" in PROPERTIES and field in {row.id for row in ROWS}), (
                    name
                )


def test_the_card_fills_the_package() -> None:
    package = elements(POET)["model-1"]
    assert package["type"] == "ai_AIPackage"
    assert package["description"] == "Writes poems."
    assert package["ai_domain"] == ["text-generation"]
    assert package["ai_typeOfModel"] == ["LlamaForCausalLM", "llama"]
    assert package["ai_limitation"] == "Untrue."
    assert package["ai_informationAboutApplication"] == (
        "what it is meant for: Poems.\nwhat it is not meant for: Laws.\nwhom it is meant for: Poets."
    )
    assert pairs(package["ai_metric"]) == [("accuracy (generation, Rhymes)", "91.5"), ("odd", "")]
    assert ("parameters", "8030261248") in pairs(package["ai_hyperparameter"])
    energy = package["ai_energyConsumption"]["ai_trainingEnergyConsumption"]
    assert [(one["ai_energyQuantity"], one["ai_energyUnit"]) for one in energy] == [("12.5", "kilowattHour")]
    assert properties(package)["value:system.out_of_scope"] == ["Laws."]


def test_bases_datasets_and_packages_are_related_with_how_that_is_known() -> None:
    made = elements(POET)
    base, other = related(made, "descendantOf")
    assert (base["name"], base["software_packageUrl"]) == ("acme/base", "pkg:huggingface/acme/base")
    assert properties(base)["relation"] == ["finetune"]
    assert properties(other)["known:name"] == ["claimed"]
    assert [(one["type"], one["name"]) for one in related(made, "trainedOn")] == [
        ("dataset_DatasetPackage", "acme/verses"), ("dataset_DatasetPackage", "songs"),
    ]  # fmt: skip
    assert [one["name"] for one in related(made, "dependsOn")] == ["python", "@acme/rhymes", "???"]


def test_files_bear_both_digests_and_say_what_they_are() -> None:
    made = elements(POET)
    card, weights = related(made, "contains")
    assert [(one["algorithm"], one["hashValue"]) for one in weights["verifiedUsing"]] == [
        ("sha256", "a" * 64), ("blake3", "b" * 64),
    ]  # fmt: skip
    assert properties(weights)["known:hashes"] == ["verified"]
    assert (weights["software_primaryPurpose"], card["software_primaryPurpose"]) == ("model", "documentation")
    assert related(made, "hasDocumentation") == [card]
    assert made["model-1-contains"]["completeness"] == "complete"
    assert elements(BLOCKED)["model-1-contains"]["completeness"] == "incomplete"
    assert properties(related(elements(BLOCKED), "contains")[2])["finding"][0].startswith("critical pickle-calls")
    only = [(one["algorithm"], one["hashValue"]) for one in elements(WAIVED)["model-1"]["verifiedUsing"]]
    assert only == [("sha256", "6" * 64), ("blake3", "6" * 64)]


def test_licences_are_declared_as_they_are_spelled_and_concluded_as_they_were_recognised() -> None:
    spdx_ids = {"apache-2.0": "Apache-2.0"}
    catalogue = Catalogue(licence=lambda name: f"The {name} licence", spdx=lambda name: spdx_ids.get(name, ""))
    facts = (
        claimed("rights.licences_claimed", ("acme 1/0", "apache-2.0")),
        counted("rights.licences", ("apache-2.0",)),
    )
    made = elements(verdict("acme/x", Outcome.ADMIT, facts), catalogue=catalogue)
    odd, apache = related(made, "hasDeclaredLicense")
    assert re.fullmatch(r"LicenseRef-hilt-acme-1-0-[0-9a-f]{12}", odd["simplelicensing_licenseExpression"])
    assert odd["name"] == "The acme 1/0 licence"
    assert apache["simplelicensing_licenseExpression"] == "Apache-2.0"
    assert related(made, "hasConcludedLicense") == [apache]


def test_that_nobody_names_a_licence_is_no_licence_and_that_nobody_knows_is_no_assertion() -> None:
    none = elements(verdict("acme/x", Outcome.ADMIT, (counted("rights.licences_claimed", ()),)))
    assert [one["iri"].rpartition("_")[2] for one in related(none, "hasDeclaredLicense")] == ["NoneLicense"]
    assert [one["iri"].rpartition("_")[2] for one in related(none, "hasConcludedLicense")] == ["NoAssertionLicense"]
    unknown = elements(UNSURE)
    assert [one["iri"].rpartition("_")[2] for one in related(unknown, "hasDeclaredLicense")] == ["NoAssertionLicense"]


def test_the_ai_profile_is_claimed_only_where_all_is_known_that_it_asks_for() -> None:
    released = verdict("acme/poet", Outcome.ADMIT, (claimed("model.released", "2026-10-01"),))
    made = elements(released)
    assert "ai" in made["document"]["profileConformance"]
    assert made["model-1"]["releaseTime"] == "2026-10-01T00:00:00Z"
    assert made["model-1"]["software_downloadLocation"] == "https://huggingface.co/acme/poet/tree/3f1c9ab"
    assert "ai" not in elements(POET)["document"]["profileConformance"]
    assert "ai" not in elements(released, POET)["document"]["profileConformance"]


def test_standards_are_told_only_where_they_are_met() -> None:
    met = verdict("a/b", Outcome.ADMIT, (counted("openness.class", 2), claimed("openness.osaid", "met")))
    assert elements(met)["model-1"]["ai_standardCompliance"] == [
        "Model Openness Framework, class 2", "Open Source AI Definition 1.0",
    ]  # fmt: skip
    not_met = verdict("a/b", Outcome.ADMIT, (counted("openness.class", 0), claimed("openness.osaid", "not met")))
    assert "ai_standardCompliance" not in elements(not_met)["model-1"]
    assert properties(elements(not_met)["model-1"])["value:model.openness"] == ["0"]


def test_who_had_it_made_is_named_where_the_settings_tell() -> None:
    made = elements(replace(HONEST, organisation="Acme\x1b Ltd"))
    assert (made["author"]["type"], made["author"]["name"]) == ("Organization", "Acme\\x1b Ltd")
    assert elements(HONEST)["author"]["type"] == "SoftwareAgent"
    assert elements(HONEST)["CreationInfo"]["created"] == "2026-11-21T09:30:00Z"


def test_nothing_is_invented_where_nothing_is_known() -> None:
    package = elements(UNSURE)["model-1"]
    assert [key for key in package if key.startswith("ai_")] == ["ai_hyperparameter"]
    assert pairs(package["ai_hyperparameter"]) == [("formats", "gguf"), ("parameters", "48000")]
    assert "verifiedUsing" not in package


@pytest.mark.parametrize("time", ["yesterday", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", ""])
def test_a_time_that_is_none_is_the_first_of_all_times(time: str) -> None:
    assert elements(replace(HONEST, judged_at=time))["CreationInfo"]["created"] == "1970-01-01T00:00:00Z"


def test_strings_of_a_subject_stay_strings() -> None:
    for value in strings(list(elements(HOSTILE).values())):
        assert not any(ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 for letter in value.replace("\n", ""))
        assert not any(letter in value for letter in "\u202e\u2066\u200b")


def test_lists_and_texts_are_bounded() -> None:
    many = tuple(f"language-{number}" for number in range(500))
    long = Fact(key="card.limitations", value="x" * 9_000, known=Known.CLAIMED, source="README.md")
    package = elements(verdict("acme/x", Outcome.ADMIT, (claimed("card.languages", many), long)))["model-1"]
    assert properties(package)["value:model.languages"][-1] == "300 more"
    assert len(package["ai_limitation"]) <= 1_000


def test_a_report_of_nothing_is_a_document() -> None:
    empty = Verdict(outcome=Outcome.REVIEW, report=Report(subject=Subject(reference="")), policy="", policy_digest="")
    assert elements(empty)["model-1"]["name"] == "unknown"


def test_without_the_extra_the_pip_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spdx_python_model.bindings", None)
    with pytest.raises(MissingExtra, match=re.escape("pip install 'hilt[spdx]'")):
        render([HONEST], CATALOGUE)
