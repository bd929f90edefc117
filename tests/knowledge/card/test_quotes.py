from __future__ import annotations

import pytest

from hanging import no_hanging
from hilt.knowledge.card.prose import summary, title
from hilt.knowledge.card.quotes import LONGEST, TOPICS, Quote, quotes, with_labels
from hilt.knowledge.card.results import of_tables
from hilt.knowledge.licences.passages import passages


def said(text: str) -> dict[str, Quote]:
    return quotes(passages(with_labels(text)))


@pytest.mark.parametrize(
    ("heading", "topics"),
    [
        ("Intended Use", {"intended_use"}),
        ("Primary intended uses", {"intended_use"}),
        ("Intended uses & limitations", {"intended_use", "limitations"}),
        ("3. Out-of-scope use cases", {"out_of_scope"}),
        ("Misuse and Malicious Use", {"out_of_scope"}),
        ("Primary intended users", {"users"}),
        ("Known limitations", {"limitations"}),
        ("Bias, Risks, and Limitations", {"limitations", "risks"}),
        ("Ethical Considerations", {"risks"}),
        ("⚠️ Responsibility & Safety", {"risks"}),
        ("Training Data", {"training_data"}),
        ("Datasets", {"training_data"}),
        ("Hardware and Software", {"hardware"}),
        ("Personal and Sensitive Information", {"personal_data"}),
        ("How to use", set()),
        ("Usage", set()),
        ("Training procedure", set()),
        ("Citation", set()),
        ("License", set()),
    ],
)
def test_a_section_is_known_by_its_heading(heading: str, topics: set[str]) -> None:
    assert set(said(f"# Poet\n\n## {heading}\n\nThe quick brown fox jumps over it.\n")) == topics


def test_a_heading_that_speaks_of_one_thing_comes_before_one_that_speaks_of_two() -> None:
    text = "## Intended uses & limitations\n\nWrite poems with it.\n\n### Limitations\n\nPoems are often untrue.\n"
    assert said(text)["limitations"].text == "Poems are often untrue."
    assert said(text)["intended_use"].text == "Write poems with it."


def test_words_in_bold_that_begin_a_line_are_a_label() -> None:
    text = "## Intended Use\n\n**Intended Use Cases** Poems of all kinds.\n\n**Out-of-scope** Use in laws of any land.\n\n**Model developers** Acme\n"
    assert {topic: quote.text for topic, quote in said(text).items()} == {
        "intended_use": "Intended Use Cases: Poems of all kinds.",
        "out_of_scope": "Use in laws of any land.",
        "authors": "Acme",
    }
    assert with_labels("**Poet** writes poems.\n") == "**Poet** writes poems.\n"


@pytest.mark.parametrize(
    ("sentence", "topic"),
    [
        ("The model is intended for writing poems and songs.", "intended_use"),
        ("It is not intended for any kind of medical advice.", "out_of_scope"),
        ("It should not be used to decide about people.", "out_of_scope"),
        ("The primary intended users of it are poets.", "users"),
        ("The model performs poorly on very long poems.", "limitations"),
        ("Its output can be offensive to some readers.", "risks"),
        ("No personally identifiable information was removed from it.", "personal_data"),
        ("Poet was trained on a corpus of ten thousand poems.", "training_data"),
        ("We trained the model on eight A100 for a week.", "hardware"),
        ("This is a model, and it rhymes rather well.", ""),
    ],
)
def test_without_headings_a_sentence_says_it(sentence: str, topic: str) -> None:
    found = said(f"# Poet\n\nPoet rhymes.\n{sentence} That is all.\n")
    assert {key: quote.text for key, quote in found.items()} == ({topic: sentence} if topic else {})


def test_quotes_are_short_and_stand_on_one_line() -> None:
    found = said("## Limitations\n\n" + "Poems are\nuntrue. " * 400)["limitations"]
    assert len(found.text) == LONGEST
    assert "\n" not in found.text
    assert found.text.endswith("…")


def test_code_and_tables_are_not_quoted() -> None:
    assert (
        said(
            "## Limitations\n\n```\nnot a limitation at all\n```\n\n| it | has | none |\n|---|---|---|\n| a | b | c |\n"
        )
        == {}
    )


def test_a_version_is_a_version() -> None:
    assert said("**Version:** 2.0.1\n")["version"].text == "2.0.1"
    assert "version" not in said("## Model version\n\n1.5 billion parameters: the largest of four.\n")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("# Model Card for Poet\n\nx\n", "Poet"),
        ("# Poet model card\n\nx\n", "Poet"),
        ("# 🚀 Poet-7B\n\nx\n", "Poet-7B"),
        ("# Model Card\n\nx\n", ""),
        ("# Training Data\n\nx\n", ""),
        ("# What is this?\n\nx\n", ""),
        ("x\n\ny\n\nz\n\n# Poet\n\nx\n", ""),
        ("", ""),
    ],
)
def test_a_title_is_the_heading_with_which_a_card_begins(text: str, name: str) -> None:
    found = title(tuple(passages(text)))
    assert (found.text if found else "") == name


def test_a_summary_is_the_first_paragraph_of_prose() -> None:
    text = "# Poet\n\n[![badge](https://x.org/b.svg)](https://x.org)\n\nLicense: CC-BY, with an addition of some words\n\n{}\n"
    first = "Poet: a model that writes poems for you."
    assert summary(tuple(passages(text.format(first)))) == Quote(first, 7)
    assert summary(tuple(passages("# Poet\n\n## Training Data\n\nThe data was bought from many poets.\n"))) is None
    assert summary(tuple(passages("## Model Details\n\nPoet is a model that writes poems.\n"))) is not None


@pytest.mark.parametrize(
    "piece",
    [
        "**a", "**training data** ", "** ", "\n**Developed by** x", "\n# Intended use", "\n# Risks\nx is not true at all. ",
        "trained on ", "intended for ", "of out of scope ", ": ", "a:", "\n- **Limitations:** x", "\n| a | 1.0 |", "|", "A100 ", "__",
        "\nmodel card for ", "bias and ", "\n\nhttps://x.org/", "Developed by: ",
    ],
)  # fmt: skip
def test_hostile_texts_take_time_in_proportion_to_their_length(piece: str) -> None:
    text = "# Evaluation results\n" + piece * (200_000 // len(piece))
    said(text[:1000])
    with no_hanging():
        held = tuple(passages(with_labels(text)))
        quotes(held)
        title(held)
        summary(held)
        list(of_tables(held, ["x"]))


def test_topics_are_facts_of_the_check() -> None:
    from hilt.checks.card.facts import STATED

    assert {f"card.{topic.id}" for topic in TOPICS} <= {spec.key for spec in STATED}
