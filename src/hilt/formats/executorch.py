"""Reads what an ExecuTorch program (`.pte`) says of its operators, delegates and segments; never the numbers.

Specification: schema/program.fbs and runtime/executor/program.cpp of ExecuTorch 1.5: a FlatBuffer with the identifier
ET12 and, inside it at byte 8, a header (eh00) that says how long it is and where the segments with weights begin.

What can bite: delegates are parts compiled for a processor: those for CUDA and Metal are shared libraries that are
written to a file and loaded, foreign ones and custom operators are native code of the publisher.

What hilt cannot see: what the compiled parts do; bytes between the tables that nothing leads to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.flatbuffer import Flat
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch, unowned

PROGRAM_HEADER, DATA_HEADER = b"eh00", b"FH01"
_HEADER = 8
"""Where the header begins, behind the identifier."""
_TENSOR = 5
_FILLED = 4096
"""Zeros between the parts, which align them to a page at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executorch:
    """A program. `operators` counts the methods that use each. `delegates` counts, by the name of a backend, the parts
    that were compiled for it. `data` are the names of what backends and tensors find in the segments, `external` those of
    tensors whose data lie in another file.
    """

    methods: tuple[str, ...]
    operators: Mapping[str, int]
    delegates: Mapping[str, int]
    data: tuple[str, ...]
    external: tuple[str, ...]
    unowned: tuple[Stretch, ...]


def probe(head: Head) -> bool:
    flat = Flat(head.source, head.limits)
    try:
        return flat.length(flat.follow(0), 1, 4) > 0
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> Executorch:
    """The program in `source`. Raises `FormatError` where an offset leads outside it."""
    flat = Flat(source, limits)
    program = flat.follow(0)
    methods, external = list[str](), list[str]()
    operators, delegates = Counter[str](), Counter[str]()
    for plan in flat.tables(program, 1):
        methods.append(flat.text(plan, 0))
        for operator in flat.tables(plan, 6):
            overload = flat.text(operator, 1)
            operators[flat.text(operator, 0) + (f".{overload}" if overload else "")] += 1
        delegates.update(flat.text(delegate, 0) for delegate in flat.tables(plan, 7))
        external.extend(_external(flat, plan))
    for field in (2, 3):  # constants, and what delegates are made of
        for buffer in flat.tables(program, field):
            flat.length(buffer, 0)
    segments = [(flat.number(one, 0, "<Q"), flat.number(one, 1, "<Q")) for one in flat.tables(program, 4)]
    return Executorch(
        methods=tuple(methods),
        operators=MappingProxyType(dict(operators)),
        delegates=MappingProxyType(dict(delegates)),
        data=tuple(flat.text(entry, 0) for entry in flat.tables(program, 7)),
        external=tuple(dict.fromkeys(external)),
        unowned=outside(source, PROGRAM_HEADER, flat.reach, segments),
    )


def _external(flat: Flat, plan: int) -> Iterable[str]:
    for value in flat.tables(plan, 2):
        tensor = flat.table(value, 1) if flat.number(value, 0, "<B") == _TENSOR else None
        more = flat.table(tensor, 9) if tensor is not None else None
        if more is not None and flat.number(more, 2, "<B"):
            yield flat.text(more, 1)


def outside(source: ByteSource, magic: bytes, reach: int, segments: list[tuple[int, int]]) -> tuple[Stretch, ...]:
    """The bytes that belong neither to the FlatBuffer nor to a segment; zeros that align them are nobody's secret.

    Raises `FormatError` where the header says what the file cannot hold.
    """
    parts, base = [(0, reach)], 0
    cursor = Cursor(source, _HEADER, ahead=64)
    if cursor.peek(4) == magic:
        cursor.skip(8, "the header")
        # That of data alone says where its tables begin as well.
        begin = cursor.number("<Q", "the header") if magic == DATA_HEADER else 0
        size, base, stored = cursor.unpack("<QQQ", "the header")
        if begin + size > source.size or base + stored > source.size:
            promised = f"{size} bytes from {begin} on, and {stored} from {base} on"
            raise FormatError(f"the header promises {promised}, in a file of {source.size}", offset=_HEADER)
        parts.append((0, begin + size))
    for offset, size in segments:
        if base + offset + size > source.size:
            raise FormatError(f"a segment of {size} bytes at {base + offset} lies outside the file", offset=_HEADER)
        parts.append((base + offset, base + offset + size))
    return tuple(one for one in unowned(parts, source.size) if not _aligns(source, one))


def _aligns(source: ByteSource, stretch: Stretch) -> bool:
    """Are these zeros, and no more than it takes to end at a multiple of a power of two?"""
    size = stretch.end - stretch.begin
    needed = size <= _FILLED and stretch.end % (1 << size.bit_length()) == 0
    return needed and not any(source.read(stretch.begin, size))
