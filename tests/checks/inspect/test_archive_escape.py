from __future__ import annotations

import tarfile

import pytest

from attacks.archives import HONEST, Part, blocks, entry, header, tar_of, zip_of
from hilt.checks.inspect.archive_escape import CHECK
from hilt.core.finding import Severity
from hilt.core.limits import Limits
from reading import findings

LINK = 0o120777
DEVICE = 0o020666


def seen(data: bytes, name: str = "model.zip", limits: Limits = Limits()) -> list[tuple[Severity, str]]:  # noqa: B008
    return [(finding.severity, finding.message) for finding in findings(CHECK, data, name, limits)]


@pytest.mark.parametrize(("data", "name"), HONEST)
def test_honest_archives_are_quiet(data: bytes, name: str) -> None:
    assert seen(data, name) == []


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
    found = seen(data)
    assert [severity for severity, _ in found] == [Severity.HIGH]
    assert words in found[0][1]


def test_links_inside_the_archive_are_quiet() -> None:
    data = tar_of(
        entry("m/weights.bin", size=5),
        entry("m/a/link", kind=tarfile.SYMTYPE, link="../weights.bin"),
        entry("m/hard", kind=tarfile.LNKTYPE, link="m/weights.bin"),
    )
    assert seen(data, "model.tar") == []
