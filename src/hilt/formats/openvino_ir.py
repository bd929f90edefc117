"""Reads an OpenVINO model (`.xml`): the types of its layers and where in the `.bin` beside it their constants lie.

Specification: OpenVINO 2025, "Intermediate Representation": a root `net`, layers with a type and the version of the
operator set (`opset1` and later, `extension` for others), constants as offset and size in bytes.

What can bite: layers outside of OpenVINO's own sets of operators are native code: a library that the publisher asks you
to load. Nothing names files; the weights are those of the `.bin` beside it.

What hilt cannot see: what an extension's library does; what the layers compute; the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import xml
from hilt.formats.reader import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A kind of layer: its type and the set of operators that defines it (empty in IR 7 and older)."""

    type: str
    opset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenvinoIr:
    """A model: how many layers of each kind it has, and the (offset, size) of its constants, distinct and sorted."""

    name: str
    version: str
    layers: Mapping[Layer, int]
    constants: tuple[tuple[int, int], ...]


def probe(head: Head) -> bool:
    if not xml.probe(head):
        return False
    walk = xml.Walk(head.limits)
    try:
        walk.feed(head.source, only_root=True)
    except FormatError:
        return False
    return walk.document().root == "net" and walk.document().entity is None


def read(source: ByteSource, limits: Limits) -> OpenvinoIr:
    """The model in `source`. Raises `FormatError` where it is no XML of that shape."""
    layers, constants, net = Counter[Layer](), set[tuple[int, int]](), dict[str, str]()

    def start(name: str, attributes: Mapping[str, str], depth: int) -> None:
        if depth == 0:
            net.update(attributes)
        elif name == "layer":
            layers[Layer(type=attributes.get("type", ""), opset=attributes.get("version", ""))] += 1
        elif "offset" in attributes and "size" in attributes:
            constants.add((number(attributes["offset"]), number(attributes["size"])))
        if len(layers) + len(constants) > limits.graph_items:
            raise LimitExceeded("graph_items", len(layers) + len(constants), limits.graph_items)

    walk = xml.Walk(limits, start)
    walk.feed(source)
    document = walk.document()
    if any(document.doctype) or document.entity is not None:
        raise FormatError("the document has a document type, which no OpenVINO model has")
    if not layers:
        raise FormatError("the model holds no layer")
    return OpenvinoIr(
        name=net.get("name", ""),
        version=net.get("version", ""),
        layers=MappingProxyType(dict(layers)),
        constants=tuple(sorted(constants)),
    )


def number(text: str) -> int:
    """A whole number as the XML has them. Raises `FormatError` where it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise FormatError(f"{text[:40]!r} is no offset or size in bytes")
    return int(text)
