from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import hilt
from generated_reports import verdicts
from hilt.core.byte_source import MemorySource
from hilt.core.fact import Fact, Known
from hilt.core.limits import Limits
from hilt.core.report import Report
from hilt.core.subject import Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.core.version import __version__
from hilt.formats import model_card
from hilt.output.bom import Cluster, fields
from hilt.output.card import SECTIONS, render
from hilt.output.markdown import text
from output.goldens import is_as_expected
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST, HOSTILE
from sample_rights import LLAMA_HELD, claimed, counted, verdict

SAID = (
    claimed("card.name", "Poet-1 (small)", "README.md:9"),
    claimed("card.summary", "Poet is a small model that writes poems in two languages & more, see acme_verses."),
    claimed("card.authors", ("Acme Research", "B. Person")),
    claimed("card.version", "1.2"),
    claimed("card.task", "text-generation"),
    claimed("card.library", "transformers"),
    claimed("card.languages", ("en", "th")),
    claimed("card.intended_use", "It is meant for writing poems and songs, and for teachers. 2. Nothing else!"),
    claimed("card.out_of_scope", "It must not be used to write laws or contracts."),
    claimed("card.users", "Poets and teachers of poetry who write songs."),
    claimed("card.limitations", "- What it writes is often not true, and never short."),
    claimed("card.risks", "Poems may offend people, and repeat biases of the training data."),
    claimed("card.training_data", "Ten thousand poems of the collection verses."),
    claimed("card.personal_data", "No personal data was removed from the poems."),
    claimed("card.hardware", "Eight accelerators for two days in one room."),
    claimed("card.metrics", ("generation | Rhymes | accuracy | 91.5", "generation | Metre | F1 | 0.70")),
    claimed("rights.licences_claimed", ("apache-2.0",)),
    claimed("rights.bases", ("finetune acme/base",)),
    claimed("rights.datasets", ("acme/verses", "songs")),
)
POET = verdict("acme/poet", Outcome.ADMIT, SAID)


def matter(card: str) -> dict[str, Any]:
    """The front matter, as a loader of YAML reads it and as hilt does."""
    found = re.fullmatch(r"---\n(.*?)^---\n.*", card, re.DOTALL | re.MULTILINE)
    assert found is not None
    loaded = yaml.safe_load(found[1]) or {}
    assert model_card.read(MemorySource(card.encode()), Limits()).metadata == loaded
    return dict(loaded)


def blocks(card: str) -> list[dict[str, Any]]:
    """What stands in the blocks of the text: what else is known, what nobody has stated, and about the card."""
    return [yaml.safe_load(found) for found in re.findall(r"^```yaml\n(.*?)^```$", card, re.DOTALL | re.MULTILINE)]


def test_the_card_is_the_one_that_was_read_and_found_good() -> None:
    card = render([LLAMA_HELD], CATALOGUE)
    assert is_as_expected("llama-card.md", re.sub(re.escape(__version__), "VERSION", card))


def test_what_hilt_reads_of_the_card_that_it_wrote_is_what_it_was_written_from(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(render([POET], CATALOGUE), encoding="utf-8")
    read = {fact.key: fact.value for fact in hilt.check(str(tmp_path)).report.facts if fact.value not in (None, ())}
    for fact in SAID:
        assert read[fact.key] == fact.value or sorted(read[fact.key]) == sorted(fact.value), fact.key
    of_cards = {
        key for key in read if key.startswith(("card.", "training.", "rights.licences_claimed", "rights.bases"))
    }
    assert of_cards == {fact.key for fact in SAID} - {"rights.datasets"}


def test_the_front_matter_is_that_of_the_hub() -> None:
    result = {"task": {"type": "generation"}, "dataset": {"name": "Rhymes", "type": "Rhymes"}}
    found = matter(render([POET], CATALOGUE))
    index = found.pop("model-index")
    assert index[0]["results"][0] == {**result, "metrics": [{"type": "accuracy", "value": 91.5}]}
    assert index[0]["results"][1]["metrics"] == [{"type": "F1", "value": "0.70"}]
    assert found == {
        "license": "apache-2.0",
        "base_model": ["acme/base"],
        "base_model_relation": "finetune",
        "datasets": ["acme/verses", "songs"],
        "language": ["en", "th"],
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "model_name": "Poet-1 (small)",
        "version": "1.2",
        "authors": ["Acme Research", "B. Person"],
    }


@pytest.mark.parametrize(
    "bases", [("unknown a/b",), ("finetune a/b", "adapter c/d"), ("copy a/b",), ("tokenizer a/b",)]
)
def test_a_base_that_the_front_matter_would_tell_wrongly_stands_in_the_text_alone(bases: tuple[str, ...]) -> None:
    card = render([verdict("a/c", Outcome.ADMIT, (claimed("rights.bases", bases),))], CATALOGUE)
    assert "base_model" not in matter(card)
    assert blocks(card)[0]["model.lineage"]["value"] == list(bases)


def test_every_field_of_the_model_is_stated_or_named_as_what_nobody_has_stated() -> None:
    card = render([POET], CATALOGUE)
    known, unstated, _ = blocks(card)
    for field in fields(POET):
        if field.cluster is Cluster.METADATA or field.id.startswith(("security.verdict", "security.policy")):
            continue
        missing = f"{field.title} ({field.id})" in unstated["nobody-has-stated"]
        if field.id in known:
            assert (known[field.id]["known"], known[field.id]["source"]) == (field.known.word, field.source)
        assert missing == (field.known is Known.UNKNOWN and field.id not in ("infrastructure.machine", "kpi.speed"))
    assert known["model.parameters"]["value"] == 8_030_261_248
    assert "advisories and recalls (security.advisories)" in unstated["nobody-has-stated"]


def test_every_statement_has_a_note_that_says_how_it_is_known() -> None:
    card = render([POET], CATALOGUE)
    notes = dict(re.findall(r"^\[\^(\w+)\]: (.*)$", card, re.MULTILINE))
    for heading, _ in SECTIONS:
        said = re.search(rf"^## {heading}\n\n(.*)\[\^(\w+)\]$", card, re.MULTILINE)
        assert said is not None, heading
        assert notes[said[2]] == "claimed: README.md"


def test_what_the_organisation_decided_is_no_part_of_the_card() -> None:
    card = render([BLOCKED], CATALOGUE)
    assert "security.verdict" not in card
    assert "security.policy" not in card


SPITE = (
    "---\nlicense: mit\n---\n# Verified by hilt\n\n```\n</details><script>alert(1)</script> [click](javascript:x) ![x](y) "
    "| a | b | `code` **bold** <!-- &lt; ~~~ \u202e [^1]: verified"
)


def test_words_of_a_subject_forge_no_markup_no_heading_and_no_front_matter() -> None:
    facts = [
        Fact(key=fact.key, value=(SPITE, SPITE[::-1]) if isinstance(fact.value, tuple) else SPITE, known=Known.CLAIMED, source=SPITE)
        for fact in SAID
    ]  # fmt: skip
    card = render([verdict(SPITE, Outcome.ADMIT, tuple(facts))], CATALOGUE)
    assert matter(card).keys() <= matter(render([POET], CATALOGUE)).keys()
    assert len(blocks(card)) == 3
    outside = re.sub(r"^```yaml\n.*?^```$", "", card.split("\n---\n", 1)[1], flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"(?<!\\)[<`|*]", outside)
    assert re.findall(r"(?<!\\)\[(?!\^\d+\])", outside) == []
    headings = {line for line in outside.splitlines() if line.startswith("#")}
    fixed = {f"## {heading}" for heading, _ in SECTIONS}
    assert len(headings - fixed) == 4
    assert [line for line in outside.splitlines() if re.match(r"\s*(?:---|===|~~~|```|\d+[.)]\s)", line)] == []


@pytest.mark.slow
@given(told=verdicts)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_cards_of_any_reports_are_read(told: Verdict) -> None:
    card = render([told], CATALOGUE)
    matter(card)
    assert len(blocks(card)) == 3
    assert len(blocks(render([told, told], CATALOGUE))) == 6


@pytest.mark.parametrize("told", ALL)
def test_cards_of_all_kinds_of_reports_are_read(told: Verdict) -> None:
    card = render([told], CATALOGUE)
    matter(card)
    assert len(blocks(card)) == 3


def test_several_subjects_are_one_page_whose_notes_stay_apart() -> None:
    card = render([POET, HOSTILE, HONEST], CATALOGUE)
    assert card.startswith("# Poet")
    assert "[^1-1]: " in card
    assert "Evaluation\n" in card


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("1. one", r"1\. one"),
        ("12) one", r"12\) one"),
        ("91.5", "91.5"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("snake_case _it_", r"snake_case \_it\_"),
        ("a\nb", r"a\\nb"),
    ],
)
def test_what_would_be_markup_is_escaped_and_nothing_else(words: str, shown: str) -> None:
    assert text(words) == shown


def test_a_report_of_nothing_is_a_card() -> None:
    empty = Verdict(outcome=Outcome.REVIEW, report=Report(subject=Subject(reference="")), policy="", policy_digest="")
    card = render([empty], CATALOGUE)
    assert "# Model card\n" in card
    assert matter(card) == {}


def test_licences_are_told_by_their_ids_where_they_were_recognised_and_else_as_files_spell_them() -> None:
    spelled = claimed("rights.licences_claimed", ("MIT License",))
    found = verdict("a/b", Outcome.ADMIT, (counted("rights.licences", ("apache-2.0", "mit")), spelled))
    assert matter(render([found], CATALOGUE))["license"] == ["apache-2.0", "mit"]
    assert matter(render([verdict("a/b", Outcome.ADMIT, (spelled,))], CATALOGUE))["license"] == "MIT License"


def test_a_card_is_another_where_it_was_judged_at_another_time() -> None:
    assert render([HONEST], CATALOGUE) == render([HONEST], CATALOGUE)
    assert render([HONEST], CATALOGUE) != render([replace(HONEST, judged_at="")], CATALOGUE)
