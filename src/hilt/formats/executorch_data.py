"""Reads the tables of an ExecuTorch data file (`.ptd`): which named data lie in which segment; never the data.

Specification: extension/flat_tensor/serialize/flat_tensor.fbs and flat_tensor_header.h of ExecuTorch 1.5: a FlatBuffer
with the identifier FT01 and, inside it at byte 8, a header (FH01).

What can bite: the library of native code of a delegate may lie here instead of in the program.

What hilt cannot see: the data themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.executorch import DATA_HEADER, outside
from hilt.formats.flatbuffer import Flat
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorchData:
    """The names of what lies in the segments."""

    data: tuple[str, ...]
    unowned: tuple[Stretch, ...]


def probe(head: Head) -> bool:
    flat = Flat(head.source, head.limits)
    try:
        return flat.length(flat.follow(0), 1, 4) > 0
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> ExecutorchData:
    """The tables in `source`. Raises `FormatError` where an offset or a segment leads outside it."""
    flat = Flat(source, limits)
    table = flat.follow(0)
    segments = [(flat.number(one, 0, "<Q"), flat.number(one, 1, "<Q")) for one in flat.tables(table, 1)]
    names = list[str]()
    for entry in flat.tables(table, 2):
        names.append(flat.text(entry, 0))
        if flat.number(entry, 1, "<I") >= len(segments):
            raise FormatError(f"{names[-1]!r} lies in a segment that is not there", offset=entry)
    return ExecutorchData(data=tuple(names), unowned=outside(source, DATA_HEADER, flat.reach, segments))
