"""Reads a PMML model (`.pmml`): the functions that it applies and defines, its extensions, and the data it takes from elsewhere.

Specification: Predictive Model Markup Language 4.4 (Data Mining Group), with "Built-in Functions" and "Extension
Mechanism": a root `PMML`, `Apply` names a function of the standard, one that a `DefineFunction` of the document defines, or
one of the engine's own; `Extension` holds what its vendor likes, and so do attributes whose names begin with `x-`;
`TableLocator` points to a table outside. Trees and coefficients are passed over.

What can bite: JPMML, the engine that most systems use, takes the name of a function that it does not know for a class of
Java, loads and calls it; other engines map such names to code of theirs. Extensions name classes and scripts (Red Hat
Decision Manager: `externalClass`). External entities are those of any XML.

What hilt cannot see: what the functions and classes do, which lie in the engine or beside it; text inside of extensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import xml
from hilt.formats.reader import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """An extension: an element `Extension`, an element within one (`name` alone), or an attribute `x-...`."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pmml(xml.Xml):
    """A model. `applied` are the names of functions, each with the line of its first use; `defined` those that the
    document defines; `tables` the lines of tables that lie elsewhere.
    """

    version: str
    applied: Mapping[str, int]
    defined: frozenset[str]
    extensions: tuple[Extension, ...]
    tables: tuple[int, ...]


def probe(head: Head) -> bool:
    if not xml.probe(head) and b"<PMML" not in head.data[:512]:
        return False
    walk = xml.Walk(head.limits)
    with suppress(FormatError):  # behind its root it may be broken, and is PMML all the same
        walk.feed(head.source, only_root=True)
    return _local(walk.document().root) == "PMML"


def read(source: ByteSource, limits: Limits) -> Pmml:
    """The model in `source`. Raises `FormatError` where it is no XML of that shape."""
    model = _Model(limits)
    model.walk.feed(source)
    document = model.walk.document()
    if _local(document.root) != "PMML" or document.entity is not None:
        raise FormatError(f"the document has the root {document.root[:40]!r}, or entities, which no PMML has")
    return Pmml(
        **{field.name: getattr(document, field.name) for field in fields(document)},
        version=model.version,
        applied=MappingProxyType(model.applied),
        defined=frozenset(model.defined),
        extensions=tuple(model.extensions),
        tables=tuple(model.tables),
    )


class _Model:
    """What is gathered on the way through the document."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._extension = limits.tree_depth
        """How deep the extension lies that the walk is in; deeper than anything where it is in none."""
        self.walk = xml.Walk(limits, self._start, "tree_depth")
        self.version = ""
        self.applied: dict[str, int] = {}
        self.defined: set[str] = set()
        self.extensions: list[Extension] = []
        self.tables: list[int] = []

    def _start(self, name: str, attributes: Mapping[str, str], depth: int) -> None:
        element = _local(name)
        if depth <= self._extension:
            self._extension = self._limits.tree_depth
        if depth == 0:
            self.version = attributes.get("version", "")
        elif element == "Apply":
            self.applied.setdefault(attributes.get("function", ""), self.walk.line)
        elif element == "DefineFunction":
            self.defined.add(attributes.get("name", ""))
        elif element == "TableLocator":
            self.tables.append(self.walk.line)
        elif element == "Extension":
            self._extend(attributes.get("name", ""), attributes.get("value", ""))
            self._extension = min(self._extension, depth)
        elif depth > self._extension:
            self._extend(element, "")
        for key, value in attributes.items():
            if key.startswith("x-"):
                self._extend(key, value)
        kept = len(self.applied) + len(self.defined) + len(self.extensions) + len(self.tables)
        if kept > self._limits.graph_items:
            raise LimitExceeded("graph_items", kept, self._limits.graph_items)

    def _extend(self, name: str, value: str) -> None:
        self.extensions.append(Extension(name=name, value=value[:200], line=self.walk.line))


def _local(name: str) -> str:
    """The name of an element without the prefix of its namespace."""
    return name.rpartition(":")[2]
