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


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"config.json", "c\u043enfig.json"}, "looks like 'config.json', which is another file"),
        ({"s\u0430fe.json"}, "looks like 'safe.json': it holds U+0430 among Latin letters"),
        ({"\u041c\u041eDEL.bin"}, "U+041C, U+041E"),
        ({"model.bin", "model.bin:evil.exe"}, "a stream of the file 'model.bin'"),
    ],
)
def test_letters_that_look_alike_and_hidden_streams_are_told(files: set[str], words: str) -> None:
    found = findings_in(CHECK, dict.fromkeys(sorted(files), b"{}"))
    assert [finding for finding in found if words in finding.message and finding.severity.word in ("medium", "high")]


@pytest.mark.parametrize(
    "path", ["\u043c\u043e\u0434\u0435\u043b\u044c-v1.txt", "\u03b2VAE.json", "run:1.txt", "\u6a21\u578bA.txt"]
)
def test_names_in_another_script_are_quiet(path: str) -> None:
    assert [finding for finding in findings_in(CHECK, {path: b"x"}) if finding.severity.word != "low"] == []
