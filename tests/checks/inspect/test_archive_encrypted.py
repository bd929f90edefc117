from __future__ import annotations

import pytest

from attacks.archives import HONEST, Part, zip_of
from hilt.checks.inspect.archive_encrypted import CHECK
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from reading import findings, read


def seen(data: bytes, name: str = "model.zip", limits: Limits = Limits()) -> list[tuple[Severity, str]]:  # noqa: B008
    return [(finding.severity, finding.message) for finding in findings(CHECK, data, name, limits)]


@pytest.mark.parametrize(("data", "name"), HONEST)
def test_honest_archives_are_quiet(data: bytes, name: str) -> None:
    file = read(data, name)
    assert file.format not in CHECK.reads or list(CHECK.run(file)) == []


def test_encrypted_members_are_a_finding_and_a_gap() -> None:
    data = zip_of(Part(name="secret.bin", data=b"?" * 40, flags=1, crc32=1))
    file = read(data, "model.zip")
    found = list(CHECK.run(file))
    assert [type(item).__name__ for item in found] == ["Finding", "Gap"]
    assert seen(data) == [(Severity.MEDIUM, "1 members are flagged as encrypted: 'secret.bin'")]


@pytest.mark.parametrize("flags", [0x1, 0x20, 0x40])
def test_a_flag_of_encryption_on_plain_bytes_is_named(flags: int) -> None:
    found = seen(zip_of(Part(name="model/data.pkl", data=b"\x80\x02}q\0.", flags=flags)))
    assert (Severity.HIGH, "'model/data.pkl' is flagged as encrypted, and its bytes are plain") in found
