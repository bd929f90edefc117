from __future__ import annotations

import pytest

from hilt.knowledge.regulation import disclosures


@pytest.mark.parametrize(
    "text",
    [
        "See our [public summary of training content](https://example.org).",
        "the Public Summary of Training Content for SmolLM3",
        "EU Public Summary: [Apertus_EU_Public_Summary.pdf]",
        "- [Public Summary](https://huggingface.co/org/model/blob/main/Model_EU_Public_Summary.pdf)",
        "A summary of the content used for training data is here",
        "Training-data summary",
    ],
)
def test_a_summary_is_known_by_its_words(text: str) -> None:
    assert disclosures.SUMMARY.search(text)


@pytest.mark.parametrize("text", ["summary of the results", "We publish training data", "a summarisation model"])
def test_other_words_are_no_summary(text: str) -> None:
    assert not disclosures.SUMMARY.search(text)


@pytest.mark.parametrize(
    "name", ["Apertus_EU_Public_Summary.pdf", "training_data_summary.md", "gpai-training-content-summary.html"]
)
def test_a_summary_is_known_by_the_name_of_its_file(name: str) -> None:
    assert disclosures.SUMMARY_NAMES.fullmatch(name)


@pytest.mark.parametrize("name", ["README.md", "summary.json", "model_summary.txt", "training_args.bin"])
def test_other_files_are_no_summary(name: str) -> None:
    assert not disclosures.SUMMARY_NAMES.fullmatch(name)


def test_a_policy_is_known_by_words_and_name_and_a_notice_is_none() -> None:
    assert disclosures.COPYRIGHT.search("our Copyright Policy")
    assert disclosures.COPYRIGHT_NAMES.fullmatch("EU_Copyright_policy.md")
    assert not disclosures.COPYRIGHT.search("Copyright (c) 2024 the authors")


def test_the_parts_of_the_template_are_told_apart() -> None:
    has, lacks = disclosures.sections(
        "## 1. General information\n### 2.4 User  data\n### 3.2 removal of illegal content"
    )
    assert has == ("General information", "User data", "Removal of illegal content")
    assert len(lacks) == 6


def test_places_are_lines() -> None:
    assert list(disclosures.places(disclosures.COPYRIGHT, "a\nour copyright policy\n", first_line=5)) == [6]
