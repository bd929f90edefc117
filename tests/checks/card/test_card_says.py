from __future__ import annotations

import json
from typing import Any

import pytest

from checks.regulation.subjects import card, config
from hilt.checks.card.card_says import CHECK
from hilt.core.fact import Fact, Known
from hilt.core.finding import Severity
from repositories import repository

CARD = """
# Model Card for Poet

Poet is a small model that writes poems in two languages.

- **Developed by:** Acme Research
- **Model version:** 1.2
- **Language(s) (NLP):** English, Thai

## Uses

### Direct Use

Poet is intended for writing poems and songs.

### Out-of-Scope Use

It must not be used to write laws.

## Bias, Risks, and Limitations

Poems may offend people, and are not always true.

## Training Details

### Training Data

Trained on [verses](https://example.org), a collection of ten thousand poems.

#### Hardware

Eight A100 for two days.

## Evaluation

| Benchmark | Metric | Poet | Llama |
|---|---|---|---|
| Rhymes | accuracy | 91.5 | 90.0 |
| Metre | F1 | 0.7 | 0.8 |
"""


def told(files: dict[str, bytes]) -> dict[str, Fact]:
    return {seen.key.removeprefix("card."): seen for seen in CHECK.run(repository(files)) if isinstance(seen, Fact)}


def values(files: dict[str, bytes]) -> dict[str, Any]:
    return {key: fact.value for key, fact in told(files).items()}


def test_a_card_is_quoted_topic_by_topic_with_the_lines_on_which_it_speaks() -> None:
    found = told(
        {"README.md": card(CARD, library_name="transformers", pipeline_tag="text-generation", language=["en", "th"])}
    )
    assert {key: (fact.value, fact.source) for key, fact in found.items()} == {
        "library": ("transformers", "README.md"),
        "task": ("text-generation", "README.md"),
        "languages": (("en", "th"), "README.md"),
        "name": ("Poet", "README.md:7"),
        "summary": ("Poet is a small model that writes poems in two languages.", "README.md:7"),
        "authors": (("Acme Research",), "README.md:9"),
        "version": ("1.2", "README.md:10"),
        "intended_use": ("Poet is intended for writing poems and songs.", "README.md:17"),
        "out_of_scope": ("It must not be used to write laws.", "README.md:21"),
        "limitations": ("Poems may offend people, and are not always true.", "README.md:25"),
        "risks": ("Poems may offend people, and are not always true.", "README.md:25"),
        "training_data": ("Trained on verses, a collection of ten thousand poems.", "README.md:31"),
        "hardware": ("Eight A100 for two days.", "README.md:35"),
        "metrics": (("Evaluation | Rhymes | accuracy, Poet | 91.5", "Evaluation | Metre | F1, Poet | 0.7"), "README.md:41"),
    }  # fmt: skip
    assert all(fact.known is Known.CLAIMED for fact in found.values())


def test_what_nobody_says_is_not_stated() -> None:
    assert told({"README.md": b"# x\n"}) == {}
    assert told({"model.safetensors": b""}) == {}
    template = (
        "## Uses\n\n### Direct Use\n\n[More Information Needed]\n\n- **Developed by:** [More Information Needed]\n"
    )
    assert told({"README.md": card(template)}) == {}


def test_the_front_matter_comes_before_the_package_and_the_package_before_the_text() -> None:
    package = b"Metadata-Version: 2.1\nName: poet-pkg\nVersion: 3.0\nSummary: Poems.\nAuthor-email: A. Person <a@example.org>\n"
    found = values({"README.md": card(CARD, model_name="poet-1"), "PKG-INFO": package})
    assert found["name"] == "poet-1"
    assert (found["version"], found["summary"], found["authors"]) == ("3.0", "Poems.", ("A. Person",))
    assert found["intended_use"].startswith("Poet is intended")


def test_a_package_says_what_it_needs() -> None:
    package = b"Metadata-Version: 2.1\nName: p\nAuthor: UNKNOWN\nRequires-Python: >=3.9\nRequires-Dist: numpy>=2\nRequires-Dist: ruff; extra == 'dev'\n"
    assert values({"p-1.dist-info/METADATA": package}) == {"name": "p", "software": ("python >=3.9", "numpy>=2")}
    manifest = {
        "name": "@acme/p", "version": "1.0", "description": "Poems.", "author": "A. Person <a@example.org> (https://example.org)",
        "contributors": [{"name": "B. Person"}, 7], "dependencies": {"onnxruntime-web": "^1.2"}, "engines": {"node": ">=18"},
    }  # fmt: skip
    assert values({"package.json": json.dumps(manifest).encode()}) == {
        "name": "@acme/p", "version": "1.0", "summary": "Poems.", "authors": ("A. Person", "B. Person"),
        "software": ("node >=18", "onnxruntime-web ^1.2"),
    }  # fmt: skip


def test_a_package_inside_the_subject_speaks_only_of_itself() -> None:
    assert told({"vendor/dep/PKG-INFO": b"Metadata-Version: 2.1\nName: other\n"}) == {}
    assert told({"a/b.dist-info/METADATA": b"Metadata-Version: 2.1\nName: other\n"}) == {}


def test_a_config_says_which_version_of_its_library_wrote_it() -> None:
    found = values({"config.json": config(transformers_version="4.45.0")})
    assert found == {"library": "transformers", "software": ("transformers 4.45.0",)}
    assert told({"config.json": config(transformers_version=4)}) == {}


def test_a_model_index_is_told_result_by_result() -> None:
    index = [
        {
            "name": "poet",
            "results": [
                {
                    "task": {"type": "text-generation"},
                    "dataset": {"name": "Rhymes", "type": "acme/rhymes"},
                    "metrics": [{"type": "accuracy", "value": 91.5}, {"type": "f1", "value": None}, {"value": True}],
                },
                {"metrics": [{"name": "BLEU", "value": 10**400}]},
            ],
        }
    ]
    found = values({"README.md": card("", **{"model-index": index})})
    assert found["metrics"] == ("text-generation | Rhymes | accuracy | 91.5", " |  | BLEU | more than can be told")
    assert (found["name"], found["task"]) == ("poet", "text-generation")


@pytest.mark.parametrize(
    "nonsense", [None, 7, "x", [], {}, [None], [{"results": 7}], [{"results": [{"metrics": [7]}]}], {"a": {}}]
)
def test_front_matter_of_any_shape_is_read(nonsense: object) -> None:
    keys = ("model-index", "language", "library_name", "pipeline_tag", "tags", "authors", "version", "model_name")
    for key in keys:
        assert told({"README.md": card("x", **{key: nonsense})}).keys() <= {
            spec.key.removeprefix("card.") for spec in CHECK.facts
        }


def test_a_card_that_cannot_be_read_says_nothing() -> None:
    assert told({"README.md": b"---\na: [\n---\n"}) == {}


def test_it_finds_nothing() -> None:
    assert CHECK.severity is Severity.INFO
