"""Walks over the opcodes of a pickle: one at a time for whoever interprets them, or in leaps to find where it ends.

Memory is one chunk, whatever the file. Literals longer than `KEPT` bytes are never held: a `Span` says where they are.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.patterns import lazy_pattern
from hilt.formats.pickle_disputes import Disputes, unescaped
from hilt.formats.pickle_opcodes import BYTES, COUNTED, GLOBALS, LAST_PROTOCOL, LINES, NUMBERS, TEXTS, Opcode
from hilt.formats.pickle_run import STARTS, Run

if TYPE_CHECKING:
    from hilt.formats.pickle_runs import Plan

KEPT = 1024
"""Literals of up to so many bytes are decoded and handed on."""
_CHUNK = 256 * 1024
_REACH = 3 * KEPT
"""So many bytes behind an opcode are in the chunk, unless the file ends: an opcode, its length and a kept literal."""


@dataclass(frozen=True, slots=True)
class Span:
    """A literal too long to be kept: its bytes are [start, start + size) of the source."""

    start: int
    size: int
    text: bool


RUN = 0xFF
"""Stands in the place of an opcode for all opcodes of a `Run`; no opcode has this code."""

Argument = None | int | float | str | bytes | Span | Run | tuple[str, str]
"""What stands behind an opcode: (module, name) for GLOBAL and INST, text and bytes decoded, long ones as a `Span`."""

Op = tuple[int, int, Argument]
"""Position in the source, opcode, argument."""

_PLAIN, _NUMBER, _LONGER, _INVALID, _TEXT = range(5)
_KIND = [_INVALID] * 256
for _code in Opcode:
    _KIND[_code] = _PLAIN
for _code in NUMBERS:
    _KIND[_code] = _NUMBER
for _code in (*COUNTED, *LINES, Opcode.PROTO, Opcode.FRAME, Opcode.STOP):
    _KIND[_code] = _LONGER
_KIND[Opcode.SHORT_BINUNICODE] = _KIND[Opcode.BINUNICODE] = _TEXT  # the commonest, so they have a way of their own
_BUILD, _STOP, _BINUNICODE = int(Opcode.BUILD), int(Opcode.STOP), int(Opcode.BINUNICODE)
_UNPACK = {int(code): struct.Struct(layout) for code, layout in NUMBERS.items()}
_WIDTHS = {int(code): width for code, width in COUNTED.items()}


def _class(codes: list[int]) -> bytes:
    return b"[" + b"".join(b"\\x%02x" % code for code in codes) + b"]"


def _run() -> bytes:
    parts = [
        _class([code for code in _UNPACK if _UNPACK[code].size == size]) + b".{%d}" % size for size in (4, 1, 2, 8)
    ]
    parts.append(_class([code for code in range(256) if _KIND[code] == _PLAIN]) + b"++")
    for width in (1, 4):
        counts = [re.escape(size.to_bytes(width, "little")) + b".{%d}" % size for size in _SHORT]
        codes = [int(code) for code in COUNTED if COUNTED[code] == width and code != Opcode.LONG4]
        parts.append(_class(codes) + b"(?:" + b"|".join(counts) + b")")
    # Lines that are spelt as picklers spell them.
    parts += [rb"I(?:-?[1-9][0-9]{0,19}|00?|01)\n", rb"F-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[+-][0-9]{1,3})?\n"]
    parts += [rb"[gp](?:[1-9][0-9]{0,9}|0)\n", rb"S'[ -&(-\[\]-ik-~]{0,99}+'\n", rb"V[ -\[\]-ik-~]{0,99}+\n"]
    parts += [rb"L(?:-?[1-9][0-9]{0,99}|0)L\n", rb"[ci][^\nj]{0,99}+\n[^\n]{0,99}+\n"]
    return b"(?:" + b"|".join(parts) + b")*+"


JOBLIB = ("joblib.numpy_pickle", "sklearn.externals.joblib.numpy_pickle")
"""Modules of the wrapper behind which joblib writes raw array bytes."""
_SHORT = sorted(set(range(48)) - {len(module) for module in JOBLIB})
_RUN = lazy_pattern(_run(), re.DOTALL)
"""As many opcodes of known length, short literals among them, as stand in a row; none that may name joblib."""


def walk(source: ByteSource, start: int, end: int, arrays: Mapping[int, int], *, in_runs: bool = False) -> Iterator[Op]:
    """The opcodes of the pickle that begins at `start`, up to its STOP or to `end`, where it is said to break.

    `arrays` maps the position behind a BUILD to where the next opcode stands, for array bytes that joblib writes in
    between; it may be filled during the walk. With `in_runs`, a `Run` takes the place of its opcodes. Raises `FormatError`
    where the bytes are no opcode.
    """
    position = start
    while position < end:
        data, safe = _chunk(source, position, end)
        i, jump, plan = 0, None, _plan(source, data, position) if in_runs else None
        turn = len(data) if plan is None else 0
        while i < safe:
            code = data[i]
            if i >= turn and plan is not None and code in STARTS:
                run, turn = plan.at(i)
                if run is not None:
                    yield run.start, RUN, run
                    i = turn
                    continue
            kind = _KIND[code]
            if kind == _PLAIN:
                yield position + i, code, None
                i += 1
                if code == _BUILD and arrays and position + i in arrays:
                    jump = arrays[position + i]
                    break
            elif kind == _NUMBER:
                unpack = _UNPACK[code]
                if i + unpack.size >= len(data):
                    raise FormatError(f"the pickle ends inside {Opcode(code).name}", offset=position + i)
                yield position + i, code, unpack.unpack_from(data, i + 1)[0]
                i += unpack.size + 1
            else:
                if kind == _TEXT:
                    first = i + (5 if code == _BINUNICODE else 2)
                    after = first + int.from_bytes(data[i + 1 : first], "little")
                    text = data[first:after]
                    if after <= safe and after - first <= KEPT and text.isascii():
                        yield position + i, code, text.decode("ascii")
                        i = after
                        continue
                argument, after = _longer(source, data, position, i, end)
                yield position + i, code, argument
                if code == _STOP:
                    return
                i = after
        position = position + i if jump is None else jump


def _plan(source: ByteSource, data: bytes, base: int) -> Plan:
    from hilt.formats.pickle_runs import Plan  # its patterns take as long to compile as small pickles to check

    return Plan(source, data, base)


def _chunk(source: ByteSource, position: int, end: int) -> tuple[bytes, int]:
    """The bytes at `position`, and up to where in them opcodes may begin; the rest is there for their arguments."""
    data = source.read(position, min(_CHUNK, max(end - position, 0)))
    safe = len(data) if position + len(data) >= end else len(data) - _REACH
    if safe <= 0:
        raise FormatError("the pickle has no STOP", offset=position)
    return data, safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far a pickle reaches. `steps` counts what was seen of it: 0 for bytes that are no pickle at all.

    `disputes` are the places at which readers part, and what is disputed there. `joblib` says that joblib's array wrapper is named.
    """

    end: int
    protocol: int
    steps: int
    broken: FormatError | None
    disputes: tuple[tuple[int, str], ...] = ()
    joblib: bool = False


def measure(source: ByteSource, start: int, end: int) -> Extent:
    """Where the pickle that begins at `start` ends: behind its STOP, or where it breaks."""
    position, protocol, steps = start, 0, 0
    disputes, joblib = Disputes(start), False
    broken: FormatError | None = None
    try:
        while broken is None:
            data, safe = _chunk(source, position, end)
            i = 0
            while i < safe:
                border = disputes.frame_end - position
                run = _RUN.match(data, i, border) if i < border < len(data) else _RUN.match(data, i)
                after = run.end() if run else i
                if after == i < border < len(data) and (run := _RUN.match(data, i)) and run.end() > i:
                    disputes.crossed(position + i)
                    after = run.end()
                if after == i:
                    argument, after = _longer(source, data, position, i, end)
                    code = data[i]
                    disputes.seen(code, position + i, position + after, argument, data[i + 1 : after - 1])
                    if code == Opcode.STOP:
                        return Extent(
                            end=position + after, protocol=protocol, steps=steps + 1, broken=None,
                            disputes=tuple(disputes.found), joblib=joblib,
                        )  # fmt: skip
                    if code == Opcode.PROTO and isinstance(argument, int):
                        protocol = max(protocol, argument)
                        steps -= 1
                    elif (argument[0] if isinstance(argument, tuple) else argument) in JOBLIB:
                        joblib = True
                steps += 1
                i = after
            position += i
    except FormatError as error:
        broken = error
    at = broken.offset if broken.offset is not None else position
    return Extent(end=at, protocol=protocol, steps=steps, broken=broken, disputes=tuple(disputes.found), joblib=joblib)


def _longer(source: ByteSource, data: bytes, base: int, i: int, end: int) -> tuple[Argument, int]:
    """The argument of an opcode of variable length, and where in `data` the next opcode stands (maybe behind it)."""
    code = data[i]
    width = _WIDTHS.get(code)
    if width is not None:
        size = int.from_bytes(data[i + 1 : i + 1 + width], "little", signed=code == Opcode.LONG4)
        first = i + 1 + width
        if size < 0 or base + first + size > end:
            message = f"{Opcode(code).name} of {size} bytes reaches past the end of the pickle"
            raise FormatError(message, offset=base + i)
        span = Span(base + first, size, code in TEXTS)
        return _literal(code, span, data[first : first + min(size, KEPT)]), first + size
    if code in LINES:
        lines, after = [], i + 1
        for _ in range(2 if code in GLOBALS else 1):
            first, after = after, _line_end(source, data, base, after, end)
            lines.append(Span(base + first, max(after - 1 - first, 0), code in TEXTS))
        if code in GLOBALS:
            return (_name(source, lines[0]), _name(source, lines[1])), after
        line = data[i + 1 : after - 1] if after <= len(data) else source.read(lines[0].start, min(lines[0].size, KEPT))
        return _literal(code, lines[0], line), after
    if code == Opcode.STOP:
        return None, i + 1
    if code not in (Opcode.PROTO, Opcode.FRAME):
        raise FormatError(f"byte 0x{code:02x} is no pickle opcode", offset=base + i)
    after = i + (2 if code == Opcode.PROTO else 9)
    if after > len(data):
        raise FormatError(f"the pickle ends inside {Opcode(code).name}", offset=base + i)
    number = int.from_bytes(data[i + 1 : after], "little")
    if code == Opcode.PROTO and number > LAST_PROTOCOL:
        raise FormatError(f"pickle protocol {number} is not known", offset=base + i)
    return number, after


def _literal(code: int, span: Span, data: bytes) -> Argument:
    """The value of a literal whose bytes are `data`, or its `span` where they are not all there."""
    if span.size > KEPT:
        return span
    try:
        return _decode(code, data)
    except (ValueError, SyntaxError):
        return span


def _decode(code: int, data: bytes) -> Argument:
    if code in BYTES:
        return data
    if code in (Opcode.BINSTRING, Opcode.SHORT_BINSTRING):
        return data.decode("latin-1")
    if code == Opcode.STRING:
        return unescaped(data.strip()[1:-1]).decode("latin-1")
    if code == Opcode.UNICODE:
        return data.decode("raw-unicode-escape")
    if code in TEXTS:
        return data.decode("utf-8", "surrogatepass")
    if code in (Opcode.LONG1, Opcode.LONG4):
        return int.from_bytes(data, "little", signed=True)
    text = data.decode("ascii").strip()
    if code == Opcode.INT and text in ("00", "01"):
        return text == "01"
    if code == Opcode.FLOAT:
        return float(text)
    return text if code == Opcode.PERSID else int(text.removesuffix("L"))


def _name(source: ByteSource, span: Span) -> str:
    """One line of a GLOBAL; what is longer than any name is cut, and shows it."""
    data = source.read(span.start, min(span.size, KEPT))
    return data.decode("utf-8", "backslashreplace") + ("…" if span.size > KEPT else "")


def _line_end(source: ByteSource, data: bytes, base: int, first: int, end: int) -> int:
    """Where the line that begins at `first` ends, behind its line feed, counted as `first` is.

    A line that ends with the file is one too, and its last byte no part of it: so reads CPython's unpickler that is
    written in Python, the one that joblib uses.
    """
    found = data.find(b"\n", first)
    if found >= 0:
        return found + 1
    position = base + max(first, len(data))
    while position < end:
        more = source.read(position, min(_CHUNK, end - position))
        found = more.find(b"\n")
        if found >= 0:
            return position + found + 1 - base
        if not more:
            break
        position += len(more)
    return end - base
