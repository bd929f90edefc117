"""Which bytes of a zip belong to which member: members that share bytes, and bytes that belong to none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.formats.archive import Oddity
from hilt.formats.zip_header import DESCRIBED, DESCRIPTOR, LOCAL, Entry, descriptor

_LOOKED_AT = 1 << 16
"""Bytes of a gap that are looked at to tell padding from content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """The bytes from a member's local header to the end of its data, in the file."""

    entry: Entry
    begin: int
    end: int


def unowned(source: ByteSource, extents: Sequence[Extent], directory: int) -> Iterator[Oddity]:
    """Walks the members in the order of their bytes, up to the central directory at `directory`."""
    position, before = 0, ""
    for extent in sorted(extents, key=lambda extent: (extent.begin, extent.end)):
        path = extent.entry.path
        if extent.begin < position:
            said = f"{path!r} shares {min(position, extent.end) - extent.begin} bytes with {before!r}"
            yield Oddity(id="overlap", message=said, offset=extent.begin)
        elif extent.begin > position:
            yield _gap(source, position, extent.begin)
        end = extent.end
        if extent.entry.flags & DESCRIPTOR:
            length = descriptor(source, extent.entry, end)
            if not length and source.read(end, len(DESCRIBED)) == DESCRIBED:
                said = f"behind the bytes of {path!r} other sizes or another CRC-32 are stated than in the directory"
                yield Oddity(id="descriptor-differs", message=said, offset=end)
            end += length
        if end > position:
            position, before = end, path
    if position > directory:
        said = f"{before!r} reaches {position - directory} bytes into the central directory"
        yield Oddity(id="overlap", message=said, offset=directory)
    elif position < directory:
        yield _gap(source, position, directory)


def _gap(source: ByteSource, begin: int, end: int) -> Oddity:
    length = end - begin
    found = source.read(begin, min(length, _LOOKED_AT))
    if begin == 0:
        return Oddity(id="prefix", message=f"{length} bytes stand before the archive: {found[:16]!r}", offset=0)
    if found.startswith(LOCAL):
        said = f"{length} bytes that belong to no listed member begin as one does"
        return Oddity(id="unlisted-member", message=said, offset=begin)
    if length <= _LOOKED_AT and not found.strip(b"\0"):
        return Oddity(id="padding", message=f"{length} zero bytes belong to no member", offset=begin)
    return Oddity(id="gap", message=f"{length} bytes belong to no member: {found[:16]!r}", offset=begin)
