"""Follows each tensor of an ONNX file to the operator that takes it, which tells how its numbers are meant.

Specification: the operators of ONNX (docs/Operators.md) and of ONNX Runtime (docs/ContribOperators.md, com.microsoft).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hilt.formats.onnx import Operator
from hilt.formats.onnx_graph import Graph, Graphs, Node
from hilt.formats.onnx_tensor import Tensor

_MOST_STEPS, _MOST_CALLS = 32, 8
"""Nodes and functions in a row that a tensor is followed through."""
_MICROSOFT = "com.microsoft"
_WHOLE = ("INT8", "UINT8", "INT16", "UINT16", "INT32", "INT4", "UINT4", "INT2", "UINT2")
"""Types that quantised weights and biases have."""


class Takes(NamedTuple):
    """How an operator takes a weight: `turned` tells that it has it as (in, out), `channel` the dimension that scales lie
    along. The others are the numbers of inputs.
    """

    turned: bool = False
    scale: int | None = None
    zero: int | None = None
    channel: int = 0


_PLAIN, _TURNED = Takes(), Takes(turned=True, channel=1)
_TAKES: Mapping[tuple[str, str], Mapping[int, Takes]] = {
    ("", "MatMul"): {1: _TURNED},
    ("", "Gemm"): {1: _TURNED},
    ("", "Conv"): {1: _PLAIN},
    ("", "ConvTranspose"): {1: _PLAIN},
    ("", "Gather"): {0: _PLAIN},
    ("", "ConvInteger"): {1: Takes(zero=3)},
    ("", "MatMulInteger"): {1: Takes(turned=True, zero=3, channel=1)},
    ("", "QLinearConv"): {3: Takes(scale=4, zero=5)},
    ("", "QLinearMatMul"): {3: Takes(turned=True, scale=4, zero=5, channel=1)},
    (_MICROSOFT, "Attention"): {1: _TURNED},
    (_MICROSOFT, "FusedMatMul"): {1: _TURNED},
    (_MICROSOFT, "FusedGemm"): {1: _TURNED},
    (_MICROSOFT, "FusedConv"): {1: _PLAIN},
    (_MICROSOFT, "QLinearConv"): {3: Takes(scale=4, zero=5)},
    (_MICROSOFT, "QAttention"): {1: Takes(turned=True, scale=4, zero=7, channel=1)},
    (_MICROSOFT, "QLinearAdd"): {0: Takes(scale=1, zero=2), 3: Takes(scale=4, zero=5)},
    (_MICROSOFT, "QLinearMul"): {0: Takes(scale=1, zero=2), 3: Takes(scale=4, zero=5)},
    (_MICROSOFT, "QGemm"): {3: Takes(turned=True, scale=4, zero=5, channel=1)},
    (_MICROSOFT, "DynamicQuantizeMatMul"): {1: Takes(turned=True, scale=2, zero=3, channel=1)},
    (_MICROSOFT, "MatMulIntegerToFloat"): {1: Takes(turned=True, scale=3, zero=5, channel=1)},
    (_MICROSOFT, "QEmbedLayerNormalization"): {index: Takes(scale=index + 6, zero=index + 11) for index in range(2, 7)},
    (_MICROSOFT, "DynamicQuantizeLSTM"): {1: Takes(scale=8, zero=9), 2: Takes(scale=10, zero=11), 3: _PLAIN},
    (_MICROSOFT, "MatMulNBits"): {1: Takes(scale=2, zero=3)},
    (_MICROSOFT, "GatherBlockQuantized"): {0: Takes(scale=2, zero=3)},
    **{("", name): dict.fromkeys((1, 2, 3), _PLAIN) for name in ("LSTM", "GRU", "RNN")},
}
_SETTINGS = {
    "QuantizeLinear": (1, 2), "DequantizeLinear": (1, 2), "Resize": (1, 2, 3), "Upsample": (1,), "Pad": (1, 2),
    "Clip": (1, 2), "Range": (0, 1, 2), "OneHot": (2,), "Slice": (1, 2, 3, 4), "Reshape": (1,), "Tile": (1,),
    "Expand": (1,), "LSTM": (5, 6), "GRU": (5,), "RNN": (5,),
}  # fmt: skip
"""Of ONNX's own operators, the inputs that are settings and no weights."""


class Quantised(NamedTuple):
    """What makes numbers of a tensor: (number - zero) * scale, each None where the file does not tell.

    `axis` is the dimension of the tensor that they lie along; None where they broadcast as in NumPy. `block` is how many
    numbers share one along it; 0 where each has its own.
    """

    scale: Tensor | None
    zero: Tensor | None
    axis: int | None
    block: int = 0


class Use(NamedTuple):
    """What takes a tensor. No `node` is that nothing here is known to take it as a weight.

    `taken_as` is the number of the input. `turned` tells that the node takes it
    transposed as compared with (out, in), `setting` that it is no weight.
    """

    tensor: Tensor
    name: str
    node: Node | None = None
    taken_as: int = 0
    turned: bool = False
    quantised: Quantised | None = None
    setting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scope:
    """What a graph defines, and what uses it there or in graphs inside its nodes."""

    inputs: tuple[str, ...]
    outer: _Scope | None = None
    names: set[str] = field(default_factory=set)
    tensors: dict[str, Tensor] = field(default_factory=dict)
    uses: dict[str, list[tuple[_Scope, Node, int]]] = field(default_factory=dict)


class _Place(NamedTuple):
    """A tensor under way: its name in a scope, the calls of functions that led there, and what became of it."""

    scope: _Scope
    name: str
    calls: tuple[tuple[_Scope, Node], ...] = ()
    turned: bool = False
    rounded: bool = False
    quantised: Quantised | None = None


def uses(graphs: Graphs) -> Iterator[Use]:
    """Every initialiser and constant of the graphs, with what takes it."""
    model = _Model(graphs)
    found = [model.use(scope, name, tensor) for scope in model.scopes for name, tensor in scope.tensors.items()]
    spent = {id(tensor) for use in found if use.quantised for tensor in use.quantised[:2]}
    yield from (use for use in found if id(use.tensor) not in spent)


class _Model:
    def __init__(self, graphs: Graphs) -> None:
        self.scopes: list[_Scope] = []
        self._scope(graphs.main, None)
        self._functions = {operator: self._scope(body, None) for operator, body in graphs.functions.items()}

    def _scope(self, graph: Graph, outer: _Scope | None) -> _Scope:
        scope = _Scope(inputs=graph.inputs, outer=outer)
        self.scopes.append(scope)
        scope.tensors.update((tensor.name, tensor) for tensor in graph.initialisers)
        scope.names.update(graph.inputs, scope.tensors)
        for node in graph.nodes:
            if node.operator == _CONSTANT and node.outputs:
                scope.tensors.update((node.outputs[0], tensor) for tensor in node.tensors[:1])
            for index, name in enumerate(node.inputs):
                _defining(scope, name).uses.setdefault(name, []).append((scope, node, index))
            for inner in node.graphs:
                self._scope(inner, scope)
            scope.names.update(node.outputs)
        return scope

    def use(self, scope: _Scope, name: str, tensor: Tensor) -> Use:
        """The first operator on the way of a tensor that tells how its numbers are meant."""
        ways, steps, quantised, setting = [_Place(scope, name)], 0, None, False
        while ways and steps < _MOST_STEPS:
            place = ways.pop(0)
            for user in place.scope.uses.get(place.name, ())[:_MOST_STEPS]:
                steps += 1
                taken = self._taken(tensor, name, place, user)
                if taken is not None:
                    return taken
                setting = setting or user[2] in _SETTINGS.get(_own(user[1]), ())
                if (further := self._further(tensor, place, user)) is not None:
                    ways.append(further)
                    quantised = quantised or further.quantised
        if quantised is None and tensor.dtype in _WHOLE:
            quantised = self._named(scope, name)
            setting = quantised is None
        return Use(tensor, name, quantised=quantised, setting=setting)

    def _taken(self, tensor: Tensor, name: str, place: _Place, user: tuple[_Scope, Node, int]) -> Use | None:
        _, node, index = user
        takes = _TAKES.get((node.operator.domain, node.operator.name), {})
        how = takes.get(index)
        if how is None:
            setting = any(index in (other.scale, other.zero) for other in takes.values())
            return Use(tensor, name, node, index, setting=True) if setting else None
        quantised = place.quantised
        if quantised is None and tensor.dtype in _WHOLE:
            quantised = self._quantised(tensor, how, place, user)
            if quantised is None:
                return None
        # The other order of a Gemm: B is (out, in) already.
        turned = how.turned and not node.number("transB", 0)
        return Use(tensor, name, node, index, turned=turned != place.turned, quantised=quantised)

    def _quantised(self, tensor: Tensor, how: Takes, place: _Place, user: tuple[_Scope, Node, int]) -> Quantised | None:
        """Whole numbers are weights only where an operator takes them as such."""
        scope, node, _ = user
        if how.scale is None and how.zero is None:
            return None
        scale = self._input(scope, place.calls, node, how.scale)
        zero = self._input(scope, place.calls, node, how.zero)
        if how.scale is None and (named := self._named(scope, tensor.name)) is not None:
            scale = named.scale
        return Quantised(scale, zero, 0 if node.number("transB", 0) else how.channel)

    def _named(self, scope: _Scope, name: str) -> Quantised | None:
        """Where the scale comes later, the names are all that tells (onnxruntime.quantization)."""
        stem = name.removesuffix("_quantized")
        if stem == name or (scale := self._known(scope, (), f"{stem}_scale")) is None:
            return None
        return Quantised(scale, self._known(scope, (), f"{stem}_zero_point"), 0)

    def _further(self, tensor: Tensor, place: _Place, user: tuple[_Scope, Node, int]) -> _Place | None:
        """Where the tensor goes on, as the output of a node that changes nothing but its order or number format."""
        scope, node, index = user
        body = self._functions.get(node.operator)
        if body is not None and index < len(body.inputs) and len(place.calls) < _MOST_CALLS:
            return place._replace(scope=body, name=body.inputs[index], calls=(*place.calls, (scope, node)))
        if not node.outputs:
            return None
        on = place._replace(scope=scope, name=node.outputs[0])
        match _own(node), index:
            case ("Identity" | "Cast" | "CastLike", 0):
                return on
            case ("Gather", 0) if tensor.dtype in _WHOLE:
                return on
            case ("QuantizeLinear", 0):
                return on._replace(rounded=True)
            case ("DequantizeLinear", 0):
                return on if place.rounded else on._replace(quantised=self._dequantised(place, user))
            case ("Transpose", 0) if len(tensor.shape) == 2 and node.row("perm") in ((), (1, 0)):
                return on._replace(turned=not place.turned)
            case ("Sub" | "Mul", _) if tensor.dtype in _WHOLE and len(node.inputs) == 2 and not place.turned:
                return self._by_hand(on, place, user)
        return None

    def _dequantised(self, place: _Place, user: tuple[_Scope, Node, int]) -> Quantised:
        scope, node, _ = user
        scale, zero = (self._input(scope, place.calls, node, index) for index in (1, 2))
        axis = node.number("axis", 1)
        return Quantised(scale, zero, 1 - axis % 2 if place.turned else axis, node.number("block_size", 0))

    def _by_hand(self, on: _Place, place: _Place, user: tuple[_Scope, Node, int]) -> _Place | None:
        """Zero point and scale as a subtraction and a multiplication."""
        scope, node, index = user
        other = self._input(scope, place.calls, node, 1 - index)
        if other is None:
            return None
        before = place.quantised or Quantised(None, None, None)
        if node.operator.name == "Mul":
            return on._replace(quantised=before._replace(scale=other)) if before.scale is None else None
        return on._replace(quantised=before._replace(zero=other)) if index == 0 and before == _UNKNOWN else None

    def _input(
        self, scope: _Scope, calls: tuple[tuple[_Scope, Node], ...], node: Node, index: int | None
    ) -> Tensor | None:
        if index is None or index >= len(node.inputs):
            return None
        return self._known(scope, calls, node.inputs[index])

    def _known(self, scope: _Scope, calls: tuple[tuple[_Scope, Node], ...], name: str) -> Tensor | None:
        """The constant of this name; None where it is computed."""
        seen: _Scope | None = scope
        while seen is not None:
            if name in seen.tensors:
                return seen.tensors[name]
            if seen.outer is None and calls and name in seen.inputs:
                (caller, node), calls = calls[-1], calls[:-1]
                index = seen.inputs.index(name)
                if index >= len(node.inputs):
                    return None
                seen, name = caller, node.inputs[index]
            else:
                seen = seen.outer
        return None


def _defining(scope: _Scope, name: str) -> _Scope:
    """The graph around that defines this name; the innermost one where none does."""
    seen: _Scope | None = scope
    while seen is not None and name not in seen.names:
        seen = seen.outer
    return seen or scope


_CONSTANT = Operator(domain="", name="Constant")
_UNKNOWN = Quantised(None, None, None)


def _own(node: Node) -> str:
    """The name of an operator of ONNX itself, or of one of the same name that ONNX Runtime has; else empty."""
    return node.operator.name if node.operator.domain in ("", _MICROSOFT) else ""
