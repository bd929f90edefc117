"""YAML as people write it by hand, and no more: mappings, lists and text, each with its line.

Every scalar is the text that stands there, so `no`, `on` and `1.10` mean what they look like. A key that occurs twice,
an alias, a tag, a second document or too much of anything is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import yaml

from hilt.core.errors import PolicyInvalid

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Text(NamedTuple):
    value: str
    line: int


class Sequence(NamedTuple):
    items: tuple[Tree, ...]
    line: int


class Table(NamedTuple):
    entries: dict[str, Tree]
    line: int


Tree = Text | Sequence | Table


def load(data: bytes, *, file: str) -> Tree:
    """The one document in `data`. Raises `PolicyInvalid` with `file`, the key path and the line."""
    if len(data) > MAX_BYTES:
        raise PolicyInvalid(f"more than {MAX_BYTES} bytes", file=file)
    try:
        text = data.decode("utf-8-sig")
        builder = _Builder(yaml.parse(text, Loader=_LOADER), file)
        return builder.document()
    except UnicodeDecodeError as error:
        raise PolicyInvalid(f"not UTF-8 at byte {error.start}", file=file) from None
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise PolicyInvalid(f"{line}not YAML: {error.problem}", file=file) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise PolicyInvalid(f"not YAML: {str(error).splitlines()[0]}", file=file) from None


class _Builder:
    def __init__(self, events: Iterator[yaml.Event], file: str) -> None:
        self.events, self.file = events, file

    def wrong(self, message: str, where: str, line: int) -> PolicyInvalid:
        return PolicyInvalid(f"line {line}: {message}", file=self.file, where=where)

    def document(self) -> Tree:
        tree: Tree | None = None
        for event in self.events:
            if isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent):
                continue
            if not isinstance(event, yaml.DocumentStartEvent | yaml.DocumentEndEvent):
                tree = self.tree(event, "", 0)
            elif tree is not None and isinstance(event, yaml.DocumentStartEvent):
                raise self.wrong("a second document begins", "", _line(event))
        if tree is None:
            raise PolicyInvalid("the file is empty", file=self.file)
        return tree

    def tree(self, event: yaml.Event, where: str, depth: int) -> Tree:
        line = _line(event)
        if depth > MAX_DEPTH:
            raise self.wrong(f"more than {MAX_DEPTH} levels inside each other", where, line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self.wrong("anchors and aliases (& and *) are not used here", where, line)
        if (tag := getattr(event, "tag", None)) not in (None, "!"):
            raise self.wrong(f"tags such as {tag} are not used here", where, line)
        if isinstance(event, yaml.ScalarEvent):
            return Text(event.value, line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self.items(where, depth)), line)
        return Table(dict(self.entries(where, depth)), line)

    def items(self, where: str, depth: int) -> Iterator[Tree]:
        index = 0
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            yield self.tree(event, f"{where}[{index}]", depth + 1)
            index += 1

    def entries(self, where: str, depth: int) -> Iterator[tuple[str, Tree]]:
        seen: dict[str, int] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.tree(event, where, depth + 1)
            if not isinstance(key, Text):
                raise self.wrong("a key is a plain word", where, key.line)
            path = f"{where}.{key.value}" if where else key.value
            if key.value in seen:
                raise self.wrong(f"this key stands on line {seen[key.value]} already", path, key.line)
            seen[key.value] = key.line
            yield key.value, self.tree(next(self.events), path, depth + 1)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
