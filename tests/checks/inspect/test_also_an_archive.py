from __future__ import annotations

import pytest

from attacks.archives import HONEST, Part, header, zip_of
from hilt.checks.inspect.also_an_archive import CHECK
from hilt.core.finding import Severity
from reading import read


@pytest.mark.parametrize(("data", "name"), HONEST)
def test_honest_archives_are_quiet(data: bytes, name: str) -> None:
    assert list(CHECK.run(read(data, name))) == []


@pytest.mark.parametrize(
    ("data", "name", "severity", "words"),
    [
        (b'{"a": 1}' + zip_of(Part()), "config.json", Severity.HIGH, "zip archive of 1 members as well"),
        (b"\x7fELF" + b"\0" * 60 + zip_of(Part()), "model.zip", Severity.HIGH, "zip archive of 1 members as well"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99 + zip_of(Part()), "logo.png", Severity.HIGH, "read as media, it is a zip"),
        (b"\x80\x04N." + zip_of(Part()), "model.pkl", Severity.HIGH, "zip archive of 1 members as well"),
        (b"\x80\x04N." + zip_of(Part()) + b"?", "model.pkl", Severity.MEDIUM, "with 1 bytes behind it"),
        (header(b"\x80\x02N.") + b"\0" * 1024, "model.pkl", Severity.HIGH, "it is a tar archive as well"),
    ],
)
def test_a_file_that_is_an_archive_as_well_is_named(data: bytes, name: str, severity: Severity, words: str) -> None:
    file = read(data, name)
    found = [(finding.severity, finding.message) for finding in CHECK.run(file)]
    assert [(worst, words in message) for worst, message in found] == [(severity, True)]
