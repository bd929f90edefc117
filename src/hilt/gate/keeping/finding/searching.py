"""searching: what the library has, found by what is known of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.errors import RecordDamaged
from hilt.core.events import Recorded
from hilt.core.library import Found, Repository, Shelved, Sought
from hilt.core.standing import Standing
from hilt.core.verdict import Outcome
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.keeping.finding.catalogue import Catalogue, Entry
from hilt.gate.keeping.finding.todays import Todays
from hilt.gate.keeping.newest import Newest
from hilt.gate.keeping.offering import waits_for_anybody
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.reader import Reader
from hilt.gate.record import opened
from hilt.gate.recording.record_places import Places, places
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.settings import Settings
from hilt.gate.status import Now, is_withdrawn, lasting

if TYPE_CHECKING:
    from hilt.record.record import Record

MOST = 1000
"""Repositories of one page."""
LOOKED_AT = 500
"""Repositories whose standing one search looks at; then it says where to go on."""
MOST_ADMITTED = 1_000_000
"""Subjects that somebody ever said yes to; of more, some are not listed."""
AT_ONCE = 100
"""Those whose standing is looked at together."""
MEMORY = "fit.reserved"
"""The fact of a report that tells how much memory it takes."""
_MOST_TOLD = 5
"""Damaged revisions that are named."""
_UNKNOWN = -1
_OTHERS = "\x00"


class Searches:
    """Searches the library and the record of the settings; used by many threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._folder = settings, library_folder(settings)
        self._record = places(settings.record or RecordSettings())

    def find(
        self, sought: Sought, *, use: str = "", after: int | None = None, limit: int = 50, reader: Reader | None = None
    ) -> Found:
        """What is `sought`, at most `limit`, without the first `after`; of each repository the revision that was judged last.

        With `use`, also how it stands for that. With a `reader`, only what they may have, and would get, for their use.
        Raises `RecordError`, `SourceError`.
        """
        from hilt.record.blobs.layout import is_library

        if not is_library(self._folder):
            return Found((), None)
        most, begin = max(1, min(limit, MOST)), max(0, after or 0)
        catalogue = _catalogue(self._folder, self._record)
        with opened(self._settings) as record:
            looked = catalogue.look(record, _wanted(sought, reader))
            damaged, page, at = list(looked.damaged), list[Shelved](), begin
            entries = looked.entries if reader is None else _maybe_had(looked.entries, reader, record)
            chosen = sorted(_chosen(entries, sought, record), key=_ORDERS[sought.order])
            asking = _Asking(reader, Todays(record, self._settings)) if reader is not None else None
            searching = _Searching(catalogue, record, reader.use if reader else use, asking, damaged)
            for at, one in enumerate(searching.told(chosen[begin : begin + LOOKED_AT], most), begin + 1):  # noqa: B007
                if one is not None:
                    page.append(one)
                if len(page) == most:
                    break
        return Found(tuple(page), at if at < len(chosen) else None, tuple(damaged[:_MOST_TOLD]), looked.has_more)

    def newest(self, repository: Repository) -> str:
        """The digest of what the repository had when it was judged last, empty where it never was. Raises `RecordError`, `SourceError`."""
        from hilt.record.blobs.layout import is_library

        with opened(self._settings) as record:
            if is_library(self._folder):  # the same bytes may have been judged under another name since
                looked = _catalogue(self._folder, self._record).look(record, lambda one: one == repository)
                if looked.entries:
                    return looked.entries[0].row.subject
            found = record.registry.newest_of(repository.reference)
        return found.subject if found is not None else ""


class _Asking(NamedTuple):
    """Whoever asks for what they would get, and the policies of today."""

    reader: Reader
    todays: Todays

    def would_get(self, standing: Standing | None, history: Sequence[Recorded]) -> bool:
        given, signs = newest_verdict(history), _signs(self.reader)
        if standing is None or given is None:
            return False
        admitted = standing.outcome is Outcome.ADMIT or (signs and waits_for_anybody(standing, given))
        return admitted and self.todays.hold(given, signs=signs)


class _Searching(NamedTuple):
    """A search that is under way."""

    catalogue: Catalogue
    record: Record
    use: str
    asking: _Asking | None
    damaged: list[str]

    def told(self, entries: Sequence[Entry], most: int) -> Iterator[Shelved | None]:
        """Each with what is to be told of it; None for what is not for the reader."""
        now, size = Now.of(self.record), min(most, AT_ONCE)
        for begin in range(0, len(entries), size):
            some = entries[begin : begin + size]
            histories = self.record.histories({one.row.subject for one in some})
            for one in some:
                history = histories[one.row.subject]
                standing = now.standing(history, self.use) if self.use else None
                may_have = self.asking is None or self.asking.would_get(standing, history)
                told = self._shelved(one, standing, history) if may_have else None
                yield told._replace(withdrawn=is_withdrawn(history, now)) if told is not None else None

    def _shelved(self, entry: Entry, standing: Standing | None, history: Sequence[Recorded]) -> Shelved | None:
        row = entry.row
        try:
            kept = self.catalogue.revisions.find(entry.repository, entry.commit)
        except RecordDamaged as error:
            self.damaged.append(str(error))
            return None
        if kept is None:
            return None
        memory, holders = _memory_of(row.report, self.record), len(lasting(history))
        return Shelved(kept, row.outcome, row.licences, row.openness, memory, row.place, standing, holders)


def _maybe_had(entries: Iterable[Entry], reader: Reader, record: Record) -> Iterator[Entry]:
    """Without those to which nobody said yes, and to which the reader cannot: so nobody's standing is looked at in vain."""
    said_yes = frozenset(record.registry.admitted(limit=MOST_ADMITTED))
    for one in entries:
        if one.row.subject in said_yes or (_signs(reader) and one.row.outcome is Outcome.ADMIT):
            yield one


def _signs(reader: Reader) -> bool:
    return reader.asked is not None and reader.asked.key is not None


def _wanted(sought: Sought, reader: Reader | None) -> Callable[[Repository], bool]:
    """By its name alone, may it be what is sought?"""
    words, author = sought.text.casefold().split(), sought.author.casefold()

    def wanted(repository: Repository) -> bool:
        name = repository.name.casefold()
        return (
            repository.kind == sought.kind
            and all(word in name for word in words)
            and author in ("", name.rpartition("/")[0])
            and (reader is None or reader.may_have(repository))
        )

    return wanted


def _chosen(entries: Iterable[Entry], sought: Sought, record: Record) -> Iterator[Entry]:
    tags, licence = frozenset(sought.tags), sought.licence.casefold()
    for one in entries:
        item, row = one.item, one.row
        openness = _UNKNOWN if row.openness is None else row.openness
        if (
            sought.task in ("", item.task)
            and tags <= item.tags
            and (not sought.largest or item.size <= sought.largest)
            and sought.outcome in (None, row.outcome)
            and (not licence or licence in map(str.casefold, row.licences))
            and sought.openness in (None, openness)
            and (not sought.memory or 0 < _memory_of(row.report, record) <= sought.memory)
        ):
            yield one


def _behind(text: str) -> tuple[int, ...]:
    """A key by which the greatest text comes first, and none the last."""
    return tuple(-ord(letter) for letter in text or _OTHERS)


_ORDERS: dict[str, Callable[[Entry], Any]] = {
    "": lambda one: (-one.row.place, one.repository),
    "changed": lambda one: (_behind(one.item.changed), one.repository),
    "downloads": lambda one: (-one.item.downloads, one.repository),
    "likes": lambda one: (-one.item.likes, one.repository),
    "made": lambda one: (_behind(one.item.made), one.repository),
}


@lru_cache(maxsize=8)
def _catalogue(folder: Path, _: Places) -> Catalogue:
    """One for each library and record, for all pages and threads of a server."""
    from hilt.record.blobs.revisions import Revisions

    return Catalogue(Revisions(folder))


_MEMORIES: Newest[str, int] = Newest(50_000)
"""By the digests of reports."""


def _memory_of(digest: str, record: Record) -> int:
    """Bytes; 0 where the report does not tell."""
    memory = _MEMORIES.get(digest)
    if memory is None:
        memory = _told_memory(record.document(digest))
        _MEMORIES.put(digest, memory)
    return memory


def _told_memory(report: bytes) -> int:
    try:
        value = next((one["value"] for one in json.loads(report)["report"]["facts"] if one["key"] == MEMORY), None)
    except (ValueError, RecursionError, KeyError, TypeError):
        return 0
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
