"""searching: what the library has, found by what is known of it; the newest verdicts first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import ReferenceInvalid
from hilt.core.library import KeptRevision, Repository, Shelved, Sought
from hilt.core.report_v1 import load_report
from hilt.gate.keeping.newest import Newest
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.status import Now
from hilt.sources.hub_place import parse_reference

if TYPE_CHECKING:
    from hilt.record.blobs.revisions import Revisions
    from hilt.record.record import Record
    from hilt.record.registry_rows import Model

MOST = 1000
"""Models of one page."""
AT_ONCE = 200
"""Rows of the registry that are looked at together."""
LOOKED_AT = 20_000
"""Rows that one search looks at; then it says where to go on."""
MEMORY = "fit.reserved"


class Found(NamedTuple):
    """A page of what was found, and the `after` of the next one, None where there is none."""

    models: tuple[Shelved, ...]
    after: int | None


class Searches:
    """Searches the revisions of a library; used by many threads."""

    def __init__(self, revisions: Revisions, settings: Settings) -> None:
        self._revisions, self._settings = revisions, settings
        self._memory: Newest[str, int] = Newest(10 * MOST)
        """By the digest of a report."""

    def find(self, sought: Sought, *, use: str = "", after: int | None = None, limit: int = 50) -> Found:
        """What is `sought`, at most `limit`; of each repository the revision that was judged last. Raises `RecordError`."""
        found: list[Shelved] = []
        seen: set[Repository] = set()
        most = max(1, min(limit, MOST))
        with opened(self._settings) as record:
            rest = None
            for looked_at, row in enumerate(_rows(record, sought, after)):
                if len(found) == most or looked_at == LOOKED_AT:
                    rest = row.place + 1
                    break
                if (one := self._shelved(row, sought, seen, record)) is not None:
                    found.append(one)
            return Found(_standing(found, use, record), rest)

    def _shelved(self, row: Model, sought: Sought, seen: set[Repository], record: Record) -> Shelved | None:
        repository = _repository(row.reference)
        if repository is None or repository in seen or repository.kind != sought.kind:
            return None
        kept = self._revisions.find(repository, row.revision)
        if kept is None or not _fits(kept, sought):
            return None
        seen.add(repository)
        memory = self._memory_of(row.report, record) if sought.memory else 0
        if sought.memory and not 0 < memory <= sought.memory:
            return None
        return Shelved(kept, row.outcome, row.licences, row.openness, memory, row.place)

    def _memory_of(self, digest: str, record: Record) -> int:
        memory = self._memory.get(digest)
        if memory is None:
            facts = {fact.key: fact.value for fact in load_report(record.document(digest).decode()).facts}
            value = facts.get(MEMORY)
            memory = value if isinstance(value, int) else 0
            self._memory.put(digest, memory)
        return memory


def _rows(record: Record, sought: Sought, after: int | None) -> Iterator[Model]:
    """The newest verdicts of what may be sought, by what the tables tell of them."""
    part = sought.text or (f"{sought.author}/" if sought.author else "")
    while rows := record.registry.models(
        matching=part,
        outcome=sought.outcome,
        licence=sought.licence or None,
        openness=sought.openness,
        after=after,
        limit=AT_ONCE,
    ):
        yield from rows
        after = rows[-1].place


def _repository(reference: str) -> Repository | None:
    if not reference.startswith("hf:"):
        return None
    try:
        place = parse_reference(reference)
    except ReferenceInvalid:
        return None
    return Repository(place.kind, place.repository)


def _fits(kept: KeptRevision, sought: Sought) -> bool:
    name, told = kept.repository.name, kept.told
    author = name.rpartition("/")[0]
    tags = told.get("tags")
    return (
        sought.text.casefold() in name.casefold()
        and sought.author.casefold() in ("", author.casefold())
        and sought.task in ("", told.get("pipeline_tag"))
        and set(sought.tags) <= set(tags if isinstance(tags, list | tuple) else ())
        and (not sought.largest or kept.subject.size <= sought.largest)
    )


def _standing(page: list[Shelved], use: str, record: Record) -> tuple[Shelved, ...]:
    """The same with how each stands for `use`, where one is named."""
    if not use:
        return tuple(page)
    now = Now.of(record)
    subjects = [one.kept.subject.digest for one in page]
    histories = record.histories(set(subjects))
    return tuple(
        one._replace(standing=now.standing(histories[subject], use))
        for one, subject in zip(page, subjects, strict=True)
    )
