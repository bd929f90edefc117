"""The end of a zip: its end record, the Zip64 one before it, and whatever makes two readers choose different ones.

Specification: APPNOTE.TXT 4.3.14 to 4.3.16. Most readers take the last end record in the last 65,557 bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Oddity
from hilt.formats.beginnings import ZIP_END, ZIP_REACH

_END_64 = b"PK\x06\x06"
_LOCATOR = b"PK\x06\x07"
_CENTRAL = b"PK\x01\x02"

END_SIZE, _LOCATOR_SIZE, _END_64_SIZE = 22, 20, 56
_CANDIDATES = 64
"""End records that are looked at; a file with more is answered by the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """An end record at `at`, and the central directory that belongs to it.

    `directory` is where the directory really begins. Offsets in the archive are short by `shift`, which is what stands
    before the archive where somebody prepended to it. `comment_end` is where the record's comment says that it ends.
    """

    at: int
    count: int
    directory: int
    directory_size: int
    shift: int
    comment_end: int
    oddities: tuple[Oddity, ...]


def find_end(source: ByteSource, limits: Limits) -> tuple[End, tuple[int, ...]]:
    """The end record that counts, and where others stand. Raises `FormatError` where there is none."""
    found, others = _first_usable(source, min(source.size, ZIP_REACH))
    if found is None and source.size > ZIP_REACH:
        found, others = _first_usable(source, min(source.size, limits.archive_tail_bytes))
    if found is not None:
        return found, others
    if source.size > limits.archive_tail_bytes:
        raise LimitExceeded("archive_tail_bytes", source.size, limits.archive_tail_bytes)
    raise FormatError("the archive has no end record with a central directory before it", offset=source.size)


def end_behind(source: ByteSource) -> End | None:
    """The end record of a zip with at least one member that ends where `source` does, whatever stands before it."""
    found, _ = _first_usable(source, min(source.size, ZIP_REACH))
    return found if found is not None and found.count > 0 else None


def end_without_comment(source: ByteSource) -> End | None:
    """The end record of a zip that ends where `source` does, and nowhere else."""
    return _parse(source, source.size - END_SIZE) if source.read(source.size - END_SIZE, 4) == ZIP_END else None


def _first_usable(source: ByteSource, reach: int) -> tuple[End | None, tuple[int, ...]]:
    """Of the end records in the last `reach` bytes the last that leads to a directory, and where others stand."""
    found: End | None = None
    others: list[int] = []
    for at in _candidates(source, reach):
        end = None if found else _parse(source, at)
        if end is None:
            others.append(at)
        else:
            found = end
    return found, tuple(others)


def _candidates(source: ByteSource, reach: int) -> Iterator[int]:
    base = source.size - reach
    tail = source.read(base, reach)
    position = len(tail)
    for _ in range(_CANDIDATES):
        position = tail.rfind(ZIP_END, 0, position + 3)
        if position < 0:
            return
        yield base + position


def _parse(source: ByteSource, at: int) -> End | None:
    record = source.read(at, END_SIZE)
    if len(record) < END_SIZE:
        return None
    disk, first_disk, here, count, size, offset, comment = struct.unpack("<4x4H2IH", record)
    oddities: list[Oddity] = []
    if disk or first_disk or here != count:
        said = f"the end record speaks of disks {disk} and {first_disk} with {here} of {count} members"
        oddities.append(Oddity(id="split", message=said, offset=at))
    stated = (count, size, offset)
    border, (count, size, offset) = _zip64(source, at) or (at, stated)
    full = (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    if any(n not in (wide, most) for n, wide, most in zip(stated, (count, size, offset), full, strict=True)):
        said = f"the end record states {_words(*stated)}, the Zip64 one {_words(count, size, offset)}"
        oddities.append(Oddity(id="ends-differ", message=said, offset=at))
    directory = _directory(source, border, size, offset)
    if directory is None:
        return None
    if directory + size != border:
        said = f"{border - directory - size} bytes stand between the central directory and its end record"
        oddities.append(Oddity(id="directory-apart", message=said, offset=directory + size))
    if directory != offset and count and source.read(offset, 4) == _CENTRAL:
        said = f"central directories stand at byte {offset}, where the end record says, and right before it"
        oddities.append(Oddity(id="two-directories", message=said, offset=directory))
    return End(
        at=at,
        count=count,
        directory=directory,
        directory_size=size,
        shift=directory - offset,
        comment_end=at + END_SIZE + comment,
        oddities=tuple(oddities),
    )


def _directory(source: ByteSource, border: int, size: int, offset: int) -> int | None:
    """Where the directory begins: right before the end record, as CPython has it, or else where the record says."""
    if size == 0:
        return border
    for start in (border - size, offset):
        if 0 <= start <= border - size and source.read(start, 4) == _CENTRAL:
            return start
    return None


def _zip64(source: ByteSource, at: int) -> tuple[int, tuple[int, int, int]] | None:
    """Where the Zip64 end record before `at` stands, and its count, size and offset of the directory."""
    if at < _LOCATOR_SIZE or source.read(at - _LOCATOR_SIZE, 4) != _LOCATOR:
        return None
    (stated,) = struct.unpack("<8xQ4x", source.read(at - _LOCATOR_SIZE, _LOCATOR_SIZE))
    for start in (at - _LOCATOR_SIZE - _END_64_SIZE, stated):
        if 0 <= start <= at - _LOCATOR_SIZE - _END_64_SIZE and source.read(start, 4) == _END_64:
            count, size, offset = struct.unpack("<32x3Q", source.read(start, _END_64_SIZE))
            return start, (count, size, offset)
    return None


def _words(count: int, size: int, offset: int) -> str:
    return f"{count} members in {size} bytes at byte {offset}"
