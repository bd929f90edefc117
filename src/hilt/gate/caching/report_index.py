"""Which reports of a record name which files, in memory: so that a question reads those alone that may have to do with it.

Nothing rests on what is remembered here: each report that may be meant is read again. Whoever asks once looks through all of them, a
server does that at its first question, and later has only what was recorded since then looked through.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.cache_comparison import Wanted, spelled
from hilt.core.events import Imported, VerdictGiven
from hilt.gate.recording.pages import pages

if TYPE_CHECKING:
    from hilt.core.events import Recorded
    from hilt.record.ledger.heads import Head
    from hilt.record.record import Record
    from hilt.record.registry_rows import Model

MOST = 4_000_000
"""Digests that are remembered, of 8 bytes each; the reports of what does not fit are read for each question."""
_AT_ONCE = 50
"""Reports that are unpacked at once."""
_SOME = 500
"""Rows of the registry that are read together."""
_HEX = re.compile(rb'"([0-9a-f]{64})"')


_Names = frozenset[tuple[str, str]]


class _Known(NamedTuple):
    """A model of the record: the place of its newest verdict, all names under which it was judged, and how the digests begin that its report
    names; None for not remembered."""

    place: int
    names: _Names
    digests: array[int] | None


class ReportIndex:
    """Of one record; used by many threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._held = most, 0
        self._known: dict[str, _Known] = {}
        self._head: Head | None = None
        self._newest = -1
        self._lock = Lock()

    def __len__(self) -> int:
        """Models of the record."""
        return len(self._known)

    def reports(self, record: Record, wanted: Wanted) -> Iterator[tuple[Model, bytes]]:
        """Each model that may have to do with what is wanted, what was judged last first, with its report. Raises `RecordDamaged`."""
        with self._lock:
            self._follow(record)
            known = list(self._known.items())
        subjects = _meant(known, wanted)
        for begin in range(0, len(subjects), _SOME):
            found = record.registry.models_of(subjects[begin : begin + _SOME])
            rows = sorted(found.values(), key=lambda row: -row.place)
            yield from _with_reports(record, rows)

    def names(self, subject: str) -> _Names:
        """All names, with revisions, under which a model was judged."""
        known = self._known.get(subject)
        return known.names if known is not None else frozenset()

    def narrow(self, row: Model, digests: Iterable[str]) -> None:
        """Remembers that of all that the report of a model names, these alone tell which it is; fewer may fit that did not before."""
        with self._lock:
            known = self._known.get(row.subject)
            if known is not None and known.place == row.place:
                self._put(row.subject, known._replace(digests=array("Q", sorted(map(_begins, digests)))))

    def _follow(self, record: Record) -> None:
        """Looks through what was judged since the last time."""
        head = record.log.head()
        if head == self._head:
            return
        if self._head is None or not record.log.goes_on_from(self._head):  # the record was put back from a copy
            self._known.clear()
            self._held, self._newest = 0, -1
        newest = self._newest
        for page in pages(record.registry.models):
            newest = max(newest, page[0].place)
            fresh = [row for row in page if row.place > self._newest]
            for row, report in _with_reports(record, fresh):
                digests = {int(found[:16], 16) for found in _HEX.findall(report)}
                names = self.names(row.subject) | {(spelled(row.reference), row.revision)}
                self._put(row.subject, _Known(row.place, names, array("Q", sorted(digests))))
            if len(fresh) < len(page):
                break
        self._follow_names(record)
        self._head, self._newest = head, newest

    def _follow_names(self, record: Record) -> None:
        """Of the verdicts since the last time, those that are not the newest of their model: the same bytes may have had another name."""
        newest = {known.place for known in self._known.values()}
        for kind in (VerdictGiven.kind, Imported.kind):
            for page in pages(partial(record.registry.entries, kind=kind)):
                fresh = [place for place in page if place > self._newest]
                older = [place for place in fresh if place not in newest]
                for entry in record.recorded_each(older) if older else ():
                    self._add_name(entry)
                if len(fresh) < len(page):
                    break

    def _add_name(self, entry: Recorded) -> None:
        verdict = entry.event.verdict if isinstance(entry.event, Imported) else entry.event
        if (
            isinstance(verdict, VerdictGiven)
            and not entry.lapsed
            and (known := self._known.get(verdict.subject)) is not None
        ):
            name = (spelled(verdict.reference), verdict.revision)
            self._known[verdict.subject] = known._replace(names=known.names | {name})

    def _put(self, subject: str, known: _Known) -> None:
        before = self._known.get(subject)
        self._held -= len(before.digests) if before is not None and before.digests is not None else 0
        if known.digests is not None and self._held + len(known.digests) > self._most:
            known = known._replace(digests=None)
        self._held += len(known.digests) if known.digests is not None else 0
        self._known[subject] = known


def _meant(every: Iterable[tuple[str, _Known]], wanted: Wanted) -> list[str]:
    """The subjects of those that may have to do with what is wanted."""
    files = {_begins(digest) for digest in wanted.files}
    found = [
        (-known.place, subject)
        for subject, known in every
        if known.digests is None
        or (files and not files.isdisjoint(known.digests))
        or subject in wanted.subjects
        or not known.names.isdisjoint(wanted.names)
    ]
    return [subject for _, subject in sorted(found)]


def _with_reports(record: Record, rows: list[Model]) -> Iterator[tuple[Model, bytes]]:
    for begin in range(0, len(rows), _AT_ONCE):
        some = rows[begin : begin + _AT_ONCE]
        documents = record.documents({row.report for row in some})
        for row in some:
            yield row, documents[row.report]


def _begins(digest: str) -> int:
    return int(digest[:16], 16)
