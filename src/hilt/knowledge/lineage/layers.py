"""The order of layers: which of A stand where in B, and whether some were left out, repeated, or come from elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hilt.knowledge.lineage.kinds import NO_LAYER, stack
from hilt.knowledge.lineage.match import Match
from hilt.knowledge.lineage.prints import ModelPrint

_SHOWN = 12


class Layer(NamedTuple):
    """A layer of one model: its stack (a model may have an encoder and a decoder) and its number in it."""

    stack: str
    number: int


class Order(NamedTuple):
    """What is different about the layers of B; all empty where they are those of A in their order.

    `foreign` are layers of B none of which is found in A, though others are.
    """

    left_out: tuple[Layer, ...] = ()
    repeated: tuple[Layer, ...] = ()
    foreign: tuple[Layer, ...] = ()
    moved: bool = False

    @property
    def stitched(self) -> bool:
        return bool(self.left_out or self.repeated or self.foreign or self.moved)

    def why(self) -> list[str]:
        told = [("left out", self.left_out), ("repeated", self.repeated), ("from elsewhere", self.foreign)]
        lines = [f"layers {what}: {_numbers(layers)}" for what, layers in told if layers]
        return [*lines, *(["layers stand in another order"] if self.moved else [])]


def order(found: Sequence[Match], a: ModelPrint, b: ModelPrint) -> Order:
    """By the numbers in the names of both; `Order()` where names have none. A stack that B lacks as a whole, or that is
    its own as a whole, is no question of order."""
    layers_a, layers_b = _layers(a), _layers(b)
    votes: dict[Layer, Counter[Layer]] = {}
    for match in found:
        one, two = layers_a.get(match.a), layers_b.get(match.b)
        if one is not None and two is not None:
            votes.setdefault(two, Counter())[one] += b.tensors[match.b].parameters
    if not votes:
        return Order()
    from_a = {layer: count.most_common(1)[0][0] for layer, count in votes.items()}
    all_a, all_b = sorted(set(layers_a.values())), sorted(set(layers_b.values()))
    used = Counter(from_a.values())
    stacks_a, stacks_b = {layer.stack for layer in used}, {layer.stack for layer in from_a}
    sequence = [from_a[layer] for layer in all_b if layer in from_a]
    return Order(
        left_out=tuple(layer for layer in all_a if layer.stack in stacks_a and layer not in used),
        repeated=tuple(sorted(layer for layer, times in used.items() if times > 1)),
        foreign=tuple(layer for layer in all_b if layer.stack in stacks_b and layer not in from_a),
        moved=any(
            [layer.number for layer in run] != sorted(layer.number for layer in run)
            for run in ([layer for layer in sequence if layer.stack == name] for name in stacks_a)
        ),
    )


def _layers(model: ModelPrint) -> Mapping[int, Layer]:
    """The layers of the matrices that could be known again, where they hold several: norms and biases are too small to
    vote, and a single convolution is replaced more easily than a layer."""
    layers = {
        place: Layer(stack(tensor.name), tensor.place.layer)
        for place, tensor in enumerate(model.tensors)
        if tensor.place.layer != NO_LAYER and tensor.sketches and len(tensor.shape) > 1
    }
    several = Counter(layers.values())
    return {place: layer for place, layer in layers.items() if several[layer] > 1}


def _numbers(layers: Sequence[Layer]) -> str:
    shown = ", ".join(str(layer.number) for layer in layers[:_SHOWN])
    return shown + (f" and {len(layers) - _SHOWN} more" if len(layers) > _SHOWN else "")
