"""Which bytes of a Parquet file its footer leads to: column chunks, their indexes and their Bloom filters.

Specification: as in `parquet`; ColumnChunk, ColumnMetaData and BloomFilterHeader of parquet.thrift. A chunk is a row of
pages and begins at the first of them. Polars and older writers repeat the description of a chunk (ColumnMetaData) behind
it; the length of a Bloom filter may be in its own header alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.core.byte_source import ByteSource, Window, expect
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.stretches import Stretch, unowned
from hilt.formats.thrift import Walk

Path = tuple[int, ...]
Chunk = dict[Path, bytes | int]
"""What the footer says of the place of one column chunk."""

FILE_PATH = (4, 1, 1)
_SIZE, _DATA, _INDEX, _DICTIONARY = (4, 1, 3, 7), (4, 1, 3, 9), (4, 1, 3, 10), (4, 1, 3, 11)
_BLOOM, _BLOOM_SIZE = (4, 1, 3, 14), (4, 1, 3, 15)
_INDEXES = (((4, 1, 4), (4, 1, 5)), ((4, 1, 6), (4, 1, 7)))
"""Where the two indexes of pages begin, and how long they are."""
PLACES = frozenset((FILE_PATH, _SIZE, _DATA, _INDEX, _DICTIONARY, _BLOOM, _BLOOM_SIZE)) | frozenset(
    path for pair in _INDEXES for path in pair
)
_IN_DESCRIPTION = (_SIZE[-1:], _DATA[-1:])
_IN_FILTER = (1,)
_MAGIC_BYTES = 4
_AHEAD = 4096


def unclaimed(source: ByteSource, chunks: Sequence[Chunk], footer: int, limits: Limits) -> tuple[Stretch, ...]:
    """The bytes of `source` that belong to none of `chunks`, to no magic and not to the footer, which begins at `footer`.

    Raises `FormatError` where a chunk lies outside of the bytes before the footer.
    """
    own = [chunk for chunk in chunks if not chunk.get(FILE_PATH)]
    parts = [(0, _MAGIC_BYTES), (footer, source.size)]
    for chunk in own:
        parts.extend(_stated(chunk))
    for begin, end in parts:
        if begin < 0 or end < begin or (end > footer and begin != footer):
            raise FormatError(f"a column lies at bytes {begin} to {end}, the footer begins at {footer}", offset=footer)
    left = unowned(parts, source.size)
    if not left:
        return left
    begins = {stretch.begin for stretch in left}
    described = {end: chunk for chunk in own if (end := _pages(chunk)[1]) in begins}
    filters = {at for chunk in own if 0 < (at := _number(chunk, _BLOOM)) < footer and not _number(chunk, _BLOOM_SIZE)}
    expect(source, [(at, _AHEAD) for at in sorted((*described, *filters))])
    for at, chunk in sorted(described.items()):
        end, values = _walked(source, at, footer, limits)
        if all(values.get(path) == chunk.get((4, 1, 3, *path)) for path in _IN_DESCRIPTION):
            parts.append((at, end))
    for at in sorted(filters):
        end, values = _walked(source, at, footer, limits)
        parts.append((at, min(footer, end + max(0, _number(values, _IN_FILTER)))))
    return unowned(parts, source.size)


def _stated(chunk: Chunk) -> Iterator[tuple[int, int]]:
    """The parts whose length the footer states."""
    yield _pages(chunk)
    for place, length in (*_INDEXES, (_BLOOM, _BLOOM_SIZE)):
        if size := _number(chunk, length):
            yield _number(chunk, place), _number(chunk, place) + size


def _pages(chunk: Chunk) -> tuple[int, int]:
    begin = min((at for path in (_DATA, _INDEX, _DICTIONARY) if (at := _number(chunk, path))), default=0)
    return begin, begin + _number(chunk, _SIZE)


def _number(chunk: Chunk, path: Path) -> int:
    value = chunk.get(path, 0)
    return value if isinstance(value, int) else 0


def _walked(source: ByteSource, begin: int, footer: int, limits: Limits) -> tuple[int, Chunk]:
    """Where the struct at `begin` ends, and those of its numbers that are looked at; nothing where none is there."""
    cursor = Cursor(Window(source, begin, footer - begin), ahead=_AHEAD)
    try:
        values: Chunk = dict(Walk(cursor, limits, frozenset((*_IN_DESCRIPTION, _IN_FILTER))).struct())
    except FormatError:
        return begin, {}
    return begin + cursor.offset, values
