"""The file of a bundle: a zip whose members are stored as they are, in the order of their names and without times.

Specification: APPNOTE.TXT 6.3.10, as far as any program that opens zips needs it. Nothing is compressed, so that nothing grows, and
nothing is ever unpacked to a path. There is one file for the same members, and every other is refused: whatever was
changed, doubled, hidden between members or cut off makes another file.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from zlib import crc32

from hilt.core.errors import ProofInvalid

MOST = 50_000
"""Members of a bundle."""

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_VERSION, _FIRST_OF_1980, _READABLE = 20, 0x21, 0o100600 << 16
_UNIX = 3 << 8
"""What made the file; without it the permissions mean nothing."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """The file with `members`, whose names are ASCII."""
    parts, listed, at = [], [], 0
    for name, data in sorted(members.items()):
        known = (crc32(data), len(data), len(data), len(name))
        local = _LOCAL.pack(b"PK\3\4", _VERSION, 0, 0, 0, _FIRST_OF_1980, *known, 0) + name.encode("ascii")
        central = (b"PK\1\2", _UNIX | _VERSION, _VERSION, 0, 0, 0, _FIRST_OF_1980, *known, 0, 0, 0, 0, _READABLE, at)
        listed.append(_CENTRAL.pack(*central) + name.encode("ascii"))
        parts += [local, data]
        at += len(local) + len(data)
    directory = b"".join(listed)
    end = _END.pack(b"PK\5\6", 0, 0, len(listed), len(listed), len(directory), at, 0)
    return b"".join([*parts, directory, end])


def unpack(data: bytes) -> dict[str, bytes]:
    """What `pack` was given. Raises `ProofInvalid` for everything that it did not write."""
    members: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\3\4" and len(data) - at >= _LOCAL.size:
        if len(members) == MOST:
            raise ProofInvalid(f"bundle: more than {MOST} members")
        *_, size, length, _ = _LOCAL.unpack_from(data, at)
        begin = at + _LOCAL.size + length
        name = data[at + _LOCAL.size : begin]
        if not name.isascii() or begin + size > len(data):
            raise ProofInvalid(f"bundle: it breaks off, or was changed, at byte {at}")
        members[name.decode("ascii")] = data[begin : begin + size]
        at = begin + size
    if not members or pack(members) != data:
        raise ProofInvalid("bundle: this is not as hilt wrote it: something was changed, doubled, added or cut off")
    return members
