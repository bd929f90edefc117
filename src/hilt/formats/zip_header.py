"""The two headers of a member of a zip: its entry in the central directory, and the local one before its bytes.

Specification: APPNOTE.TXT 4.3.7 (local header), 4.3.12 (central directory), 4.5.3 (Zip64) and 4.6.9 (Unicode path).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.formats.archive import Oddity
from hilt.formats.zip_extra import field, strange

CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"

DESCRIPTOR, DESCRIBED = 0x8, b"PK\x07\x08"
ENCRYPTION = 0x1 | 0x20 | 0x40 | 0x2000
"""Encrypted, compressed patch, strong encryption, masked header: some readers refuse such members, others ignore it."""

_UTF_8 = 0x800
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075
_FULL = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the central directory, itself at `at`; `offset` is where its local header should begin."""

    at: int
    name: bytes
    flags: int
    method: int
    crc32: int
    packed: int
    size: int
    offset: int
    system: int
    attributes: int
    unicode_path: bytes | None
    """A second name that some readers prefer, where it is valid for the first."""
    strange: str = ""
    """What stands in its extra fields that no writer puts there."""
    comment: int = 0
    """Bytes of its comment."""

    @property
    def path(self) -> str:
        return decode(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """What the local header gives: where the member's bytes begin, and where it contradicts its entry."""

    begin: int
    oddities: tuple[Oddity, ...] = ()


def decode(name: bytes) -> str:
    """A name as people see it: UTF-8, which many writers use without saying so, or else code page 437."""
    try:
        return name.decode("utf-8")
    except UnicodeDecodeError:
        return name.decode("cp437")


def central(source: ByteSource, at: int, shift: int) -> tuple[Entry, int]:
    """The entry at `at`, and where the next one begins."""
    fixed = source.read(at, 46)
    if len(fixed) < 46 or not fixed.startswith(CENTRAL):
        raise FormatError(f"the central directory goes on with {fixed[:4]!r}, which begins no entry", offset=at)
    (system, flags, method, crc32, packed, size, names, extras, comments, attributes, offset) = struct.unpack(
        "<5xB2x2H4x3I3H4x2I", fixed
    )
    variable = source.read(at + 46, names + extras)
    if len(variable) < names + extras:
        raise FormatError("the archive ends inside its central directory", offset=at)
    name, extra = variable[:names], variable[names:]
    size, packed, offset = _wide(extra, (size, packed, offset), at)
    entry = Entry(
        at=at,
        name=name,
        flags=flags,
        method=method,
        crc32=crc32,
        packed=packed,
        size=size,
        offset=offset + shift,
        system=system,
        attributes=attributes,
        unicode_path=_second_name(extra, name),
        strange=strange(extra),
        comment=comments,
    )
    return entry, at + 46 + names + extras + comments


def local(source: ByteSource, entry: Entry) -> Local:
    """The local header of `entry`, compared with it."""
    fixed = source.read(entry.offset, 30)
    if len(fixed) < 30 or not fixed.startswith(LOCAL):
        said = f"{entry.path!r} has no local header at byte {entry.offset}, where its entry says"
        return Local(begin=entry.offset, oddities=(Oddity(id="no-local-header", message=said, offset=entry.at),))
    flags, method, crc32, packed, size, names, extras = struct.unpack("<6x2H4x3I2H", fixed)
    variable = source.read(entry.offset + 30, names + extras)
    name, extra = variable[:names], variable[names:]
    size, packed = _wide(extra, (size, packed), entry.offset)
    here = replace(entry, name=name, flags=flags, method=method, crc32=crc32, packed=packed, size=size)
    begin = entry.offset + 30 + names + extras
    oddities = tuple(_differences(entry, here))
    if odd := strange(extra):
        said = f"before the bytes of {entry.path!r} stand {odd}"
        oddities += (Oddity(id="extra", message=said, offset=entry.offset),)
    second = _second_name(extra, name)
    if second is not None and second != entry.name:
        said = f"{entry.path!r} has a second name {decode(second)!r} before its bytes, which some readers prefer"
        oddities += (Oddity(id="name-differs", message=said, offset=entry.offset),)
    return Local(begin=begin, oddities=oddities)


def _differences(entry: Entry, here: Entry) -> Iterator[Oddity]:
    def differs(what: str, key: str, there: object, now: object) -> Oddity:
        said = f"{what} of {entry.path!r} is {there} in the central directory, {now} before its bytes"
        return Oddity(id=f"{key}-differs", message=said, offset=entry.offset)

    if here.name != entry.name:
        yield differs("the name", "name", repr(entry.path), repr(here.path))
    if here.method != entry.method:
        yield differs("the compression method", "method", entry.method, here.method)
    telling = ENCRYPTION | DESCRIPTOR | (0 if entry.name.isascii() else _UTF_8)
    if (here.flags ^ entry.flags) & telling:
        yield differs("the flag word", "flags", hex(entry.flags), hex(here.flags))
    if here.flags & DESCRIPTOR and not (here.crc32 or here.packed or here.size):
        return  # they stand behind the bytes, in the data descriptor
    if (here.size, here.packed) != (entry.size, entry.packed):
        sizes = f"{entry.size} from {entry.packed} bytes", f"{here.size} from {here.packed} bytes"
        yield differs("the size", "size", *sizes)
    if here.crc32 != entry.crc32:
        yield differs("the CRC-32", "crc", f"{entry.crc32:08x}", f"{here.crc32:08x}")


def descriptor(source: ByteSource, entry: Entry, end: int) -> int:
    """The length of the data descriptor behind the member's bytes, which end at `end`; 0 where none describes it."""
    found = source.read(end, 24)
    values = (entry.crc32, entry.packed, entry.size)
    forms = [b"PK\x07\x08" + struct.pack("<I2Q", *values), struct.pack("<I2Q", *values)]
    if max(values) <= _FULL:
        forms += [b"PK\x07\x08" + struct.pack("<3I", *values), struct.pack("<3I", *values)]
    return next((len(form) for form in forms if found.startswith(form)), 0)


def _wide(extra: bytes, values: tuple[int, ...], at: int) -> tuple[int, ...]:
    """`values` with those that are too large for 32 bits taken from the Zip64 field, which holds just them."""
    if _FULL not in values:
        return values
    found = field(extra, _ZIP64)
    needed = 8 * values.count(_FULL)
    if found is None or len(found) < needed:
        raise FormatError(f"sizes of a member stand in a Zip64 field of {len(found or b'')} bytes", offset=at)
    wide = iter(struct.unpack_from(f"<{needed // 8}Q", found))
    return tuple(next(wide) if value == _FULL else value for value in values)


def _second_name(extra: bytes, name: bytes) -> bytes | None:
    found = field(extra, _UNICODE_PATH)
    if found is None or len(found) < 5 or struct.unpack_from("<I", found, 1)[0] != zlib.crc32(name):
        return None
    return found[5:]
