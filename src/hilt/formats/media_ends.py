"""Where pictures, sounds, films, fonts and documents end, by the lengths and the marks in them; what they show is not read.

Specifications: as in `media`. Each function returns the offset behind the last byte that the format accounts for.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import KIB, MIB, Limits

_WINDOW = MIB
_JPEG_MARK = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""A marker among the numbers of a picture: all but stuffed bytes, restarts and filling."""
_NO_LENGTH = frozenset(b"\x01\xd8")
_SCAN, _END = 0xDA, 0xD9
_PDF_TAIL = 64 * KIB
_STREAMED = (0, 0xFFFFFFFF, 0xFFFFFFFF - 8)
"""What stands for the length of a sound that was written before its length was known."""


def end_of(kind: str, source: ByteSource, limits: Limits) -> int:
    """The end of a file of this kind; the end of `source` where the kind does not tell. Raises `FormatError`."""
    find = _ENDS.get(kind)
    return source.size if find is None else find(source, limits)


def _unpack(layout: str, source: ByteSource, at: int) -> tuple[int, ...]:
    size = struct.calcsize(layout)
    data = source.read(at, size)
    if len(data) < size:
        raise FormatError(f"the file ends after {source.size} bytes, inside a header", offset=at)
    return struct.unpack(layout, data)


class _Steps:
    """Goes from part to part, so many times and never past the end."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self._source, self._limits, self._count = source, limits, 0

    def to(self, at: int) -> int:
        self._count += 1
        if self._count > self._limits.header_entries:
            raise LimitExceeded("header_entries", self._count, self._limits.header_entries, offset=at)
        if at > self._source.size:
            raise FormatError(f"a part ends at byte {at}, the file after {self._source.size}", offset=self._source.size)
        return at


def _png(source: ByteSource, limits: Limits) -> int:
    steps, at, kind = _Steps(source, limits), 8, b""
    while kind != b"IEND":
        (length,) = _unpack(">I", source, at)
        kind = source.read(at + 4, 4)
        at = steps.to(at + 12 + length)
    return at


def _jpeg(source: ByteSource, limits: Limits) -> int:
    """Several pictures may follow each other, as cameras write them."""
    steps, at = _Steps(source, limits), 0
    while True:
        mark = source.read(at, 2)
        if len(mark) < 2 or mark[0] != 0xFF:
            raise FormatError(f"no marker, but {mark!r}", offset=at)
        if mark[1] == _END:
            if source.read(at + 2, 3) != b"\xff\xd8\xff":
                return at + 2
            at += 2
        elif mark[1] == 0xFF:
            at = steps.to(at + 1)
        elif mark[1] in _NO_LENGTH:
            at = steps.to(at + 2)
        else:
            at = steps.to(at + 2 + _unpack(">H", source, at + 2)[0])
            if mark[1] == _SCAN:
                at = _next_mark(source, at)


def _next_mark(source: ByteSource, at: int) -> int:
    while at < source.size:
        found = _JPEG_MARK.search(source.read(at, _WINDOW))
        if found is not None:
            return at + found.start()
        at += _WINDOW - 1
    raise FormatError("the picture has no end", offset=source.size)


def _gif(source: ByteSource, limits: Limits) -> int:
    steps = _Steps(source, limits)
    at = 13 + _colours(_unpack("<10xB", source, 0)[0])
    while True:
        (kind,) = _unpack("<B", source, at)
        if kind == 0x3B:
            return at + 1
        if kind == 0x2C:
            at += 11 + _colours(_unpack("<9xB", source, at)[0])
        elif kind == 0x21:
            at += 2
        else:
            raise FormatError(f"{kind:#x} begins no block", offset=at)
        while length := _unpack("<B", source, at)[0]:
            at = steps.to(at + 1 + length)
        at += 1


def _colours(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _riff(source: ByteSource, limits: Limits) -> int:
    (length,) = _unpack("<4xI", source, 0)
    if length in _STREAMED:
        return source.size
    # A part of odd length is filled up, and some writers forget to.
    return _Steps(source, limits).to(min(source.size, 8 + length + length % 2) if length % 2 else 8 + length)


def _bmp(source: ByteSource, limits: Limits) -> int:
    (length,) = _unpack("<2xI", source, 0)
    return _Steps(source, limits).to(length) if length else source.size


def _mp4(source: ByteSource, limits: Limits) -> int:
    steps, at = _Steps(source, limits), 0
    while at < source.size:
        kind = source.read(at + 4, 4)
        if len(kind) < 4 or not kind.isalnum():
            return at
        (length,) = _unpack(">I", source, at)
        if length == 0:
            return source.size
        if length == 1:
            (length,) = _unpack(">8xQ", source, at)
        if length < 8:
            raise FormatError(f"a box of {length} bytes", offset=at)
        at = steps.to(at + length)
    return at


def _ogg(source: ByteSource, limits: Limits) -> int:
    steps, at = _Steps(source, limits), 0
    while source.read(at, 4) == b"OggS":
        (count,) = _unpack("<26xB", source, at)
        at = steps.to(at + 27 + count + sum(source.read(at + 27, count)))
    return at


def _pdf(source: ByteSource, limits: Limits) -> int:
    del limits
    start = max(0, source.size - _PDF_TAIL)
    found = source.read(start, _PDF_TAIL).rfind(b"%%EOF")
    if found < 0:
        raise FormatError("the document has no end", offset=source.size)
    end = start + found + 5
    rest = source.read(end, _PDF_TAIL)
    return source.size if not rest.strip(b" \t\r\n\0") else end


def _font(source: ByteSource, limits: Limits) -> int:
    (count,) = _unpack(">4xH", source, 0)
    parts = [_unpack(">8xII", source, 12 + 16 * number) for number in range(count)]
    end = max((begin + length for begin, length in parts), default=12)
    return min(source.size, -(-_Steps(source, limits).to(end) // 4) * 4)


def _woff(source: ByteSource, limits: Limits) -> int:
    return _Steps(source, limits).to(_unpack(">8xI", source, 0)[0])


def _icon(source: ByteSource, limits: Limits) -> int:
    (count,) = _unpack("<4xH", source, 0)
    parts = [_unpack("<8xII", source, 6 + 16 * number) for number in range(count)]
    return _Steps(source, limits).to(max((begin + length for length, begin in parts), default=6))


def _tiff(source: ByteSource, limits: Limits) -> int:
    """The end of the last part that a directory of it names: a value, a strip or tile of the picture, a directory."""
    order = "<" if source.read(0, 2) == b"II" else ">"
    steps, end, seen, held = _Steps(source, limits), 8, set[int](), 0
    waiting = list(_unpack(f"{order}4xI", source, 0))
    while waiting:
        at = waiting.pop()
        if at == 0 or at in seen:
            continue
        seen.add(at)
        (count,) = _unpack(f"{order}H", source, at)
        end = max(end, steps.to(at + 6 + 12 * count))
        waiting += _unpack(f"{order}I", source, at + 2 + 12 * count)
        values = dict[int, tuple[int, ...]]()
        for place in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, number = _unpack(f"{order}HHI", source, place)
            size = number * _TIFF_SIZES.get(kind, 1)
            begin = place + 8 if size <= 4 else _unpack(f"{order}I", source, place + 8)[0]
            end = max(end, steps.to(begin + size))
            if tag in _TIFF_PLACES and kind in _TIFF_LAYOUTS:
                held += number
                if held > limits.header_entries:
                    raise LimitExceeded("header_entries", held, limits.header_entries, offset=place)
                values[tag] = _unpack(f"{order}{number}{_TIFF_LAYOUTS[kind]}", source, begin)
        for begins, sizes in _TIFF_DATA:
            parts = zip(values.get(begins, ()), values.get(sizes, ()), strict=False)
            end = max([end, *(steps.to(begin + size) for begin, size in parts)])
        waiting += [place for tag in _TIFF_DIRECTORIES for place in values.get(tag, ())]
    return end


_TIFF_SIZES = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TIFF_LAYOUTS = {3: "H", 4: "I", 13: "I"}
_TIFF_DATA = ((273, 279), (324, 325), (513, 514))
"""Strips, tiles and a small picture: where they begin, and how long they are."""
_TIFF_DIRECTORIES = (330, 34665, 34853, 40965)
"""Further pictures, what the camera says, where it was."""
_TIFF_PLACES = frozenset((*(tag for pair in _TIFF_DATA for tag in pair), *_TIFF_DIRECTORIES))


_ENDS: dict[str, Callable[[ByteSource, Limits], int]] = {
    "png": _png, "jpeg": _jpeg, "gif": _gif, "webp": _riff, "wav": _riff, "bmp": _bmp, "mp4": _mp4, "ogg": _ogg, "pdf": _pdf,
    "truetype": _font, "opentype": _font, "woff": _woff, "icon": _icon,
    "tiff": _tiff,
}  # fmt: skip
