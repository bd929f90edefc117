"""Reads a PaddlePaddle program (`.pdmodel`): its blocks, operators and the paths that some of them name.

Specification: framework.proto of PaddlePaddle 2.6, a protobuf whose message is ProgramDesc. The newer JSON programs
(`inference.json`) are read as JSON.

What can bite: the operator `py_func` calls Python functions of the process; others save and load files by a path in the
program, or talk to other machines.

What hilt cannot see: operators of libraries that have to be loaded beside PaddlePaddle; the operators of the newer
programs in JSON; what the program computes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.protobuf import BYTES, VARINT, Field, Known, Wire, inside, opening
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch

_PROGRAM = {1: BYTES, 4: BYTES, 5: BYTES}
_BLOCK = {1: VARINT, 2: VARINT, 3: BYTES, 4: BYTES, 5: VARINT}
_TENSOR = 7
"""LOD_TENSOR of VarType."""
_PATHS = ("file_path", "path", "dirname", "filename", "file_name")
"""Attributes that hold a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaddleProgram:
    """A program: how many blocks and variables it has, how often it applies each operator.

    `parameters` counts the variables whose numbers are stored beside it, `paths` are the (operator, text) of attributes that name a file, `unowned` the fields that the specification does not
    have.
    """

    blocks: int
    variables: int
    parameters: int
    operators: Mapping[str, int]
    paths: tuple[tuple[str, str], ...]
    unowned: tuple[Stretch, ...]


def probe(head: Head) -> bool:
    opened = opening(head, _PROGRAM)
    if opened is None or 1 not in opened[1]:
        return False
    block = inside(opened[0], opened[1][1], _BLOCK)
    return block is not None and {1, 2} <= block.keys() and block[1].value == 0 and (3 in block or 4 in block)


def read(source: ByteSource, limits: Limits) -> PaddleProgram:
    """The program in `source`. Raises `FormatError` where the bytes are no protobuf of that shape."""
    wire, operators, paths = Wire(source, limits), Counter[str](), list[tuple[str, str]]()
    blocks = variables = 0
    names = set[str]()
    known = Known(wire, _PROGRAM, repeated=(1,))
    for block in known:
        if block.key != (1, BYTES):
            continue
        blocks += 1
        for field in wire.message(within=block):
            if field.key == (3, BYTES):
                variables += 1
                names |= stored(wire, field)
            elif field.key == (4, BYTES):
                name, named = _operator(wire, field)
                operators[name] += 1
                paths.extend((name, path) for path in named)
            seen = len(operators) + len(paths) + len(names)
            if seen > limits.graph_items:
                raise LimitExceeded("graph_items", seen, limits.graph_items, offset=field.start)
    if not blocks:
        raise FormatError("the program holds no block")
    return PaddleProgram(
        blocks=blocks,
        variables=variables,
        parameters=len(names),
        operators=MappingProxyType(dict(operators)),
        paths=tuple(paths),
        unowned=known.unowned,
    )


def stored(wire: Wire, within: Field) -> set[str]:
    """The name of a variable that is a tensor and stays when the program has run: a parameter."""
    name, persistable, kind = "", 0, -1
    for field in wire.message(within=within):
        match field.key:
            case (1, 2):
                name = wire.text(field)
            case (2, 2):
                kind = next((part.value for part in wire.message(within=field) if part.key == (1, VARINT)), -1)
            case (3, 0):
                persistable = field.value
    return {name} if persistable and kind == _TENSOR else set()


def _operator(wire: Wire, within: Field) -> tuple[str, list[str]]:
    """Its type, and the paths in its attributes."""
    name, paths = "", list[str]()
    for field in wire.message(within=within):
        if field.key == (3, BYTES):
            name = wire.text(field)
        elif field.key == (4, BYTES):
            attribute, values = "", list[Field]()
            for part in wire.message(within=field, numbers=False):
                if part.key == (1, BYTES):
                    attribute = wire.text(part)
                elif part.key == (5, BYTES):
                    values = [part]
            if attribute in _PATHS:
                paths.extend(wire.text(value) for value in values)
    return name, paths
