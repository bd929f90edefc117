"""Reads the description of an ncnn model: `.param`, text, or `.param.bin`, the same in binary.

Source: ncnn, src/net.cpp (load_param, load_param_bin), src/paramdict.cpp and src/layer.h. A magic, the numbers of layers
and blobs, and for each layer its type, its name, its inputs and outputs and numbered parameters. A binary description
has numbers instead of types and names, from 256 on for layers that the program adds. pnnx writes descriptions of the same
shape, for itself, whose parameters have names. The weights lie in another file.

What can bite: nothing by itself: a description holds no code. Layers that ncnn does not have are native code of the
publisher.

What hilt cannot see: what such a layer does. The weights are known only where the description claims every byte of
them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import text
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

MAGIC = 7767517
_BINARY = MAGIC.to_bytes(4, "little")
_TEXT = re.compile(rb"\s*7767517\s+\d+\s+\d+\s")
_LAST, _ARRAYS, _TEXTS, _CUSTOM = -233, -23300, -23400, 256
_NUMBER = re.compile(r"[-+]?\d{1,10}")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer. `type` is its name, or its number in a binary description; parameters are as written."""

    type: str
    name: str
    parameters: Mapping[str, str]

    def number(self, parameter: int, default: int = 0) -> int:
        """The parameter of this number. Raises `FormatError` where it is no whole number."""
        value = self.parameters.get(str(parameter))
        if value is None:
            return default
        if not _NUMBER.fullmatch(value):
            raise FormatError(f"parameter {parameter} of layer {self.name!r} is {value[:40]!r}, no whole number")
        return int(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ncnn:
    """A model: its layers in order. `of_pnnx` tells that the description is one that only pnnx reads."""

    layers: tuple[Layer, ...]
    blobs: int
    binary: bool
    of_pnnx: bool


def probe(head: Head) -> bool:
    return _TEXT.match(head.data) is not None or head.data.startswith(_BINARY)


def read(source: ByteSource, limits: Limits) -> Ncnn:
    """The model in `source`, read to its last line or byte."""
    if source.read(0, 4) == _BINARY:
        return _binary(source, limits)
    lines = text.whole(source, limits).split("\n")
    start = [word for line in lines[:2] for word in line.split()]
    if len(start) != 3 or start[0] != str(MAGIC) or not all(_NUMBER.fullmatch(word) for word in start[1:]):
        raise FormatError("the first lines are not the magic and the numbers of layers and blobs", offset=0)
    count, blobs = int(start[1]), int(start[2])
    _bound(count, limits)
    layers = tuple(_layer(words, limits) for line in lines[2:] if (words := line.split()))
    if len(layers) != count:
        raise FormatError(f"{len(layers)} lines of layers stand where the file announces {count}", offset=0)
    of_pnnx = any(not key.lstrip("-").isdigit() for layer in layers for key in layer.parameters)
    return Ncnn(layers=layers, blobs=blobs, binary=False, of_pnnx=of_pnnx)


def _layer(words: list[str], limits: Limits) -> Layer:
    if len(words) < 4 or not all(_NUMBER.fullmatch(word) for word in words[2:4]):
        raise FormatError(f"a line is no layer: {' '.join(words)[:120]!r}")
    first = 4 + int(words[2]) + int(words[3])
    parameters = dict(word.split("=", 1) for word in words[first:] if "=" in word)
    if min(int(words[2]), int(words[3])) < 0 or len(parameters) != max(0, len(words) - first):
        raise FormatError(f"the parameters of layer {words[1]!r} are not written as number=value, once each")
    _bound(len(parameters), limits)
    return Layer(type=words[0], name=words[1], parameters=MappingProxyType(parameters) if parameters else _NOTHING)


def _binary(source: ByteSource, limits: Limits) -> Ncnn:
    cursor = Cursor(source, 4)
    count, blobs = cursor.unpack("<ii", "the numbers of layers and blobs")
    _bound(count, limits)
    layers, parameters = list[Layer](), 0
    for place in range(count):
        layers.append(_binary_layer(cursor, place, limits))
        parameters += len(layers[-1].parameters)
        _bound(parameters, limits)
    cursor.end("the last layer")
    return Ncnn(layers=tuple(layers), blobs=blobs, binary=True, of_pnnx=False)


def _binary_layer(cursor: Cursor, place: int, limits: Limits) -> Layer:
    kind, inputs, outputs = cursor.unpack("<iii", "a layer")
    for number in (inputs, outputs):
        cursor.skip(4 * number, "the inputs and outputs of a layer")
    parameters = dict(_parameters(cursor, limits))
    return Layer(type=str(kind), name=f"layer {place}", parameters=MappingProxyType(parameters))


def _parameters(cursor: Cursor, limits: Limits) -> Iterator[tuple[str, str]]:
    """Number and value of each parameter; a value that is no whole number is a guess, and so left as its bits."""
    for _ in range(limits.graph_items):
        number = cursor.number("<i", "a parameter")
        if number == _LAST:
            return
        if number > _ARRAYS:
            yield str(number), str(cursor.number("<i", "a parameter"))
            continue
        length = cursor.number("<i", "the length of a parameter")
        # Texts are padded to whole words.
        cursor.skip(4 * length if number > _TEXTS else -(-length // 4) * 4, "a parameter of several values")
        yield str(number), f"{length} values"
    raise LimitExceeded("graph_items", limits.graph_items + 1, limits.graph_items, offset=cursor.offset)


def _bound(count: int, limits: Limits) -> None:
    if count < 0:
        raise FormatError(f"{count} layers are announced", offset=0)
    if count > limits.graph_items:
        raise LimitExceeded("graph_items", count, limits.graph_items)
