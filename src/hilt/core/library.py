"""The library: repositories at a commit, as a hub serves them and the library keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
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


@dataclass(frozen=True, kw_only=True)
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

    @cached_property
    def digest(self) -> str:
        """That of its subject; of thousands of files it takes long to make."""
        return self.subject.digest

    @cached_property
    def subject(self) -> Subject:
        """What is judged of it."""
        entries = tuple(Entry(path=one.path, size=one.size, sha256=one.sha256) for one in self.files)
        return Subject(reference=self.repository.reference, revision=self.commit, entries=entries)

    @property
    def task(self) -> str:
        """What it is for, as its publisher says; empty where that is not said."""
        task = self.told.get("pipeline_tag")
        return task if isinstance(task, str) else ""

    @cached_property
    def _by_path(self) -> dict[str, KeptFile]:
        return {one.path: one for one in self.files}

    def file(self, path: str) -> KeptFile | None:
        return self._by_path.get(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for in the library; what is empty, None or 0 says nothing.

    `text` are parts of the name, with blanks between them, `author` is the organisation; `task` and `tags` are what the publisher says.
    `licence` and `openness` (the class of the Model Openness Framework, -1 for none known) are what the report says, `outcome` is the
    newest verdict. `largest` is bytes of all files together, `memory` bytes that it takes to run the smallest set of its weights
    (`fit.reserved`). `order` is one of `ORDERS`.
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
    order: str = ""


ORDERS = ("", "changed", "downloads", "likes", "made")
"""What comes first: what was judged last; what its publisher changed last; what is downloaded or liked most, or was made last, as its
upstream says."""


class UpstreamTold(NamedTuple):
    """An upstream: where it is, and the patterns of the repositories that it is asked for.

    `limited_until` (UTC, ISO 8601) is there while it wants to be left alone.
    """

    name: str
    where: str
    names: tuple[str, ...]
    limited_until: str = ""


class Shelved(NamedTuple):
    """A revision that a search of the library found, with its newest verdict, as the tables tell; `place` is that in the log.

    `standing` is how it stands for the use of whoever searches, None where they named none. `memory` is what it takes to run it, in bytes; 0
    where that is not known. `holders` is how many have it, as far as the record knows. It is `withdrawn` where it was for every use.
    """

    kept: KeptRevision
    outcome: Outcome
    licences: tuple[str, ...]
    openness: int | None
    memory: int
    place: int
    standing: Standing | None = None
    holders: int = 0
    withdrawn: bool = False


class Found(NamedTuple):
    """A page of what was found, and the `after` of the next one, None where there is none.

    `damaged` says of some revisions why they could not be read. With `has_more`, the library has more than can be searched.
    """

    models: tuple[Shelved, ...]
    after: int | None
    damaged: tuple[str, ...] = ()
    has_more: bool = False
