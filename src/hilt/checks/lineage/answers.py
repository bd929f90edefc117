"""What a reading process answers of a set of weights: the numbers stay with it, sketches of them go out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from hilt.checks.check import Repository
from hilt.core.byte_source import ByteSource, expect
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.core.wire import encode_text
from hilt.formats.tensors import TENSORS, Given, tensors, untold
from hilt.formats.tensors.descriptions import description

UNTOLD, NAME = 100, 200
"""Tensors that could not be unpacked and are named, and characters of a name."""


class Reopened:
    """A file that is opened again wherever another one was opened in between: the tensors of a set lie in several."""

    def __init__(self, opened: Callable[[], ByteSource], size: int) -> None:
        self._opened, self.size = opened, size

    def read(self, offset: int, n: int) -> bytes:
        return self._opened().read(offset, n)

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        expect(self._opened(), ranges)


class File(NamedTuple):
    """A file of the set, read: the id of its format, and what its tensors are taken from."""

    format: str
    given: Given


class Asked(NamedTuple):
    """A question about the files of one set. `seed` is that of random numbers, where the answer takes some."""

    files: tuple[File, ...]
    seed: int
    repository: Repository | None

    def tensors(self) -> Iterator[TensorSource]:
        """Those of all files, outputs first."""
        from hilt.knowledge.lineage.outputs_first import outputs_first

        return outputs_first(tensor for file in self.files for tensor in tensors(file.format, file.given))


def described(path: str, paths: frozenset[str], formats: Mapping[str, str]) -> str:
    """The file whose tensors those at `path` are: itself, or the one that describes the raw numbers in it."""
    if formats.get(path) in TENSORS:
        return path
    return description(path, paths) or path


def answer(what: str, asked: Asked) -> dict[str, Any]:
    """What `what`, a key of `ANSWERS`, tells. Raises `FormatError`, `SourceError`."""
    return ANSWERS[what](asked)


def _print(asked: Asked) -> dict[str, Any]:
    from hilt.knowledge.lineage.fingerprint import largest, model_print
    from hilt.knowledge.lineage.print_bytes import encode

    unread = [encode_text(name[:NAME]) for file in asked.files for name in islice(untold(*file), UNTOLD)]
    limits = asked.files[0].given.limits if asked.files else Limits()
    made = model_print(asked.tensors(), limits)
    if len(made.tensors) >= limits.fingerprint_tensors:
        made = model_print(asked.tensors(), limits, largest(asked.tensors(), limits))
    return {"print": _text(encode(made)), "untold": unread[:UNTOLD]}


def _sketch(asked: Asked) -> dict[str, Any]:
    from hilt.knowledge.lineage.closer import model_sketch
    from hilt.knowledge.lineage.closer_bytes import encode

    return {"sketch": _text(encode(model_sketch(asked.tensors(), asked.seed)))}


def _alone(asked: Asked) -> dict[str, Any]:
    from hilt.core.lineage_v1 import encode_ablation
    from hilt.knowledge.lineage.safeguards import alone
    from hilt.knowledge.lineage.slabs import slabs

    return {"ablation": encode_ablation(alone(slabs(asked.tensors())))}


def _bases(asked: Asked) -> dict[str, Any]:
    """The names that cards, configs and headers give to what the subject is made from."""
    if asked.repository is None:
        return {"names": []}
    from hilt.checks.rights.lineage import names

    return {"names": [encode_text(name) for name in names(asked.repository)]}


def _described(asked: Asked) -> dict[str, Any]:
    from hilt.formats import json
    from hilt.knowledge.lineage.described import FILES, Line, of_gguf, of_json, of_templates

    lines: list[Line] = []
    for file in asked.files:
        name = file.given.path.rpartition("/")[2]
        if file.format == "gguf":
            lines += of_gguf(file.given.value)
        elif name in FILES:
            lines += of_json(name, json.read(file.given.source, file.given.limits).value)
        lines += of_templates(name, getattr(file.given.value, "templates", ()))
    return {"lines": [[encode_text(text) for text in line] for line in lines]}


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


ANSWERS: Mapping[str, Callable[[Asked], dict[str, Any]]] = {
    "print": _print,
    "sketch": _sketch,
    "alone": _alone,
    "bases": _bases,
    "described": _described,
}
