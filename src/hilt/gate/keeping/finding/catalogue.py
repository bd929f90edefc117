"""What a library has, in memory, so that it can be searched many times a second: files of revisions are read once, for they never change.

Whatever is told of a page of results is read again; nothing rests on what is remembered here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from sys import intern
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import RecordDamaged
from hilt.core.library import KeptRevision, Repository
from hilt.record.blobs.contents import Contents

if TYPE_CHECKING:
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.record import Record
    from hilt.record.registry_rows import Model

MOST = 50_000
"""Repositories that can be searched at once."""
FRESH = 2.0
"""Seconds for which the folders are taken to be as they were, as long as nothing was recorded."""
AT_ONCE = 500
"""Rows of the registry that are read together."""
MOST_TAGS, LONGEST = 64, 100
"""Of what a publisher says: tags of a model, and letters of each."""


class Item(NamedTuple):
    """What a revision is found by: the digest of its bytes and their `size`, and what its publisher and its upstream say."""

    subject: str
    size: int
    task: str
    tags: frozenset[str]
    downloads: int
    likes: int
    changed: str
    made: str


class Entry(NamedTuple):
    """A revision, and its newest verdict."""

    repository: Repository
    commit: str
    item: Item
    row: Model


class Looked(NamedTuple):
    """Of each repository the revision that was judged last. What is `damaged` could not be read, and of what `has_more` nothing was."""

    entries: list[Entry]
    damaged: tuple[str, ...]
    has_more: bool


class Catalogue:
    """Of the library that has these revisions, and the record beside it; used by many threads."""

    def __init__(self, revisions: Revisions) -> None:
        self.revisions = revisions
        self._contents = Contents(revisions.folder, MOST)
        self._there: Mapping[Repository, tuple[str, ...]] = {}
        self._items: dict[tuple[Repository, str], Item] = {}
        self._rows: dict[str, Model | None] = {}
        self._looked, self._size, self._followed, self._judged = -FRESH, -1, -1, -1
        self._lock = Lock()

    def look(self, record: Record, wanted: Callable[[Repository], bool]) -> Looked:
        """What there is of the repositories that are `wanted`. Raises `RecordError`, `SourceError`."""
        with self._lock:
            self._look_around(record)
            items, damaged = self._read([one for one in self._there if wanted(one)])
            self._judge({item.subject for _, _, item in items}, record)
            newest: dict[Repository, Entry] = {}
            for repository, commit, item in items:
                row = self._rows[item.subject]
                before = newest.get(repository)
                if row is not None and (before is None or before.row.place < row.place):
                    newest[repository] = Entry(repository, commit, item, row)
            return Looked(list(newest.values()), tuple(damaged), self._contents.has_more)

    def _look_around(self, record: Record) -> None:
        size = record.log.head().size
        if size != self._size or monotonic() - self._looked > FRESH:
            self._there, self._looked, self._size = self._contents.look(), monotonic(), size

    def _read(self, wanted: Collection[Repository]) -> tuple[list[tuple[Repository, str, Item]], list[str]]:
        found: list[tuple[Repository, str, Item]] = []
        damaged: list[str] = []
        for repository in wanted:
            for commit in self._there[repository]:
                item = self._items.get((repository, commit))
                try:
                    kept = None if item else self.revisions.find(repository, commit, keep=False)
                except RecordDamaged as error:
                    damaged.append(str(error))
                    continue
                if kept is not None:
                    item = self._items[repository, commit] = _item(kept)
                if item is not None:
                    found.append((repository, commit, item))
        return found, damaged

    def _judge(self, subjects: Collection[str], record: Record) -> None:
        """Has the newest verdict of each of the subjects."""
        self._follow(record)
        missing = [one for one in subjects if one not in self._rows]
        for begin in range(0, len(missing), AT_ONCE):
            some = missing[begin : begin + AT_ONCE]
            self._rows |= dict.fromkeys(some) | record.registry.models_of(some)

    def _follow(self, record: Record) -> None:
        """What was judged since then, newest first."""
        size = record.log.head().size
        if size == self._followed:
            return
        after, newest = None, self._judged
        some = 4
        while rows := record.registry.models(after=after, limit=some):
            if after is None:
                newest = rows[0].place
                if newest < self._judged:  # the record was put back from a copy
                    self._rows.clear()
            self._rows |= {row.subject: row for row in rows if row.subject in self._rows}
            after, some = rows[-1].place, AT_ONCE
            if not self._rows or after <= self._judged:
                break
        self._judged, self._followed = newest, size


def _item(kept: KeptRevision) -> Item:
    told, tags = kept.told, kept.told.get("tags")
    listed = [intern(tag) for tag in tags if _is_short(tag)] if isinstance(tags, list | tuple) else []
    return Item(
        subject=kept.digest,
        size=kept.subject.size,
        task=_text(kept.task),
        tags=frozenset(listed[:MOST_TAGS]),
        downloads=_count(told.get("downloads")),
        likes=_count(told.get("likes")),
        changed=_text(told.get("lastModified")),
        made=_text(told.get("createdAt")),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= LONGEST else ""


def _is_short(tag: object) -> bool:
    return bool(tag) and isinstance(tag, str) and len(tag) <= LONGEST


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
