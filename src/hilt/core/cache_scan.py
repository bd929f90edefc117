"""What lies in the caches of a machine, held against the record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, NoReturn


class CacheState(Enum):
    """How a model in a cache stands, the worst first."""

    WITHDRAWN = "withdrawn"
    """Somebody took it back, and nothing admits it."""
    BLOCKED = "blocked"
    """Its verdict is block, or somebody refused it, and nothing admits it."""
    NOT_READ = "not read"
    """A part of it could not be read, so that nobody can say what a loader would find there."""
    NEVER_ADMITTED = "never admitted"
    """Nobody checked these bytes, or what they were checked for was not decided, or lapsed."""
    ADMITTED = "admitted"
    """Every byte of it is of a model that is admitted."""

    @property
    def stopped(self) -> bool:
        return self in (CacheState.WITHDRAWN, CacheState.BLOCKED)


class AdmittedFor(NamedTuple):
    """A use, and the last day on which it may be used for that, empty for no end."""

    use: str
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedModel:
    """A model in a cache of the kind `cache`.

    `why` tells the state in sentences, the deciding one first; `since` is when it was said (UTC, ISO 8601), empty where nobody said anything.
    `reference` and `subject` (digest) are those of the model in the record by which it is told. `by` is "bytes" where the bytes are
    that model's, "name" where only names in the cache say so. `files` were read, of `size` bytes together. `moved` is the note that tells where it was put, empty where
    it lies as before; `kept` are files of it that others use as well, and were left. `also` tells of a stopped model of the record that
    has files of an admitted one.
    """

    cache: str
    name: str
    revision: str
    where: str
    state: CacheState
    why: tuple[str, ...] = ()
    since: str = ""
    uses: tuple[AdmittedFor, ...] = ()
    reference: str = ""
    subject: str = ""
    by: str = ""
    also: str = ""
    files: int = 0
    size: int = 0
    moved: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedCache:
    """A cache, or the place where one was looked for. `strays` are names in it that belong to no model that hilt knows of."""

    kind: str
    where: str
    found: bool
    models: int = 0
    strays: int = 0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheScan:
    """All that was found. `use` is the one that was asked for, empty for any; `compared` how many models the record knows that were
    compared, None where that is not told."""

    caches: tuple[ScannedCache, ...]
    models: tuple[ScannedModel, ...]
    use: str = ""
    compared: int | None = None
    problems: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """20 where something was stopped, 10 where something was not admitted or not looked at, 3 where nothing was found, else 0."""
        if any(one.state.stopped for one in self.models):
            return 20
        open_ = self.problems or any(one.problems for one in self.caches)
        if open_ or any(one.state is not CacheState.ADMITTED for one in self.models):
            return 10
        return 0 if self.models else 3

    def __bool__(self) -> NoReturn:
        raise TypeError("a CacheScan is neither true nor false; compare its exit_code, or look at its models")


class PutBack(NamedTuple):
    """What was moved back out of a quarantine: absolute paths, and by path why something was not."""

    moved: tuple[str, ...]
    left: tuple[tuple[str, str], ...] = ()
