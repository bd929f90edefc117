"""Recognises archives, images of disks and encrypted files that hilt cannot open, and names them.

Specification: the magic numbers of each (file(1), "magic/Magdir/archive", "compress", "filesystems").

What can bite: whatever lies in it; packages run scripts when they are installed, and images bring links and devices.

What hilt cannot see: anything in it: hilt tells what it is by its first bytes, and the coverage says that nobody looked
inside.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats.reader import Head

KINDS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"MSCF\0\0\0\0", "Windows cabinet"),
    (0, b"MSWIM\0\0\0", "Windows image"),
    (7, b"**ACE**", "ACE archive"),
    (0, b"!<thin>\n", "ar archive whose members lie elsewhere"),
    (0, b"070701", "cpio archive"),
    (0, b"070702", "cpio archive"),
    (0, b"070707", "cpio archive"),
    (0, b"ZOO ", "zoo archive"),
    (0, b"xar!", "xar archive"),
    (0, b"\xed\xab\xee\xdb", "RPM package"),
    (0, b"SIT!", "StuffIt archive"),
    (0, b"StuffIt ", "StuffIt archive"),
    (0, b"7kSt", "zpaq archive"),
    (0, b"ALZ\1", "ALZip archive"),
    (0, b"EGGA", "EGG archive"),
    (0, b"LZIP\1", "lzip file"),
    (0, b"\x89LZO\0\r\n\x1a\n", "lzop file"),
    (0, b"\x02\x21\x4c\x18", "LZ4 file of the old kind"),
    (0, b"\xff\6\0\0sNaPpY", "Snappy file"),
    (0, b"\x1f\x9d", "compress file (.Z)"),
    (0, b"hsqs", "SquashFS image"),
    (0, b"PK\7\x08PK\3\4", "part of a zip that is split"),
    (0, b"Salted__", "file encrypted by OpenSSL"),
    (0, b"age-encryption.org/v1\n", "file encrypted by age"),
    (0, b"-----BEGIN PGP MESSAGE-----", "file encrypted by PGP"),
    (0, b"-----BEGIN AGE ENCRYPTED FILE-----", "file encrypted by age"),
    (0, b"$ANSIBLE_VAULT;", "file encrypted by Ansible"),
    (0, b"U2FsdGVkX1", "file encrypted by OpenSSL"),
    (0, b"LUKS\xba\xbe", "encrypted disk"),
)
_LHA = frozenset(b"0123456789dhsz")
_CD, _CD_AT = b"CD001", 0x8001
_DMG, _DMG_SIZE = b"koly", 512
_DMG_STARTS = (b"x", b"BZh", b"bvx", b"\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignArchive:
    """What it is, in words that complete "a ..."."""

    kind: str


def probe(head: Head) -> bool:
    return bool(_kind(head.source, head.data))


def read(source: ByteSource, limits: Limits) -> ForeignArchive:  # noqa: ARG001 -- as every reader
    return ForeignArchive(kind=_kind(source, source.read(0, 64)))


def _kind(source: ByteSource, data: bytes) -> str:
    for at, magic, kind in KINDS:
        if data.startswith(magic, at):
            return kind
    # "-lh5-", "-lzs-", "-pm2-": a method between dashes, behind the size of the header.
    if data[2:3] + data[6:7] == b"--" and data[3:5] in (b"lh", b"lz", b"pm") and data[5] in _LHA:
        return "LHA archive"
    if not data[:16].strip(b"\0") and source.read(_CD_AT, len(_CD)) == _CD:
        return "image of a CD"
    if data.startswith(_DMG_STARTS) and source.read(max(0, source.size - _DMG_SIZE), len(_DMG)) == _DMG:
        return "disk image of a Mac"
    return ""
