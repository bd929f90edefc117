from __future__ import annotations

import pytest

from attacks.archives import HONEST
from attacks.foreign_archives import NAMED, rar_five, seven_zip
from hilt.checks.inspect.foreign_archive import CHECK
from hilt.core.finding import Severity
from hilt.core.report import Gap
from reading import findings, read


@pytest.mark.parametrize(
    ("name", "data", "severity", "words"),
    [
        ("model.7z", seven_zip(), Severity.LOW, "a 7z archive, which no loader of models reads"),
        ("pytorch_model.bin", seven_zip(), Severity.HIGH, "pytorch_model.bin is named like data, and is a 7z archive"),
        ("model.rar", rar_five(), Severity.MEDIUM, "a RAR archive, which no loader of models reads"),
        ("model.pt", rar_five(), Severity.HIGH, "model.pt is named like data, and is a RAR archive"),
    ],
)
def test_an_archive_that_no_loader_reads_is_named(name: str, data: bytes, severity: Severity, words: str) -> None:
    (found,) = findings(CHECK, data, name)
    assert (found.severity, found.message) == (severity, words)


@pytest.mark.parametrize(("name", "data", "kind"), NAMED)
def test_what_hilt_cannot_open_is_a_finding_and_a_gap(name: str, data: bytes, kind: str) -> None:
    (found,) = findings(CHECK, data, name)
    assert (found.severity, kind in found.message) == (Severity.MEDIUM, True)
    (gap,) = [seen for seen in CHECK.run(read(data, name)) if isinstance(seen, Gap)]
    assert "cannot open it" in gap.why


@pytest.mark.parametrize(("data", "name"), HONEST)
def test_archives_that_hilt_opens_are_none_of_its_business(data: bytes, name: str) -> None:
    assert read(data, name).format not in CHECK.reads
