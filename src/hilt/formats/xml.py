"""Reads an XML document: its root element, how many elements it has, and what its document type declares.

Specification: Extensible Markup Language 1.0. The document is streamed through expat. At the first declaration of an
entity reading stops: no entity is ever expanded, and nothing outside the document is ever fetched.

What can bite: entities that grow without end or read other files, in programs that expand them; what a program does by
the elements is up to it. Pictures in XML (SVG) can hold scripts.

What hilt cannot see: what the elements mean; what stands behind the first declared entity, where reading stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import KIB, Limits
from hilt.formats.reader import Head

_CHUNK = 64 * KIB
_ENCODINGS = ("utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "latin-1")
"""Those that expat reads itself; others would be looked up among Python's codecs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A declared entity: its text begins with `value`, or lies at `system`."""

    name: str
    value: str
    system: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Xml:
    """A document. `doctype` is the name and the system identifier of its document type, empty where it has none.

    Where `entity` is not None the document was read only so far.
    """

    root: str
    elements: int
    doctype: tuple[str, str]
    entity: Entity | None


class _Stop(Exception):
    """Enough was seen."""


def probe(head: Head) -> bool:
    start = head.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"\xff\xfe<\0?\0x\0m\0l\0", b"\xfe\xff\0<\0?\0x\0m\0l")):
        return True
    if start.startswith(b"<?xml"):
        return start[5:6].isspace()
    named = bool(head.data) and head.name.lower().endswith((".xml", ".mapping", ".pmml"))
    # Blanks as far as one can see may well have a document behind them.
    return named and start[:1] in (b"<", b"") and b"<html" not in start[:512].lower()


def read(source: ByteSource, limits: Limits) -> Xml:
    """The document in `source`. Raises `FormatError` where it is not well formed."""
    walk = Walk(limits)
    walk.feed(source)
    return walk.document()


class Walk:
    """One pass over a document; `on_start` is told of every element: its name, attributes and depth from 0.

    `deepest` names the limit of elements inside each other.
    """

    def __init__(
        self,
        limits: Limits,
        on_start: Callable[[str, Mapping[str, str], int], None] | None = None,
        deepest: str = "graph_depth",
    ) -> None:
        self._limits, self._on_start = limits, on_start
        self._bound, self._deepest = deepest, int(getattr(limits, deepest))
        self._depth, self._elements = 0, 0
        self._root, self._doctype = "", ("", "")
        self._entity: Entity | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = False
        self._parser.XmlDeclHandler = self._declaration
        self._parser.StartDoctypeDeclHandler = self._start_doctype
        self._parser.EntityDeclHandler = self._declare_entity
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    @property
    def line(self) -> int:
        """Where the walk is, counted from 1."""
        return self._parser.CurrentLineNumber

    def document(self) -> Xml:
        return Xml(root=self._root, elements=self._elements, doctype=self._doctype, entity=self._entity)

    def feed(self, source: ByteSource, *, only_root: bool = False) -> None:
        """Reads to the end, to the first entity, or to the first element with `only_root`."""
        position = 0
        try:
            while position < source.size and not (only_root and self._root):
                data = source.read(position, _CHUNK)
                if not data:
                    raise FormatError("the file became shorter while it was read", offset=position)
                position += len(data)
                self._parser.Parse(data, False)
                pending = position - max(0, self._parser.CurrentByteIndex)
                if pending > self._limits.text_bytes:
                    raise LimitExceeded("text_bytes", pending, self._limits.text_bytes, offset=position - pending)
            if not only_root:
                self._parser.Parse(b"", True)
        except _Stop:
            return
        except expat.ExpatError as error:
            place = f"line {error.lineno}, column {error.offset}"
            raise FormatError(f"not well-formed XML: {expat.ErrorString(error.code)} ({place})") from None

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise FormatError(f"the encoding {encoding[:40]!r} is not read")

    def _start_doctype(self, name: str, system: str | None, _public: str | None, _subset: bool) -> None:
        self._doctype = (name, system or "")

    def _declare_entity(
        self,
        name: str,
        _is_parameter: bool,
        value: str | None,
        _base: str | None,
        system: str | None,
        _public: str | None,
        _notation: str | None,
    ) -> None:
        line = self._parser.CurrentLineNumber
        self._entity = Entity(name=name, value=(value or "")[:200], system=system or "", line=line)
        raise _Stop

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._root:
            self._root = name
        if self._depth >= self._deepest:
            offset = self._parser.CurrentByteIndex
            raise LimitExceeded(self._bound, self._depth + 1, self._deepest, offset=offset)
        if self._on_start is not None:
            self._on_start(name, attributes, self._depth)
        self._elements += 1
        self._depth += 1

    def _end(self, _name: str) -> None:
        self._depth -= 1
