"""Which reports of a record name which files, in memory: so that a question reads those alone that may have to do with it.

Nothing rests on what is remembered here: each report that may be meant is read again. Whoever asks once looks through all of them, a
server does that at its first question, and later has only what was recorded since then looked through.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.cache_comparison import Wanted, spelled
from hilt.gate.recording.pages import pages

if TYPE_CHECKING:
    from hilt.record.record import Record
    from hilt.record.registry_rows import Model

MOST = 4_000_000
"""Digests that are remembered, of 8 bytes each; the reports of what does not fit are read for each question."""
_AT_ONCE = 50
"""Reports that are unpacked at once."""
_SOME = 500
"""Rows of the registry that are read together."""
_HEX = re.compile(rb'"([0-9a-f]{64})"')


class _Known(NamedTuple):
    """A model of the record: the place of its newest verdict, its name, and how the digests begin that its report names; None for not remembered."""

    place: int
    name: tuple[str, str]
    digests: array[int] | None


class ReportIndex:
    """Of one record; used by many threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._held = most, 0
        self._known: dict[str, _Known] = {}
        self._size = self._newest = -1
        self._lock = Lock()

    def __len__(self) -> int:
        """Models of the record."""
        return len(self._known)

    def reports(self, record: Record, wanted: Wanted) -> Iterator[tuple[Model, bytes]]:
        """Each model that may have to do with what is wanted, what was judged last first, with its report. Raises `RecordDamaged`."""
        with self._lock:
            self._follow(record)
            subjects = self._meant(wanted)
        for begin in range(0, len(subjects), _SOME):
            found = record.registry.models_of(subjects[begin : begin + _SOME])
            rows = sorted(found.values(), key=lambda row: -row.place)
            yield from _with_reports(record, rows)

    def narrow(self, row: Model, digests: Iterable[str]) -> None:
        """Remembers that of all that the report of a model names, these alone tell which it is."""
        with self._lock:
            known = self._known.get(row.subject)
            if known is not None and known.place == row.place and known.digests is not None:
                self._put(row.subject, known._replace(digests=array("Q", sorted(map(_begins, digests)))))

    def _meant(self, wanted: Wanted) -> list[str]:
        files = {_begins(digest) for digest in wanted.files}
        found = [
            (-known.place, subject)
            for subject, known in self._known.items()
            if known.digests is None
            or not files.isdisjoint(known.digests)
            or subject in wanted.subjects
            or known.name in wanted.names
        ]
        return [subject for _, subject in sorted(found)]

    def _follow(self, record: Record) -> None:
        """Looks through what was judged since the last time."""
        size = record.log.head().size
        if size == self._size:
            return
        newest = -1
        for page in pages(record.registry.models):
            if newest < 0:
                newest = page[0].place
                if newest < self._newest:  # the record was put back from a copy
                    self._known.clear()
                    self._held, self._newest = 0, -1
            fresh = [row for row in page if row.place > self._newest]
            for row, report in _with_reports(record, fresh):
                digests = {int(found[:16], 16) for found in _HEX.findall(report)}
                name = (spelled(row.reference), row.revision)
                self._put(row.subject, _Known(row.place, name, array("Q", sorted(digests))))
            if len(fresh) < len(page):
                break
        self._newest, self._size = newest, size

    def _put(self, subject: str, known: _Known) -> None:
        before = self._known.get(subject)
        self._held -= len(before.digests) if before is not None and before.digests is not None else 0
        if known.digests is not None and self._held + len(known.digests) > self._most:
            known = known._replace(digests=None)
        self._held += len(known.digests) if known.digests is not None else 0
        self._known[subject] = known


def _with_reports(record: Record, rows: list[Model]) -> Iterator[tuple[Model, bytes]]:
    for begin in range(0, len(rows), _AT_ONCE):
        some = rows[begin : begin + _AT_ONCE]
        documents = record.documents({row.report for row in some})
        for row in some:
            yield row, documents[row.report]


def _begins(digest: str) -> int:
    return int(digest[:16], 16)
