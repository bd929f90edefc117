"""What lies in caches, asked of a record, and what the record says of it: the same whoever holds the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hilt.core.cache_scan import AdmittedFor, CacheState


class Wanted(NamedTuple):
    """What caches hold: digests (hex) of files, digests of whole models, and names with revisions."""

    files: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedModel:
    """A model of the record that has something to do with what was asked, and how it stands.

    `subject`, `reference` and `revision` are empty where whoever asks may not know them. `names` are those of all that it was ever called,
    with revisions, that were asked for. It has `count` files; `files` are those whose
    digests were asked for, as paths and digests. `shared` are digests by which others that have them are related to it, `telling` such by
    which others are as bad as it is. `why` and `since` are those of `ScannedModel`, `uses` what it is admitted for.
    """

    subject: str
    reference: str
    revision: str
    count: int
    files: tuple[tuple[str, str], ...]
    shared: frozenset[str]
    telling: frozenset[str]
    state: CacheState
    why: tuple[str, ...] = ()
    since: str = ""
    uses: tuple[AdmittedFor, ...] = ()
    names: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """All models of the record that have to do with what was asked.

    `count` models were looked through, None where that is not told; `problems` tells of those that could not be. `only` are the patterns of the repositories of which
    whoever asked is told everything; empty where that is all of them.
    """

    models: tuple[RecordedModel, ...] = ()
    count: int | None = None
    problems: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def spelled(reference: str) -> str:
    """A reference as caches call it: without its revision."""
    if not reference.startswith("hf:"):
        return reference
    return "hf:" + reference.removeprefix("hf:").removeprefix("//").partition("@")[0]
