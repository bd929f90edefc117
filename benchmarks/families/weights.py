"""The weights of a folder or file as hilt takes them: its own readers, recognition and adapters, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hilt.checks.reading import read
from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, SourceError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.tensors import TENSORS, Given, tensors
from hilt.formats.tensors.descriptions import description
from hilt.knowledge.lineage.outputs_first import outputs_first
from hilt.knowledge.weight_sets import WeightSet, weight_sets
from hilt.sources.file import Locator

LIMITS = Limits()
ABOVE = ("weights", "variables")
"""Folders of raw numbers, whose description lies one folder up (Core ML, SavedModel)."""


class Folder:
    """The files below a folder, or one file with those beside it. Close it by the stack that it is given."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._root, self._stack = path, stack
        if path.is_file():
            self._root = path.parent.parent if path.parent.name in ABOVE else path.parent
        found = sorted(self._root.rglob("*")) if path.is_dir() else [*self._root.glob("*"), *path.parent.glob("*")]
        self.paths = frozenset(one.relative_to(self._root).as_posix() for one in found if one.is_file())
        self.wanted = self.paths if path.is_dir() else frozenset({path.relative_to(self._root).as_posix()})

    def open(self, path: str) -> ByteSource:
        if path not in self.paths:
            raise FormatError(f"there is no file {path!r}")
        file = self._root / path
        return self._stack.enter_context(Locator.of(str(file.resolve()), file.stat()).open())

    def parsed(self, path: str) -> object:
        file = read(path, self.open(path), LIMITS)
        if file.error is not None:
            raise file.error
        return file.value

    def tensors(self, path: str) -> Iterator[TensorSource]:
        file = read(path, self.open(path), LIMITS)
        if file.error is None:
            given = Given(path, file.value, file.source, LIMITS, self.open, self.parsed, self.paths)
            yield from tensors(file.format, given)

    def format(self, path: str) -> str:
        return read(path, self.open(path), LIMITS).format

    def sets(self) -> list[WeightSet]:
        """The sets of weights, raw numbers being those of the file that describes them."""
        formats = {}
        for path in sorted(self.wanted):
            try:
                formats[path] = self.format(path)
            except (FormatError, SourceError):
                continue
        for path, kind in list(formats.items()):
            if kind not in TENSORS and (described := description(path, self.paths)) is not None:
                formats.setdefault(described, next(iter(TENSORS)))
        return weight_sets(formats, kinds=TENSORS)


@contextmanager
def sets(path: Path) -> Iterator[dict[str, list[TensorSource]]]:
    """Each set of weights by its name, largest first; readable as long as the context is open."""
    with ExitStack() as stack:
        folder = Folder(path, stack)
        yield {
            one.name: list(outputs_first(tensor for part in one.paths for tensor in folder.tensors(part)))
            for one in folder.sets()
        }
