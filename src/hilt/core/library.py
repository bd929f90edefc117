"""The library: repositories at a commit, as a hub serves them and the library keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from hilt.core.standing import Standing
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome

KINDS = ("models", "datasets", "spaces", "kernels")
"""What a hub holds; each has names of its own."""


class Repository(NamedTuple):
    """`name` is org/name, or a name without an organisation; `kind` is one of `KINDS`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"

    @property
    def reference(self) -> str:
        """How the record calls it."""
        return f"hf:{self.name}" if self.kind == "models" else f"hf:{self}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file of a revision: `size` in bytes, `sha256` and git's name `blob` (SHA-1) of its bytes, in hex.

    Git itself holds the bytes, unless `large` is true: then it holds a pointer to them, and `blob` and `pointer_size` are of that.
    """

    path: str
    size: int
    sha256: str
    blob: str
    large: bool = False
    pointer_size: int = 0

    @property
    def etag(self) -> str:
        """What download clients call the bytes in their caches."""
        return self.sha256 if self.large else self.blob


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRevision:
    """A repository at a `commit` (40 hex digits), with all its files, by path.

    `upstream` is the name of where it came from, empty for what was uploaded here; `at` when it was listed (UTC, ISO 8601).
    `told` is what the upstream says of the repository beside its files, as its API spells it; nothing rests on it.
    """

    repository: Repository
    commit: str
    files: tuple[KeptFile, ...]
    upstream: str = ""
    at: str = ""
    told: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def subject(self) -> Subject:
        """What is judged of it."""
        entries = tuple(Entry(path=one.path, size=one.size, sha256=one.sha256) for one in self.files)
        return Subject(reference=self.repository.reference, revision=self.commit, entries=entries)

    def file(self, path: str) -> KeptFile | None:
        return next((one for one in self.files if one.path == path), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for in the library; what is empty, None or 0 says nothing.

    `text` is a part of the name, `author` the organisation; `task` and `tags` are what the publisher says. `licence` and `openness` (the class of
    the Model Openness Framework) are what the report says, `outcome` is the newest verdict. `largest` is bytes of all files together, `memory` bytes
    that it takes to run the smallest set of its weights (`fit.reserved`).
    """

    kind: str = "models"
    text: str = ""
    author: str = ""
    task: str = ""
    tags: tuple[str, ...] = ()
    licence: str = ""
    openness: int | None = None
    outcome: Outcome | None = None
    largest: int = 0
    memory: int = 0


class Shelved(NamedTuple):
    """A revision that a search of the library found, with its newest verdict, as the tables tell; `place` is that in the log.

    `standing` is how it stands for the use of whoever searches, None where they named none. `memory` is what it takes to run it, in bytes; 0
    where that is not known.
    """

    kept: KeptRevision
    outcome: Outcome
    licences: tuple[str, ...]
    openness: int | None
    memory: int
    place: int
    standing: Standing | None = None
