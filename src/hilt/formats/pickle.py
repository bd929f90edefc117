"""Reads pickles, protocols 0 to 5: where each one begins and ends, and its opcodes, one at a time, on request.

Specification: CPython, Lib/pickletools.py and Modules/_pickle.c; PEP 307, PEP 3154, PEP 574. A file may hold several
pickles in a row. A pickle that breaks is still one, up to where it breaks: a loader runs it that far.

What can bite: it is a program: loading it imports and calls whatever it names, before any model is there to look at.

What hilt cannot see: what callables do that hilt does not know; what values do when they are used later; pickles that
are encrypted, or packed inside a text of another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import KIB, Limits
from hilt.formats.pickle_opcodes import Opcode
from hilt.formats.pickle_probe import Search, recognised
from hilt.formats.pickle_walk import KEPT, Op, Span, measure, walk
from hilt.formats.reader import Head

__all__ = ["KEPT", "Op", "Opcode", "Pickle", "PickleStream", "Search", "Span", "find", "one", "probe", "read"]


_WORTH_RUNS = 64 * KIB
"""Bytes of the smallest pickle in which runs are looked for: getting ready to takes as long as walking so many."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class PickleStream:
    """One pickle: the bytes [start, end) of `source`, whose positions all its numbers count.

    `name` says which one it is, for people ("pickle 2", "data.pkl"); empty where it is the only one. `broken` is why
    it breaks at `end`, None where it ends with STOP; `steps` is 0 where not even one opcode could be read. `unread` are the bytes between `end` and the next pickle, or the
    end of the source, that belong to nothing. `arrays` are stretches of raw array bytes between two opcodes (joblib).
    `disputes` are where two readers part: a position and what is disputed there, for each. An `overlay` is
    another way to read bytes that a stream before it covers, for loaders that take another turn; it may break. One that
    is `following` stands behind the pickle that ordinary loaders read, and end with. `made` says of a broken one that no
    writer and no accident breaks it so.
    """

    name: str = ""
    source: ByteSource
    start: int
    end: int
    protocol: int
    broken: FormatError | None = None
    steps: int = 1
    unread: int = 0
    arrays: tuple[tuple[int, int], ...] = ()
    disputes: tuple[tuple[int, str], ...] = ()
    overlay: bool = False
    following: bool = False
    made: bool = False

    def ops(self, *, in_runs: bool = False) -> Iterator[Op]:
        """Its opcodes as (position, opcode, argument), up to its STOP or to where it breaks; see `walk` for runs."""
        in_runs = in_runs and self.end - self.start >= _WORTH_RUNS
        return walk(self.source, self.start, self.end, dict(self.arrays), in_runs=in_runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickle:
    """A file of pickles in a row."""

    pickles: tuple[PickleStream, ...]


def probe(head: Head) -> bool:
    return recognised(head)


def read(source: ByteSource, limits: Limits) -> Pickle:
    """All pickles of `source`. Raises `FormatError` where it does not begin with one."""
    return Pickle(pickles=find(source, 0, source.size, limits))


def find(source: ByteSource, start: int, end: int, limits: Limits, name: str = "") -> tuple[PickleStream, ...]:
    """The pickles in the bytes [start, end) of `source`: one at `start`, those behind it, and those behind junk.

    `name` is given to the first; the others are numbered. Raises `FormatError` where none begins at `start`. Where
    there are more than `pickle_streams`, the last stands for the rest and is broken by that limit.
    """
    found: list[PickleStream] = []
    position: int | None = start
    search = Search(source, end)
    while position is not None:
        stream = one(source, position, end, name if not found else f"{name} pickle {len(found) + 1}".strip())
        if len(found) == limits.pickle_streams:
            broken = LimitExceeded("pickle_streams", len(found) + 1, limits.pickle_streams, offset=position)
            found.append(replace(stream, end=position, broken=broken, unread=end - position))
            break
        if stream.broken is not None and not found and stream.steps == 0:
            raise stream.broken
        following = search.after(stream.end)
        unread = (end if following is None else following) - stream.end
        found.append(replace(stream, unread=unread, following=bool(found)))
        position = following
    return tuple(found)


def one(source: ByteSource, start: int, end: int, name: str) -> PickleStream:
    """The pickle that begins at `start`, however broken it is."""
    extent = measure(source, start, end)
    return PickleStream(
        name=name,
        source=source,
        start=start,
        end=extent.end,
        protocol=extent.protocol,
        broken=extent.broken,
        steps=extent.steps,
        disputes=extent.disputes,
    )
