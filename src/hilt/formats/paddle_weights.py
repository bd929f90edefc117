"""Reads which parameters a PaddlePaddle program has, in the order of the file beside it, and which operators take them.

Specification: framework.proto of PaddlePaddle 2.6, as in `paddle_program.py`. The parameters of a program are stored
sorted by their names (save_combine, and LoadParameters of the inference engine).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.paddle_program import stored
from hilt.formats.protobuf import BYTES, VARINT, Field, Wire

_TRANSPOSED = ("trans_y", "transpose_Y")
_RIGHT = {"mul": "Y", "matmul": "Y", "matmul_v2": "Y", "fc": "W"}
"""Operators that multiply by a matrix (in, out), and the name of that input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """`turned` tells that an operator has it as (in, out)."""

    name: str
    turned: bool


def parameters(source: ByteSource, limits: Limits) -> list[Parameter]:
    """The parameters of the program in `source`, in the order of the file that holds them.

    Raises `FormatError` where the bytes are no protobuf of that shape.
    """
    wire, names, turned = Wire(source, limits), set[str](), set[str]()
    for block in wire.message():
        if block.key != (1, BYTES):
            continue
        for field in wire.message(within=block):
            if field.key == (3, BYTES):
                names |= stored(wire, field)
            elif field.key == (4, BYTES):
                turned.update(_turned(wire, field))
            if len(names) + len(turned) > limits.graph_items:
                raise LimitExceeded("graph_items", len(names) + len(turned), limits.graph_items, offset=field.start)
    order = sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape"))
    return [Parameter(name=name, turned=name in turned) for name in order]


def _turned(wire: Wire, within: Field) -> Iterator[str]:
    """The names of what an operator takes as a matrix (in, out)."""
    kind, given, transposed = "", dict[str, list[str]](), False
    for field in wire.message(within=within):
        match field.key:
            case (1, 2):
                name, arguments = _input(wire, field)
                given[name] = arguments
            case (3, 2):
                kind = wire.text(field)
            case (4, 2):
                transposed = transposed or _is_set(wire, field)
    if kind in _RIGHT and not transposed:
        yield from given.get(_RIGHT[kind], ())


def _input(wire: Wire, within: Field) -> tuple[str, list[str]]:
    name, arguments = "", list[str]()
    for field in wire.message(within=within):
        if field.key == (1, BYTES):
            name = wire.text(field)
        elif field.key == (2, BYTES):
            arguments.append(wire.text(field))
    return name, arguments


def _is_set(wire: Wire, within: Field) -> bool:
    """Is this attribute one that says that the right matrix is taken transposed, and true?"""
    name, value = "", 0
    for field in wire.message(within=within, numbers=within.end - within.start < 256):
        if field.key == (1, BYTES):
            name = wire.text(field)
        elif field.key == (10, VARINT):
            value = field.value
    return value != 0 and name in _TRANSPOSED
