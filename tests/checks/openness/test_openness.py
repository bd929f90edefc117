from __future__ import annotations

import json
import struct
from collections.abc import Mapping

import pytest

from hilt.checks.check import Repository
from hilt.checks.openness import facts as declared
from hilt.checks.openness.openness import CHECK
from hilt.core.context import Base, Context
from hilt.core.fact import Fact, Known, Value
from hilt.core.finding import Finding, Severity
from hilt.core.subject import Subject
from hilt.knowledge.openness.components import COMPONENTS
from hilt.knowledge.openness.files import WEIGHTS
from knowledge.openness import releases
from repositories import repository

HEADER = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
WEIGHTS_FILE = struct.pack("<Q", len(HEADER)) + HEADER + bytes(8)
CONFIG = json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama"}).encode()
PROSE = "This model turns questions of customers into short answers and was made for the help desk of a small company. "
DATA = (
    "## Training data\n\n"
    + "The data are two million questions of our help desk, with names and numbers removed by hand. " * 3
)
RESULTS = "\n\n## Evaluation\n\n| task | score |\n|---|---|\n| answers | 81.2 |\n| refusals | 99.1 |\n"
CARD = ("---\nlicense: apache-2.0\n---\n# Acme\n\n" + PROSE * 6 + "\n\n").encode()
MODEL = {"model.safetensors": WEIGHTS_FILE, "config.json": CONFIG}


def stated(
    files: Mapping[str, bytes],
    licences: tuple[str, ...] | None = ("apache-2.0",),
    context: Context | None = None,
    named: bool = True,
) -> dict[str, Fact]:
    return {
        one.key.removeprefix("openness."): one for one in seen(files, licences, context, named) if isinstance(one, Fact)
    }


def seen(
    files: Mapping[str, bytes],
    licences: tuple[str, ...] | None = ("apache-2.0",),
    context: Context | None = None,
    named: bool = True,
) -> list[object]:
    read = repository(files)
    if named:
        known = Known.UNKNOWN if licences is None else Known.CLAIMED
        read.facts.append(Fact(key="rights.licences", value=licences, known=known, source="README.md"))
    if context is not None:
        read = Repository(
            subject=Subject(reference="memory"),
            formats=read.formats,
            read=read.read,
            limits=read.limits,
            open=read.open,
            facts=read.facts,
            context=context,
        )
    return list(CHECK.run(read))


def value(facts: Mapping[str, Fact], key: str) -> Value:
    return facts[key].value


def test_what_a_model_with_a_card_has_and_lacks() -> None:
    facts = stated({**MODEL, "README.md": CARD + DATA.encode() + RESULTS.encode()})
    assert {key: fact.value for key, fact in facts.items() if fact.value in ("open", "present")} == {
        "architecture": "open",
        "final_parameters": "open",
        "evaluation_results": "open",
        "model_card": "open",
        "data_card": "open",
    }
    assert value(facts, "class") == 0
    assert value(facts, "missing") == ("technical report",)
    assert facts["data_card"].source == "README.md: section 'Training data'"
    assert facts["data_card"].known is Known.CLAIMED  # the licence is what the publisher says
    assert (facts["training_code"].value, facts["training_code"].known) == ("absent", Known.VERIFIED)


def test_class_iii_is_reached_with_a_report() -> None:
    pdf = b"%PDF-1.4\n%%EOF\n"
    facts = stated({**MODEL, "README.md": CARD + DATA.encode() + RESULTS.encode(), "technical_report.pdf": pdf})
    assert value(facts, "class") == 3
    assert value(facts, "missing") == ("training code", "inference code", "evaluation code", "evaluation data")


def test_without_an_open_licence_what_is_there_does_not_count() -> None:
    facts = stated({**MODEL, "README.md": CARD}, ("llama3.1",))
    assert (facts["final_parameters"].value, facts["final_parameters"].known) == ("present", Known.VERIFIED)
    assert value(facts, "architecture") == "open"  # the code is in the library
    assert "an open licence for: final parameters (llama3.1 is not open)" in value(facts, "missing")  # type: ignore[operator]
    assert value(facts, "osaid") == "not met"
    assert "parameters: not met: llama3.1 is not open" in value(facts, "osaid_parts")  # type: ignore[operator]


def test_a_licence_that_nobody_could_name_leaves_the_class_open_where_it_decides() -> None:
    pdf = b"%PDF-1.4\n%%EOF\n"
    whole = {**MODEL, "README.md": CARD + DATA.encode() + RESULTS.encode(), "technical_report.pdf": pdf}
    assert stated(whole, None)["class"].known is Known.UNKNOWN
    assert value(stated(whole, named=False), "class") == 0
    assert value(stated(MODEL, None), "class") == 0


def test_nothing_is_said_to_be_missing_where_a_file_could_not_be_read() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12\n"
    facts = stated({"config.json": CONFIG, "model.safetensors": pointer})
    assert {facts[one.id].value for one in COMPONENTS} == {"open", None}
    assert stated({**MODEL, "strange.xyz": bytes(range(256)) * 4})["datasets"].known is Known.UNKNOWN


def test_data_sets_that_a_card_names_are_elsewhere_until_they_are_looked_up() -> None:
    card = b"---\nlicense: mit\ndatasets: [acme/questions]\n---\n" + PROSE.encode() * 6
    facts = stated({**MODEL, "README.md": card})
    assert (value(facts, "datasets"), facts["datasets"].known) == ("present", Known.CLAIMED)
    looked_up = Context(bases={"acme/questions": Base(name="acme/questions", licences=("cc-by-4.0",))})
    assert value(stated({**MODEL, "README.md": card}, context=looked_up), "datasets") == "open"
    closed = Context(bases={"acme/questions": Base(name="acme/questions", licences=("cc-by-nc-4.0",))})
    assert value(stated({**MODEL, "README.md": card}, context=closed), "datasets") == "present"


def test_the_publishers_own_file_is_a_claim() -> None:
    told = releases.text(dict.fromkeys(releases.CLASS_II), distribution="MIT").encode()
    facts = stated({"mof.yml": told}, named=False)
    assert (value(facts, "class"), facts["class"].known) == (2, Known.CLAIMED)
    assert facts["training_code"].source == "mof.yml: lists it"
    assert value(facts, "datasets") == "absent"
    beside = stated({**MODEL, "mof.yml": told})
    assert (value(beside, "training_code"), value(beside, "class")) == ("open", 2)
    assert beside["final_parameters"].source.startswith("model.safetensors")


def test_a_publishers_file_that_is_wrong_is_told_and_not_used() -> None:
    told = releases.text({"model_card": "MIT"}).replace("Model card", "Modelcard").encode()
    results = seen({**MODEL, "mof.yml": told})
    (finding,) = [one for one in results if isinstance(one, Finding)]
    assert (finding.severity, finding.where.path) == (Severity.INFO, "mof.yml")
    assert "release.components[0].name: 'Modelcard' is no component" in finding.message
    assert not [one for one in results if isinstance(one, Fact) and one.source.startswith("mof.yml")]


@pytest.mark.parametrize("files", [{"README.md": CARD}, {"LICENSE": b"MIT License\n"}, {"tokenizer.json": b"{}"}])
def test_what_is_no_model_gets_no_answer(files: dict[str, bytes]) -> None:
    assert seen(files) == []


def test_every_fact_is_declared_and_the_declared_formats_are_those_of_weights() -> None:
    facts = stated(MODEL)
    assert {f"openness.{key}" for key in facts} == {spec.key for spec in declared.STATED}
    assert [spec.key for spec in declared.COMPONENTS] == [f"openness.{one.id}" for one in COMPONENTS]
    assert set(declared.MODELS) < set(WEIGHTS)


@pytest.mark.parametrize(
    "card",
    [
        b"---\nmodel-index: 3\ndatasets: {a: b}\nlibrary_name: [x]\nwidget: no\ntags: 1\n---\n",
        b"---\nmodel-index: [{results: [{dataset: 3, metrics: [{value: 1}]}, 4]}, 5, null]\n---\n",
        b"---\nmodel-index: [{results: 7}]\nwidget: [{output: {}}, 3]\n---\n",
        b"# " + b"a" * 10000 + b"\n" + b"#" * 5000,
        b"[" * 20000 + b"](" * 20000,
        b"<" * 50000,
        ("\u202e# \u0440\u0435\u0437\u0443\u043b\u044c\u0442\u0430\u0442\u044b\n" * 500).encode(),
    ],
)
def test_no_card_can_break_it(card: bytes) -> None:
    assert "class" in stated({**MODEL, "README.md": card})
