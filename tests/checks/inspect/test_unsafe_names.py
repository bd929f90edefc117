from __future__ import annotations

import pytest

from hilt.checks.inspect.unsafe_names import CHECK
from repositories import findings_in


@pytest.mark.parametrize(
    ("path", "severity", "words"),
    [
        ("bad\udcff.bin", "medium", "not UTF-8"),
        ("model\u202egnp.exe", "high", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\nb.json", "high", "U+000A a control character"),
        ("zero\u200bwidth.json", "high", "U+200B"),
        ("../up.json", "high", "leads out of the folder"),
        ("/etc/passwd", "high", "leads out of the folder"),
        ("a\\..\\b", "high", "leads out of the folder"),
        ("C:evil", "high", "leads out of the folder"),
        ("aux.json", "low", "Windows cannot hold"),
        ("what?.json", "low", "Windows cannot hold"),
        ("dot./x", "low", "Windows cannot hold"),
    ],
)
def test_each_deceiving_name_is_told(path: str, severity: str, words: str) -> None:
    (finding,) = findings_in(CHECK, {path: b"{}"})
    assert (finding.severity.word, words in finding.message) == (severity, True)


@pytest.mark.parametrize(("one", "other"), [("Config.json", "config.json"), ("caf\u00e9.json", "cafe\u0301.json")])
def test_two_names_that_are_one_elsewhere_are_told(one: str, other: str) -> None:
    (finding,) = findings_in(CHECK, {one: b"{}", other: b"{}"})
    assert finding.severity.word == "high"


def test_ordinary_names_are_quiet() -> None:
    names = [
        "README.md",
        "modèle-日本語.safetensors",
        "1_Pooling/config.json",
        "a b (copy).txt",
        "👩‍💻.md",
        ".gitattributes",
    ]
    assert findings_in(CHECK, dict.fromkeys(names, b"{}")) == []
