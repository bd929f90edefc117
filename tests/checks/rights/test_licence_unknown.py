from __future__ import annotations

import pytest

from hanging import no_hanging
from hilt.checks.rights.licence_unknown import CHECK
from hilt.core.finding import Severity
from licence_texts import APACHE, MIT
from offered import WEIGHTS, found

OWN = """Chatty Model Terms

You may use the Chatty weights for non-commercial research purposes only. If your products have more than 3 million
monthly active users, you must ask Chatty Inc. for another agreement. You must not use outputs to train other models.
"""


def test_a_text_that_is_no_known_licence_is_told_with_what_its_clauses_seem_to_say() -> None:
    [one] = found(CHECK, {"LICENSE": OWN, "w.safetensors": WEIGHTS})
    assert one.severity is Severity.MEDIUM
    assert one.message.startswith("the text is no licence that hilt knows; it seems to say: ")


def test_a_name_that_nobody_knows_needs_a_person_unless_something_else_tells_the_licence() -> None:
    card = "---\nlicense: other\nlicense_name: chatty-open-1\n---\n"
    [one] = found(CHECK, {"README.md": card})
    assert one.severity is Severity.MEDIUM
    assert "'chatty-open-1'" in one.message
    assert found(CHECK, {"README.md": card, "LICENSE": MIT.format(holder="2024 A")}) == []


def test_what_a_package_says_of_itself_does_not_tell_the_licence_of_its_model() -> None:
    package = (
        "Metadata-Version: 2.1\nName: x\nLicense: MIT\n\nThe model is released under the Chatty Model License 2.\n"
    )
    [one] = found(CHECK, {"METADATA": package, "w.safetensors": WEIGHTS})
    assert one.severity is Severity.MEDIUM
    assert one.message.startswith("the licence of the model is called 'Chatty Model License 2'")


def test_no_licence_at_all_is_no_finding() -> None:
    assert found(CHECK, {"README.md": "---\nlicense: unknown\n---\n", "w.safetensors": WEIGHTS}) == []
    assert found(CHECK, {"w.safetensors": WEIGHTS}) == []


def test_a_licence_whose_text_nobody_read_is_told_as_such() -> None:
    [one] = found(CHECK, {"README.md": "---\nlicense: other\nlicense_name: grok2-community\n---\n"})
    assert one.severity is Severity.LOW
    assert "not read" in one.message


def test_what_data_is_under_is_told_quietly() -> None:
    sources = "# OntoNotes 5\n\n* License: commercial (licensed by Explosion)\n"
    [one] = found(CHECK, {"LICENSE": MIT.format(holder="2024 A"), "LICENSES_SOURCES": sources})
    assert one.severity is Severity.LOW
    assert one.message.startswith("the licence of the data is called 'commercial (licensed by Explosion)'")


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "---\nlicense: [1, {a: b}]\n---\n"},
        {"README.md": "---\nlicense: {a: {b: c}}\n---\n"},
        {"README.md": "---\nlicense: [" + ", ".join(f"l{number}" for number in range(10_000)) + "]\n---\n"},
        {"LICENSE": OWN.encode("utf-16")},
        {
            "LICENSE": "\u4e2d\u56fd\u8bb8\u53ef\u8bc1 \u7b2c\u4e00\u6761 \u4e0d\u5f97\u7528\u4e8e\u5546\u4e1a\u7528\u9014\u3002"
            * 50
        },
        {"README.md": "---\nlicense: \u043c\u0456\u0442\n---\n"},
    ],
)
def test_what_makes_no_sense_is_unknown(files: dict[str, str | bytes]) -> None:
    assert {one.severity for one in found(CHECK, files)} == {Severity.MEDIUM}


def test_a_card_that_is_no_yaml_says_nothing_and_hides_nothing() -> None:
    files = {"README.md": "---\nlicense: [mit\n: : :\n---\n", "LICENSE": OWN}
    assert len(found(CHECK, files)) == 1


def test_a_known_licence_in_utf_16_is_known() -> None:
    assert found(CHECK, {"LICENSE": APACHE.encode("utf-16")}) == []


@pytest.mark.parametrize("text", ["licensed under the X License. " * 200_000, "a " * 2_500_000, APACHE * 450])
def test_five_megabytes_are_no_reason_to_wait(text: str) -> None:
    with no_hanging():
        found(CHECK, {"LICENSE": text})


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "---\nlicense: mit\nextra_gated_prompt: You may use it for academic research only.\n---\n"},
        {"README.md": "---\nlicense: mit\n---\n\n## License\n\nMIT for research; commercial use needs our leave.\n"},
    ],
    ids=["consent on the hub", "a section on licences"],
)
def test_what_takes_back_a_known_licence_needs_a_person(files: dict[str, str]) -> None:
    [one] = found(CHECK, files)
    assert one.severity is Severity.MEDIUM
    assert one.message.endswith("which grants less than the licence does")


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        (
            "We aim for our tools to be used safely. By using it, you agree to comply with all applicable law.",
            Severity.LOW,
        ),
        ("You may not use it for military purposes, nor for any commercial purpose.", Severity.MEDIUM),
    ],
)
def test_a_policy_of_use_is_told_and_needs_a_person_where_it_forbids_something(said: str, severity: Severity) -> None:
    [one] = found(CHECK, {"README.md": CARD, "USAGE_POLICY": said, "w.safetensors": WEIGHTS})
    assert (one.severity, one.where.path) == (severity, "USAGE_POLICY")


def test_what_a_known_licence_says_by_itself_takes_nothing_back() -> None:
    card = "---\nlicense: cc-by-nc-4.0\nextra_gated_prompt: For non-commercial use only.\n---\n"
    assert found(CHECK, {"README.md": card}) == []


CARD = "---\nlicense: apache-2.0\n---\n"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("licence.pdf", b"%PDF-1.4\n%\xe2\xe3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"),
        ("LICENSE", OWN.encode("utf-16-be")),
        ("LICENSE", OWN.encode() + b"\xe9"),
        ("LICENSE.html", f"<html><body>{OWN}</body></html>"),
        ("LICENSE/chatty.txt", OWN),
        ("Chatty License (v2).docx", b"PK\x03\x04"),
        ("LICENSE.yaml", "commercial: no\n"),
        ("TERMS_OF_USE.md", OWN),
        ("AGREEMENT.txt", OWN),
        ("Chatty-Agreement.txt", OWN),
        ("LICENSE.md", f"---\nlicense: mit\n---\n{OWN}"),
    ],
    ids=[
        "pdf",
        "utf-16 without a mark",
        "latin-1",
        "html",
        "in a folder",
        "docx",
        "yaml",
        "terms",
        "agreement",
        "named agreement",
        "with the front matter of a card",
    ],
)
def test_a_file_that_is_called_a_licence_is_read_as_one_or_told(path: str, content: str | bytes) -> None:
    [one] = found(CHECK, {"README.md": CARD, path: content, "w.safetensors": WEIGHTS})
    assert (one.severity, one.where.path) == (Severity.MEDIUM, path)


@pytest.mark.parametrize(
    "said",
    [
        "MIT AND LicenseRef-Evil",
        "[mit, evil]",
        "MIT OR (Apache-2.0 AND LicenseRef-Evil)",
        "apache-2.0\nlicense_name: evil-1",
        str(["mit"] * 70 + ["evil"]),
    ],
)
def test_what_holds_beside_a_known_licence_and_is_not_known_needs_a_person(said: str) -> None:
    [one] = found(CHECK, {"README.md": f"---\nlicense: {said}\n---\n", "w.safetensors": WEIGHTS})
    assert one.severity is Severity.MEDIUM


def test_of_a_choice_one_that_is_known_is_enough() -> None:
    [one] = found(CHECK, {"README.md": "---\nlicense: MIT OR LicenseRef-Own\n---\n", "w.safetensors": WEIGHTS})
    assert one.severity is Severity.LOW


@pytest.mark.parametrize(("name", "data"), [("LICENSE.pdf", b"%PDF-1.4\n"), ("LICENSE", b"\x00\x01\x02\xff")])
def test_a_licence_that_cannot_be_read_as_one_needs_a_person(name: str, data: bytes) -> None:
    [one] = found(CHECK, {name: data, "w.safetensors": WEIGHTS})
    assert (one.severity, one.where.path) == (Severity.MEDIUM, name)


def test_an_empty_licence_hides_nothing_and_is_told() -> None:
    [one] = found(CHECK, {"LICENSE": b"", "w.safetensors": WEIGHTS})
    assert (one.severity, one.message) == (Severity.LOW, "by its name a licence, and nothing stands in it")
