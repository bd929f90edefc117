"""The checks of archives: each attack is found, with its words and its severity, and honest archives are quiet."""

from __future__ import annotations

import gzip
import tarfile

import pytest

from attacks.archives import (
    End,
    Part,
    blocks,
    compressed,
    entry,
    header,
    honest_tar,
    honest_zip,
    nested,
    overlapping,
    tar_of,
    zip_of,
)
from hilt.checks.check import Check
from hilt.checks.inspect import (
    archive_ambiguity,
    archive_bomb,
    archive_encrypted,
    archive_escape,
    hidden_archive,
)
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.formats.archive import open_member
from reading import findings, read

CHECKS = (archive_ambiguity.CHECK, archive_bomb.CHECK, archive_encrypted.CHECK, archive_escape.CHECK)
LINK = 0o120777
DEVICE = 0o020666
ZEROS = b"\0" * (1 << 20)


def seen(check: Check, data: bytes, name: str = "model.zip", limits: Limits = Limits()) -> list[tuple[Severity, str]]:  # noqa: B008
    return [(finding.severity, finding.message) for finding in findings(check, data, name, limits)]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (honest_zip(), "model.zip"),
        (zip_of(Part(name="inner.whl", data=honest_zip())), "model.zip"),
        (honest_tar(), "model.tar"),
        (honest_tar(tarfile.GNU_FORMAT), "model.tar"),
        (compressed(honest_tar(), "gzip"), "model.tar.gz"),
        (compressed(honest_tar(), "bzip2"), "model.tar.bz2"),
        (compressed(honest_tar(), "xz"), "model.tar.xz"),
        (zip_of(), "empty.zip"),
    ],
)
def test_honest_archives_are_quiet(data: bytes, name: str) -> None:
    for check in CHECKS:
        if read(data, name).format in check.reads:
            assert seen(check, data, name) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (zip_of(Part(name="../../evil.py")), "'../../evil.py' climbs out with '..'"),
        (zip_of(Part(name="a/../../evil.py")), "climbs out with '..'"),
        (zip_of(Part(name="..\\evil.py")), "climbs out with '..'"),
        (zip_of(Part(name="/etc/cron.d/evil")), "is an absolute path"),
        (zip_of(Part(name="C:\\evil.dll")), "names a drive"),
        (zip_of(Part(name="a\nb")), "holds control characters"),
        (zip_of(Part(name="a", data=b"/etc/passwd", mode=LINK)), "'a' is a link to '/etc/passwd', outside"),
        (zip_of(Part(name="a", data=b"../../b", mode=LINK, method=8)), "'a' is a link to '../../b', outside"),
        (zip_of(Part(name="null", mode=DEVICE)), "'null' is a device or a pipe"),
        (tar_of(entry("../evil.py")), "climbs out with '..'"),
        (tar_of(entry("/evil.py")), "is an absolute path"),
        (tar_of(entry("x" * 120, pax={"path": "../evil.py"})), "climbs out with '..'"),
        (header(b"L", size=11, kind=b"L") + blocks(b"../evil.py\0") + header(b"a") + b"\0" * 1024, "climbs out"),
        (tar_of(entry("a", kind=tarfile.SYMTYPE, link="/root")), "is a link to '/root', outside"),
        (tar_of(entry("m/a", kind=tarfile.SYMTYPE, link="../..")), "is a link to '../..', outside"),
        (tar_of(entry("m/a", kind=tarfile.LNKTYPE, link="../b")), "is a hard-link to '../b', outside"),
        (tar_of(entry("a", kind=tarfile.LNKTYPE, link="/etc/passwd")), "is a hard-link to '/etc/passwd', outside"),
        (tar_of(entry("a", kind=tarfile.SYMTYPE, link="ok"), entry("a/evil.py")), "is written through the link 'a'"),
        (tar_of(entry("a", kind=tarfile.CHRTYPE)), "is a device or a pipe"),
        (tar_of(entry("a", kind=tarfile.FIFOTYPE)), "is a device or a pipe"),
    ],
)
def test_members_that_leave_the_folder_are_named(data: bytes, words: str) -> None:
    found = seen(archive_escape.CHECK, data)
    assert [severity for severity, _ in found] == [Severity.HIGH]
    assert words in found[0][1]


def test_links_inside_the_archive_are_quiet() -> None:
    data = tar_of(
        entry("m/weights.bin", size=5),
        entry("m/a/link", kind=tarfile.SYMTYPE, link="../weights.bin"),
        entry("m/hard", kind=tarfile.LNKTYPE, link="m/weights.bin"),
    )
    assert seen(archive_escape.CHECK, data, "model.tar") == []


@pytest.mark.parametrize(
    ("data", "name", "limits", "words"),
    [
        (overlapping(4), "model.zip", {}, "shares 145 bytes with 'a'"),
        (zip_of(Part(data=ZEROS, method=8)), "model.zip", {"inflated_freely": 1 << 19}, "becomes 1048576 bytes from"),
        (zip_of(Part(data=b"x" * 999, method=8, size=3)), "model.zip", {}, "unpacks to more than the 3 bytes stated"),
        (gzip.compress(ZEROS), "model.gz", {"inflated_freely": 1 << 19}, "more than 524287 bytes come out of"),
        (gzip.compress(ZEROS), "model.gz", {"inflated_freely": 700_001}, "more than 700000 bytes come out of"),
        (compressed(ZEROS, "xz"), "model.xz", {"inflated_bytes": 700_001}, "more than 700000 bytes come out of"),
        (nested(2), "a.zip!/b.zip", {"archive_depth": 1}, "it is 2 archives deep (limit archive_depth = 1)"),
    ],
)
def test_archives_that_explode_are_named(data: bytes, name: str, limits: dict[str, int], words: str) -> None:
    found = seen(archive_bomb.CHECK, data, name, Limits(**limits))
    assert {severity for severity, _ in found} == {Severity.HIGH}
    assert any(words in message for _, message in found)


def test_what_was_not_looked_at_in_a_bomb_is_a_gap() -> None:
    file = read(gzip.compress(ZEROS), "model.gz", Limits(inflated_freely=1 << 19))
    gaps = [gap for gap in archive_bomb.CHECK.run(file) if isinstance(gap, Gap)]
    assert [(gap.what, gap.state) for gap in gaps] == [("archive-bomb", State.FAILED)]


@pytest.mark.reaches("archive_depth")
def test_archives_inside_archives_open_one_by_one() -> None:
    file = read(nested(5), "42.zip")
    for level in (3, 2, 1):
        file = read(open_member("zip", file.source, 0, Limits()), f"{file.path}!/{level}.zip", Limits(archive_depth=3))
        found = [finding.message for finding in archive_bomb.CHECK.run(file)]
        assert bool(found) == (level == 1)


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
        (tar_of(entry("a"), entry("a")), Severity.HIGH, "'a' is listed more than once"),
        (tar_of(entry("a")) + b"PK\3\4", Severity.MEDIUM, "4 bytes stand behind the end of the archive"),
        (compressed(b"{}", "gzip") + b"PK\3\4", Severity.MEDIUM, "4 bytes stand behind the end of the stream"),
    ],
)
def test_what_two_readers_take_differently_is_named(data: bytes, severity: Severity, words: str) -> None:
    found = seen(archive_ambiguity.CHECK, data)
    assert [(worst, message) for worst, message in found if words in message and worst == severity], found
    assert max(worst for worst, _ in found) == severity


def test_encrypted_members_are_a_finding_and_a_gap() -> None:
    data = zip_of(Part(name="secret.bin", data=b"?" * 40, flags=1, crc32=1))
    file = read(data, "model.zip")
    found = list(archive_encrypted.CHECK.run(file))
    assert [type(item).__name__ for item in found] == ["Finding", "Gap"]
    assert seen(archive_encrypted.CHECK, data) == [
        (Severity.MEDIUM, "1 members are flagged as encrypted: 'secret.bin'")
    ]


@pytest.mark.parametrize("flags", [0x1, 0x20, 0x40])
def test_a_flag_of_encryption_on_plain_bytes_is_named(flags: int) -> None:
    found = seen(archive_encrypted.CHECK, zip_of(Part(name="model/data.pkl", data=b"\x80\x02}q\0.", flags=flags)))
    assert (Severity.HIGH, "'model/data.pkl' is flagged as encrypted, and its bytes are plain") in found


@pytest.mark.parametrize(
    ("data", "name", "severity", "words"),
    [
        (b'{"a": 1}' + zip_of(Part()), "config.json", Severity.HIGH, "zip archive of 1 members as well"),
        (b"\x7fELF" + b"\0" * 60 + zip_of(Part()), "model.zip", Severity.HIGH, "zip archive of 1 members as well"),
        (b"\x80\x04N." + zip_of(Part()), "model.pkl", Severity.HIGH, "zip archive of 1 members as well"),
        (b"\x80\x04N." + zip_of(Part()) + b"?", "model.pkl", Severity.MEDIUM, "with 1 bytes behind it"),
        (header(b"\x80\x02N.") + b"\0" * 1024, "model.pkl", Severity.HIGH, "it is a tar archive as well"),
    ],
)
def test_a_file_that_is_an_archive_as_well_is_named(data: bytes, name: str, severity: Severity, words: str) -> None:
    file = read(data, name)
    found = [(finding.severity, finding.message) for finding in hidden_archive.CHECK.run(file)]
    assert [(worst, words in message) for worst, message in found] == [(severity, True)]
