"""An index of known models, open for reading: its models, and those of them that a model is related to."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from hilt.core.errors import FormatError, IndexInvalid, UsageError
from hilt.core.limits import Limits
from hilt.core.lineage import Kinship, Relation, Relative, Sureness
from hilt.knowledge.licences.model_names import name_of
from hilt.knowledge.lineage.index.entry import Entry
from hilt.knowledge.lineage.index.file import WAY_OUT, IndexFile
from hilt.knowledge.lineage.index.keys import asked, chosen
from hilt.knowledge.lineage.index.search import nearest
from hilt.knowledge.lineage.index.write import Model
from hilt.knowledge.lineage.print_bytes import OtherVersion, decode
from hilt.knowledge.lineage.prints import ModelPrint
from hilt.knowledge.lineage.relatives import COPIES

CANDIDATES = 32
"""Models whose fingerprints are compared as a whole."""
_TRIES, _PAUSE = 3, 0.02
"""Whoever reads the head while it is written anew looks again."""


class Found(NamedTuple):
    """A relative, and its number in the index."""

    number: int
    relative: Relative


class Index:
    """An index, open for reading. Raises `UsageError` where there is none, `IndexInvalid` where it is damaged."""

    def __init__(self, path: Path, limits: Limits | None = None) -> None:
        self.path, self._limits = path, limits or Limits()
        if path.exists() and not path.is_file():
            raise UsageError(f"{path}: an index is a regular file, and this is none; name another one")
        try:
            self._opened = path.open("rb")
        except OSError as error:
            way_out = f"`hilt index add REF --index {path}` makes one"
            raise UsageError(f"{path}: there is no index that could be read: {error.strerror}; {way_out}") from None
        try:
            self.file = self._read(_TRIES)
        except BaseException:
            self._opened.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @property
    def models(self) -> int:
        return self.file.head.models

    def entries(self) -> Iterator[Entry]:
        return (self.file.entry(number) for number in range(self.models))

    def print(self, number: int) -> ModelPrint:
        """The fingerprint of a model. Raises `OtherVersion` as well."""
        blob = self.file.entry(number).print
        try:
            return decode(self.file.blob(number, blob), self._limits)
        except OtherVersion:
            raise
        except FormatError as error:
            raise self._wrong(number, f"its fingerprint: {error}") from None

    def writers(self, number: int) -> bytes:
        """Its sketch of what it writes to the residual stream, as `closer` stores it; empty where none was kept."""
        blob = self.file.entry(number).writers
        return self.file.blob(number, blob) if blob.size else b""

    def search(self, model: ModelPrint, most: int = 10) -> tuple[Found, ...]:
        """The relatives of a model, the nearest first. Raises `FormatError` where nothing of it could tell any."""
        near = nearest(self.file.table, asked(model), CANDIDATES)
        found = [self._compared(int(number), model) for number in near.models]
        kin = [
            one for one in found if one.relative.kinship.related or one.relative.kinship.relation is Relation.UNKNOWN
        ]
        return tuple(sorted(kin, key=_nearness)[:most])

    def named(self, name: str, model: ModelPrint) -> tuple[Found, ...]:
        """How a model came from those that the index has under a name, kin or not: what its files say, held to its weights."""
        return tuple(self._compared(number, model) for number in self._names.get(_spelled(name), ())[:CANDIDATES])

    @cached_property
    def _names(self) -> dict[str, list[int]]:
        names: dict[str, list[int]] = {}
        for number, entry in enumerate(self.entries()):
            names.setdefault(_spelled(entry.name), []).append(number)
        return names

    def model(self, number: int) -> Model:
        """What it takes to write this model elsewhere."""
        table = self.file.table
        keys = np.concatenate([table.first[:, number, None], table.rest[:, number]], axis=1)
        return Model(self.file.entry(number), keys, partial(self.file.blob, number))

    def verified(self, number: int) -> Model:
        """The same, once its keys and its fingerprint fit each other. Raises `IndexInvalid`."""
        from hilt.knowledge.lineage import closer_bytes

        model = self.model(number)
        try:
            keys = chosen(self.print(number))
            if model.entry.writers.size:
                closer_bytes.decode(self.writers(number))
        except FormatError as error:
            raise self._wrong(number, str(error)) from None
        if not np.array_equal(keys, model.keys):
            raise self._wrong(number, "its keys are not those of its fingerprint")
        return model

    def _compared(self, number: int, model: ModelPrint) -> Found:
        from hilt.knowledge.lineage.relate import relate

        entry = self.file.entry(number)
        try:
            kinship = relate(self.print(number), model)
        except OtherVersion as error:
            kinship = Kinship(Relation.UNKNOWN, Sureness.WEAK, 0.0, 0.0, untold=(str(error),))
        relative = Relative(
            entry.name,
            kinship,
            bases=entry.bases,
            revision=entry.revision,
            licences=entry.licences,
            newer=entry.newer,
            stale=entry.stale,
            digest=entry.digest,
        )
        return Found(number, relative)

    def _read(self, tries: int) -> IndexFile:
        try:
            return IndexFile(self._opened, str(self.path), self._limits)
        except IndexInvalid as error:
            if tries <= 1 or error.offset != 0:
                raise
        time.sleep(_PAUSE)
        return self._read(tries - 1)

    def _wrong(self, number: int, message: str) -> IndexInvalid:
        place = int(self.file.table.lines[number])
        name = self.file.entry(number).name
        return IndexInvalid(f"model {number}, {name!r}: {message}", file=str(self.path), offset=place, way_out=WAY_OUT)


def _spelled(name: str) -> str:
    """As hubs tell names apart, however it was written."""
    return (name_of(name) or name).casefold()


def _nearness(one: Found) -> tuple[bool, bool, float, float, float, float]:
    """A copy of the whole is nearer than a part of something larger."""
    kinship = one.relative.kinship
    similar = sum(pair.similarity * pair.parameters for pair in kinship.pairs)
    no_copy = kinship.relation not in COPIES
    return not kinship.related, no_copy, -kinship.share_b, -kinship.share_a, kinship.distance or 0.0, -similar
