"""Reads what an MNN model says of its operators, and which bytes of the file beside it they take; never the numbers.

Specification: schema/default/MNN.fbs and CaffeOp.fbs of MNN 3, a FlatBuffer without an identifier. Weights lie inside it
or, as (offset, sizes...), in a file of the same name with `.weight` behind, or in one that the operator names.

What can bite: operators of the types Plugin and Extra are native code of the publisher; weights may be taken from any
file.

What hilt cannot see: what such code does; bytes between the tables that nothing leads to; programs for graphics
processors in models from before MNN 1.0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.flatbuffer import Flat
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch, unowned

PLUGIN, EXTRA = 256, 512
"""The types of operators that are code from elsewhere."""
_PLUGIN, _EXTRA, _LOOP = 30, 78, 92
_EXTERNAL = {7: 9, 9: 6, 58: 3, 88: 5}
"""Of the parameters that may lie outside (Blob, Convolution2D, Scale, LayerNorm), the field that says where."""
_MOST_TYPE, _SOURCES = 1 << 12, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """An operator that MNN does not have: its type and, where it is stated, the engine it is for."""

    type: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mnn:
    """A model. `operators` counts nodes by the number of their type. `external` are the bytes that operators take from
    other files: the file's name, empty for the usual one, and the bytes [begin, end).
    """

    code: str
    operators: Mapping[int, int]
    custom: tuple[Custom, ...]
    external: tuple[tuple[str, int, int], ...]
    unowned: tuple[Stretch, ...]


def probe(head: Head) -> bool:
    """No magic, so all that every model has must be there."""
    flat = Flat(head.source, head.limits)
    try:
        model = flat.follow(0)
        operator = next(flat.tables(model, 3), None)
        if operator is None or not flat.length(model, 7, 4) or flat.number(model, 6, "<B") >= _SOURCES:
            return False
        kind = flat.number(operator, 5, "<i")
        named = flat.text(operator, 3).isprintable() and flat.text(model, 0).isprintable()
        return named and 0 <= kind < _MOST_TYPE and flat.length(operator, 4, 4) > 0
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> Mnn:
    """The model in `source`. Raises `FormatError` where an offset leads outside it."""
    walk = _Walk(source, limits)
    flat = walk.flat
    model = flat.follow(0)
    code = flat.text(model, 0)
    for operator in flat.tables(model, 3):
        walk.operator(operator, 0)
    for graph in flat.tables(model, 10):
        flat.text(graph, 0)
        for operator in flat.tables(graph, 4):
            walk.operator(operator, 0)
    if not walk.operators:
        raise FormatError("the model holds no operator", offset=model)
    flat.text(model, 11)
    return Mnn(
        code=code,
        operators=MappingProxyType(dict(walk.operators)),
        custom=tuple(dict.fromkeys(walk.custom)),
        external=tuple(walk.external),
        unowned=unowned([(0, flat.reach)], source.size),
    )


class _Walk:
    """Collects the operators of one model."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.flat, self.limits = Flat(source, limits), limits
        self.operators: Counter[int] = Counter()
        self.custom: list[Custom] = []
        self.external: list[tuple[str, int, int]] = []

    def operator(self, table: int, depth: int) -> None:
        if depth >= self.limits.graph_depth:
            raise LimitExceeded("graph_depth", depth + 1, self.limits.graph_depth, offset=table)
        flat, kind = self.flat, self.flat.number(table, 5, "<i")
        self.operators[kind] += 1
        shape, main = flat.number(table, 1, "<B"), flat.table(table, 2)
        # The type decides what runs, and the kind of the parameters what they are.
        if kind in (PLUGIN, EXTRA):
            stated = main is not None and shape in (_PLUGIN, _EXTRA)
            name = flat.text(main, 0) if main is not None and stated else ""
            engine = flat.text(main, 1) if main is not None and shape == _EXTRA else ""
            self.custom.append(Custom(type=name, engine=engine))
        if main is None:
            return
        if shape in _EXTERNAL:
            self._place(main, _EXTERNAL[shape], flat.text(table, 7))
        elif shape == _LOOP:
            for command in flat.tables(main, 6):
                if (inner := flat.table(command, 0)) is not None:
                    self.operator(inner, depth + 1)

    def _place(self, main: int, field: int, name: str) -> None:
        numbers = self.flat.numbers(main, field, "<q")
        if numbers:
            if min(numbers) < 0:
                raise FormatError(f"weights lie at {numbers[:8]} of another file", offset=main)
            self.external.append((name, numbers[0], sum(numbers)))
