from __future__ import annotations

import struct
import zlib

import pytest

from attacks.archives import HONEST, End, Part, compressed, entry, tar_of, torch_zip, zip_of
from hilt.checks.inspect.archive_ambiguity import CHECK
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from reading import findings


def seen(data: bytes, name: str = "model.zip", limits: Limits = Limits()) -> list[tuple[Severity, str]]:  # noqa: B008
    return [(finding.severity, finding.message) for finding in findings(CHECK, data, name, limits)]


DESCRIPTOR = b"PK\7\x08" + struct.pack("<3I", zlib.crc32(b"{}"), 2, 99)
SECOND_NAME = b"up" + struct.pack("<HBI", 6, 1, zlib.crc32(b"config.json")) + b"b"


def padded(tar: bytes) -> bytes:
    """The archive with something in the last byte of its second block."""
    return tar[:1023] + b"h" + tar[1024:]


@pytest.mark.parametrize(
    "extra",
    [
        b"FB\5\0ZZZZZ",
        b"UT\x09\0\3" + b"t" * 8,
        b"ux\x0b\0" + b"u" * 11,
        b"\xfe\xca\0\0",
        b"\x35\xd9\6\0\4\0\0\0\0\0",
        b"\0" * 3,
    ],
)
def test_fields_of_usual_writers_are_quiet(extra: bytes) -> None:
    assert seen(zip_of(Part(extra=extra, local_extra=extra))) == []


@pytest.mark.parametrize(("data", "name"), HONEST)
def test_honest_archives_are_quiet(data: bytes, name: str) -> None:
    assert seen(data, name) == []


@pytest.mark.parametrize(
    ("data", "severity", "words"),
    [
        (zip_of(Part(), Part()), Severity.HIGH, "'config.json' is listed more than once"),
        (zip_of(Part(), end=End(comment=b"PK\5\6" + b"?" * 40)), Severity.HIGH, "end records stand at bytes"),
        (zip_of(Part(local_name="config.jsom")), Severity.HIGH, "the name of 'config.json' is 'config.json' in the"),
        (zip_of(Part(local_method=8)), Severity.HIGH, "the compression method of 'config.json' is 0 in the central"),
        (zip_of(Part(flags=1, local_flags=0)), Severity.HIGH, "the flag word of 'config.json' is 0x1"),
        (zip_of(Part(flags=0x20, local_flags=0)), Severity.HIGH, "the flag word of 'config.json' is 0x20"),
        (zip_of(Part(flags=0x40, local_flags=0)), Severity.HIGH, "the flag word of 'config.json' is 0x40"),
        (zip_of(Part(crc32=7)), Severity.MEDIUM, "has CRC-32 a3a6bf43, 00000007 is stated"),
        (zip_of(Part(data=b"?" * 99, method=8, crc32=7)), Severity.MEDIUM, "00000007 is stated"),
        (zip_of(Part(), end=End(behind=b"MZ..")), Severity.MEDIUM, "4 bytes stand behind the end of the archive"),
        (zip_of(Part(), end=End(prefix=b"\1\2\3\4", corrected=True)), Severity.MEDIUM, "4 bytes stand before the"),
        (zip_of(Part(), end=End(comment=b"made by hilt")), Severity.LOW, "a comment of 12 bytes"),
        (zip_of(Part(method=97)), Severity.MEDIUM, "is compressed by method 97"),
        (zip_of(Part(comment=b"hilt")), Severity.LOW, "'config.json' has a comment of 4 bytes"),
        (zip_of(Part(name="a"), Part(name="A")), Severity.HIGH, "'a' and 'A' are one name"),
        (zip_of(Part(name="\u00e9"), Part(name="e\u0301")), Severity.HIGH, "are one name where case or the encoding"),
        (zip_of(Part(local_extra=b"FB\4\0hilt")), Severity.MEDIUM, "4 bytes in a field that only aligns: b'hilt'"),
        (zip_of(Part(extra=b"hi\4\0data")), Severity.MEDIUM, "4 bytes in a field of the kind 0x6968: b'data'"),
        (zip_of(Part(extra=b"UT\x20\0" + b"x" * 32)), Severity.MEDIUM, "32 bytes in a field of the kind 0x5455"),
        (zip_of(Part(local_extra=b"hilt")), Severity.MEDIUM, "4 bytes that are no field: b'hilt'"),
        (zip_of(Part(extra=b"UT\0\0UT\0\0")), Severity.MEDIUM, "two fields of the kind 0x5455"),
        (zip_of(Part(flags=8, behind=DESCRIPTOR)), Severity.HIGH, "other sizes or another CRC-32 are stated"),
        (zip_of(Part(flags=8, local_flags=0)), Severity.HIGH, "the flag word of 'config.json' is 0x8"),
        (zip_of(Part(local_extra=SECOND_NAME)), Severity.HIGH, "has a second name 'b' before its bytes"),
        (
            torch_zip(Part(name="model/data/1", data=b"", comment=b"hilt")),
            Severity.MEDIUM,
            "'model/data/1' has a comment of 4 bytes",
        ),
        (torch_zip(Part(name="model/data/1", data=b"", before=b"\0" * 9)), Severity.MEDIUM, "9 zero bytes belong to"),
        (padded(tar_of(entry("a", size=1))), Severity.MEDIUM, "511 bytes that only fill up the last block of 'a'"),
        (tar_of(entry("a"), entry("a")), Severity.HIGH, "'a' is listed more than once"),
        (tar_of(entry("a")) + b"PK\3\4", Severity.MEDIUM, "4 bytes stand behind the end of the archive"),
        (compressed(b"{}", "gzip") + b"PK\3\4", Severity.MEDIUM, "4 bytes stand behind the end of the stream"),
    ],
)
def test_what_two_readers_take_differently_is_named(data: bytes, severity: Severity, words: str) -> None:
    found = seen(data)
    assert [(worst, message) for worst, message in found if words in message and worst == severity], found
    assert max(worst for worst, _ in found) == severity


def test_a_pytorch_archive_without_any_checksums_is_no_reason_to_look() -> None:
    def archive(*crcs: int) -> bytes:
        names = ("model/data.pkl", "model/version", "model/data/0")
        return zip_of(*(Part(name=name, data=b"N.", crc32=crc) for name, crc in zip(names, crcs, strict=True)))

    assert {severity for severity, _ in seen(archive(0, 0, 0), "model.pt")} == {Severity.LOW}
    assert Severity.MEDIUM in {severity for severity, _ in seen(archive(0, 7, 0), "model.pt")}
    assert {severity for severity, _ in seen(archive(0, 0, 0).replace(b"data.pkl", b"data.txt"))} == {Severity.MEDIUM}
