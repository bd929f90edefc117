from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings

from generated_reports import verdicts
from hilt.core.catalogue import Catalogue
from hilt.core.fact import Fact, Known
from hilt.core.report import Report
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.core.version import __version__
from hilt.output.bom import ROWS, fields
from hilt.output.bom_properties import PROPERTIES
from hilt.output.cyclonedx import render
from hilt.output.cyclonedx_licences import NEWER
from hilt.output.cyclonedx_places import PLACES
from output.goldens import is_as_expected
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST, HOSTILE, UNSURE, WAIVED
from sample_rights import LLAMA_HELD, claimed, counted, verdict

# The official schema of 1.7, as the library of the project ships it; its models, which drop model cards, are not used.
OFFICIAL = JsonStrictValidator(SchemaVersion.V1_7)

CARD = (
    claimed("card.name", "Poet"),
    claimed("card.summary", "Writes poems."),
    claimed("card.authors", ("Acme", "B. Person")),
    claimed("card.task", "text-generation"),
    claimed("card.intended_use", "Poems.", "README.md:12"),
    claimed("card.out_of_scope", "Laws."),
    claimed("card.users", "Poets."),
    claimed("card.limitations", "Untrue."),
    claimed("card.risks", "May offend."),
    claimed("card.software", ("python >=3.9", "@acme/rhymes ^1.2", "@acme/rhymes >1; os", "???")),
    claimed("card.metrics", ("generation | Rhymes | accuracy | 91.5", "odd")),
    claimed("rights.datasets", ("acme/verses", "songs")),
    claimed("training.energy", 12.5),
    claimed("model.generates", ("text",)),
)
POET = verdict(
    "acme/poet", Outcome.ADMIT, (*CARD, claimed("rights.bases", ("finetune acme/base", "unknown some thing")))
)


def document(*told: Verdict, catalogue: Catalogue = CATALOGUE) -> dict[str, Any]:
    text = render(told, catalogue)
    error = OFFICIAL.validate_str(text)
    assert error is None, str(error)[:1000]
    assert text.isascii()
    return dict(json.loads(text))


def model(told: Verdict, catalogue: Catalogue = CATALOGUE) -> dict[str, Any]:
    return dict(document(told, catalogue=catalogue)["components"][0])


def properties(component: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in component["properties"]:
        found.setdefault(one["name"].removeprefix("hilt:"), []).append(one["value"])
    return found


def objects(tree: Any) -> Iterator[dict[str, Any]]:
    for value in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from objects(value)
    if isinstance(tree, dict):
        yield tree


@pytest.mark.parametrize("told", [*((one,) for one in ALL), ALL, (POET,)], ids=lambda told: str(len(told)))
def test_every_document_is_valid_and_its_references_lead_somewhere(told: tuple[Verdict, ...]) -> None:
    made = document(*told)
    refs = [one["bom-ref"] for one in objects(made) if "bom-ref" in one]
    assert len(refs) == len(set(refs))
    for dependency in made["dependencies"]:
        assert {dependency["ref"], *dependency.get("dependsOn", ())} <= set(refs)
    assert {ref for one in made["compositions"] for ref in one["assemblies"]} <= set(refs)
    for citation in made.get("citations", ()):
        assert citation["attributedTo"] in refs
        for pointer in citation["pointers"]:
            found: Any = made
            for part in pointer[1:].split("/"):
                found = found[int(part)] if isinstance(found, list) else found[part]
            assert found


@pytest.mark.slow
@given(told=verdicts)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_documents_of_any_reports_are_valid(told: Verdict) -> None:
    document(told)
    document(told, told)


@pytest.mark.parametrize(("name", "told"), [("llama.cdx.json", (LLAMA_HELD,)), ("several.cdx.json", (HONEST, BLOCKED))])
def test_the_document_is_the_one_that_was_read_and_found_good(name: str, told: tuple[Verdict, ...]) -> None:
    assert is_as_expected(name, re.sub(re.escape(__version__), "VERSION", _without_serial(render(told, CATALOGUE))))


def _without_serial(text: str) -> str:
    return re.sub(r"urn:uuid:[0-9a-f-]{36}", "urn:uuid:SERIAL", text)


def test_the_same_verdict_is_the_same_document_and_another_is_another() -> None:
    assert render([HONEST], CATALOGUE) == render([HONEST], CATALOGUE)
    later = replace(HONEST, judged_at="2027-01-01T00:00:00+00:00")
    serials = {document(one)["serialNumber"] for one in (HONEST, later, BLOCKED, UNSURE)}
    assert len(serials) == 4


@pytest.mark.parametrize("told", [*ALL, POET])
def test_every_field_says_how_it_is_known(told: Verdict) -> None:
    found = properties(model(told))
    for field in fields(told):
        assert found[f"known:{field.id}"] == [field.known.word]
        assert (f"value:{field.id}" in found) <= (field.known is not Known.UNKNOWN)


def test_a_value_stands_in_its_place_in_the_format_or_in_a_property() -> None:
    made = model(POET)
    for field in fields(POET):
        told = properties(made).get(f"value:{field.id}")
        if field.id not in PLACES and field.known is not Known.UNKNOWN:
            assert told == (list(field.texts) or ["none"])
        elif field.id in PLACES:
            assert told is None
    assert set(PLACES) <= {row.id for row in ROWS}


def test_every_property_is_documented() -> None:
    names = {
        one["name"] for told in (*ALL, POET) for part in objects(document(told)) for one in part.get("properties", ())
    }
    for name in names:
        assert name.startswith("hilt:")
        short = name.removeprefix("hilt:")
        first, _, field = short.partition(":")
        assert short in PROPERTIES or (f"{first}:FIELD" in PROPERTIES and field in {row.id for row in ROWS}), name


def test_the_card_fills_the_model_card_of_the_format() -> None:
    card = model(POET)["modelCard"]
    assert card["modelParameters"] == {
        "task": "text-generation",
        "architectureFamily": "llama",
        "modelArchitecture": "LlamaForCausalLM",
        "datasets": [{"ref": "model-1-data-1"}, {"ref": "model-1-data-2"}],
        "inputs": [{"format": "text"}],
        "outputs": [{"format": "text"}],
    }
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [
        {"type": "accuracy", "value": "91.5", "slice": "generation, Rhymes"},
        {"type": "odd"},
    ]
    assert card["considerations"] == {
        "users": ["Poets."],
        "useCases": ["Poems."],
        "technicalLimitations": ["Untrue."],
        "ethicalConsiderations": [{"name": "May offend."}],
        "environmentalConsiderations": {
            "energyConsumptions": [
                {"activity": "training", "energyProviders": [], "activityEnergyCost": {"value": 12.5, "unit": "kWh"}}
            ]
        },
    }
    assert properties(model(POET))["value:system.out_of_scope"] == ["Laws."]


def test_nothing_is_invented_where_nothing_is_known() -> None:
    made = model(UNSURE)
    assert "modelCard" not in made
    assert "hashes" not in made
    assert "hashes" not in made["components"][0]
    assert properties(made["components"][0])["known:hashes"] == ["unknown"]


def test_bases_datasets_and_packages_stand_beside_the_model_and_are_not_part_of_it() -> None:
    made = document(POET)
    base, other = made["components"][0]["pedigree"]["ancestors"]
    assert (base["name"], base["purl"], properties(base)["relation"]) == (
        "acme/base",
        "pkg:huggingface/acme/base",
        ["finetune"],
    )
    assert (other["name"], "purl" in other) == ("some thing", False)
    beside = made["components"][1:]
    assert [(one["type"], one["name"]) for one in beside] == [
        ("data", "acme/verses"), ("data", "songs"), ("platform", "python"), ("library", "@acme/rhymes"), ("library", "???"),
    ]  # fmt: skip
    assert all(one["isExternal"] for one in (base, other, *beside))
    assert properties(beside[3])["requirement"] == ["@acme/rhymes ^1.2", "@acme/rhymes >1; os"]
    assert made["dependencies"][0] == {"ref": "subject", "dependsOn": ["model-1"]}
    assert len(made["dependencies"][1]["dependsOn"]) == 5


def test_files_bear_both_digests_and_what_was_found_in_them() -> None:
    card, weights = model(POET)["components"]
    assert weights["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}, {"alg": "BLAKE3", "content": "b" * 64}]
    assert properties(weights) == {
        "known:hashes": ["verified"], "size": ["16060556376"], "format": ["safetensors"], "role": ["weights"],
    }  # fmt: skip
    assert "role" not in properties(card)
    found = properties(model(BLOCKED)["components"][2])["finding"]
    assert found[0].startswith("critical pickle-calls: calls os.system")
    assert len(properties(model(BLOCKED)["components"][1])["finding"]) == 11
    assert "finding" not in properties(model(WAIVED)["components"][0])


def test_the_model_has_the_digests_of_its_only_file_or_that_of_the_list_of_all() -> None:
    assert model(WAIVED)["hashes"] == [{"alg": "SHA-256", "content": "6" * 64}, {"alg": "BLAKE3", "content": "6" * 64}]
    assert model(HONEST)["hashes"] == [{"alg": "SHA-256", "content": HONEST.report.subject.digest}]


def test_a_digest_that_is_none_is_left_out() -> None:
    entries = (Entry(path="a", size=1, sha256="not hex", blake3="f" * 64),)
    told = replace(HONEST, report=replace(HONEST.report, subject=Subject(reference="x", entries=entries)))
    assert model(told)["components"][0]["hashes"] == [{"alg": "BLAKE3", "content": "f" * 64}]


def test_licences_are_declared_as_they_are_spelled_and_concluded_as_they_were_recognised() -> None:
    spdx = {"apache-2.0": "Apache-2.0", "openmdw-1.1": "OpenMDW-1.1"}
    catalogue = Catalogue(licence=lambda name: f"The {name} licence", spdx=lambda name: spdx.get(name, ""))
    told = verdict(
        "acme/x",
        Outcome.ADMIT,
        (
            claimed("rights.licences_claimed", ("acme-1.0", "apache-2.0")),
            counted("rights.licences", ("openmdw-1.1", "apache-2.0")),
        ),
    )
    assert [one["license"] for one in model(told, catalogue)["licenses"]] == [
        {"name": "The acme-1.0 licence", "acknowledgement": "declared"},
        {"id": "Apache-2.0", "acknowledgement": "declared"},
        {"name": "The openmdw-1.1 licence", "acknowledgement": "concluded"},
        {"id": "Apache-2.0", "acknowledgement": "concluded"},
    ]


def test_every_id_of_spdx_that_hilt_knows_is_in_the_schema_or_named_as_newer() -> None:
    from importlib.resources import files

    from hilt.knowledge.licences.index import index

    schema = json.loads(
        files("cyclonedx.schema._res").joinpath("spdx.SNAPSHOT.schema.json").read_text(encoding="utf-8")
    )
    ours = {known.spdx for known in index().licences.values() if known.spdx}
    assert ours - set(schema["enum"]) == NEWER


def test_claims_are_cited_to_the_file_that_makes_them_and_what_was_computed_to_hilt() -> None:
    made = document(POET)
    names = {one["bom-ref"]: one["name"] for one in objects(made) if "bom-ref" in one}
    cited = {
        pointer: (names[one["attributedTo"]], one["note"]) for one in made["citations"] for pointer in one["pointers"]
    }
    assert cited["/components/0/modelCard/considerations/useCases"] == ("README.md", "claimed: README.md:12")
    assert cited["/components/0/modelCard/modelParameters/task"] == ("README.md", "claimed: README.md")
    assert cited["/components/0/hashes"] == ("hilt", "verified: hilt")
    assert cited["/metadata/timestamp"] == ("hilt", "verified: hilt")


def test_several_subjects_are_one_document_about_all_of_them() -> None:
    made = document(HONEST, BLOCKED)
    assert "component" not in made["metadata"]
    assert [one["name"] for one in made["components"]] == ["llama-small", "free-upgrade"]
    assert [one["aggregate"] for one in made["compositions"]] == ["complete", "incomplete"]
    assert document(HONEST)["metadata"]["component"]["name"] == "llama-small"


def test_a_time_that_is_none_is_left_out_with_the_citations_that_need_one() -> None:
    made = document(replace(HONEST, judged_at="yesterday"))
    assert "timestamp" not in made["metadata"]
    assert "citations" not in made


def test_strings_of_a_subject_stay_strings() -> None:
    text = render([HOSTILE], CATALOGUE)
    for one in objects(json.loads(text)):
        for value in one.values():
            if isinstance(value, str):
                assert not any(
                    ord(letter) < 32 or 0x7F <= ord(letter) < 0xA0 or 0xD800 <= ord(letter) < 0xE000 for letter in value
                )
                assert not any(letter in value for letter in "\u202e\u2066\u200b")


def test_lists_and_texts_are_bounded_and_what_is_left_out_is_counted() -> None:
    many = tuple(f"language-{number}" for number in range(500))
    long = Fact(key="card.out_of_scope", value="x" * 9_000, known=Known.CLAIMED, source="README.md")
    told = verdict("acme/x", Outcome.ADMIT, (claimed("card.languages", many), long))
    found = properties(model(told))
    assert len(found["value:model.languages"]) == 201
    assert found["value:model.languages"][-1] == "300 more"
    assert len(found["value:system.out_of_scope"][0]) <= 1_000


def test_a_report_of_nothing_is_a_document() -> None:
    empty = Verdict(outcome=Outcome.REVIEW, report=Report(subject=Subject(reference="")), policy="", policy_digest="")
    assert model(empty)["name"] == "unknown"


def test_who_had_it_made_is_named_where_the_settings_tell() -> None:
    made = document(replace(HONEST, organisation="Acme\x1b Ltd"), replace(BLOCKED, organisation="Acme\x1b Ltd"))
    assert made["metadata"]["manufacturer"] == {"name": "Acme\\x1b Ltd"}
    assert properties(made["components"][0])["known:bom.author"] == ["claimed"]
    assert "manufacturer" not in document(HONEST)["metadata"]
