from __future__ import annotations

from checks.regulation.subjects import card
from hilt.checks.regulation.training_disclosures import CHECK
from hilt.core.fact import Fact
from hilt.core.finding import Finding, Severity
from repositories import repository

FULL = """
1. General information
2.1. Publicly available datasets
2.2. Private non-publicly available datasets obtained from third parties
2.3. Data crawled and scraped from online sources
2.4. User data
2.5. Synthetic data
2.6. Other sources of data
3.1. Respect of reservation of rights from text and data mining exception or limitation
3.2. Removal of illegal content
"""


def seen(files: dict[str, bytes]) -> tuple[dict[str, object], list[str]]:
    said = list(CHECK.run(repository(files)))
    facts = {one.key: (one.value, one.source) for one in said if isinstance(one, Fact)}
    findings = [one for one in said if isinstance(one, Finding)]
    assert all(one.severity is Severity.INFO for one in findings)
    return facts, [one.message for one in findings]


def test_a_card_without_a_word_of_it_says_nothing() -> None:
    assert seen({"README.md": card("Trained on public data. Copyright (c) 2025.")}) == ({}, [])


def test_a_link_in_the_card_is_told_with_its_line_and_that_nobody_looked() -> None:
    facts, messages = seen({"README.md": card("# M\n\n[Public summary of training content](x), [copyright policy](y)")})
    assert facts == {"training.summary": (True, "README.md:6"), "training.copyright_policy": (True, "README.md:6")}
    assert messages == [
        "line 6 speaks of a summary of the training content; whether it stands behind a link nobody looked"
    ]


def test_a_summary_in_the_subject_is_held_against_the_template() -> None:
    facts, (message,) = seen({"README.md": b"# M", "eu_public_summary.md": FULL.encode()})
    assert facts == {"training.summary": (True, "eu_public_summary.md")}
    assert message.endswith("all parts of the template")
    _, (message,) = seen({"training_data_summary.md": FULL.replace("User data", "-").encode()})
    assert message.endswith(", and lacks user data")


def test_a_summary_that_cannot_be_read_is_known_by_its_name_alone() -> None:
    facts, (message,) = seen(
        {"README.md": b"# M", "EU_Public_Summary.pdf": b"%PDF-1.4 \x00\x01", "copyright_policy.pdf": b"%PDF"}
    )
    assert message == "by its name a summary of the training content; nobody looked inside"
    assert set(facts) == {"training.summary", "training.copyright_policy"}
