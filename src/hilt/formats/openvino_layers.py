"""Reads the layers of an OpenVINO model one by one, and which take the constants that lie in the `.bin` beside it.

Specification: OpenVINO 2025, "Intermediate Representation", as in `openvino_ir.py`, which tells what a file says as a
whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import xml
from hilt.formats.openvino_ir import number

_KEPT = ("element_type", "shape", "offset", "size", "transpose_b")
WHOLE = ("i8", "u8", "i4", "u4", "i2", "u2")
"""Types of quantised weights."""
_MOST_STEPS = 32
"""Layers that a constant is followed through."""
_RECURRENT = {"LSTMSequence": (4, 5, 6), "LSTMCell": (3, 4, 5), "GRUSequence": (3, 4, 5), "GRUCell": (2, 3, 4),
              "RNNSequence": (3, 4, 5), "RNNCell": (2, 3, 4)}  # fmt: skip
_TAKE = {"Convolution": (1,), "ConvolutionBackpropData": (1,), "GroupConvolution": (1,), "MatMul": (1,), "Gather": (0,),
         "GroupConvolutionBackpropData": (1,), **_RECURRENT}  # fmt: skip
"""By the type of a layer, the inputs that are weights."""
_THROUGH = ("Convert", "FakeQuantize", "Reshape")
"""Layers that change the format of a constant, or the dimensions of one that has a scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A constant whose numbers are the bytes [begin, begin + size) of the `.bin`."""

    name: str
    element_type: str
    shape: tuple[int, ...]
    begin: int
    size: int


class Use(NamedTuple):
    """What takes a constant: the type of the layer, empty where none that is known does, and which of its weights it is.

    `turned` tells that a product has it as (in, out). A number stands for (number - zero) * scale.
    """

    constant: Constant
    layer: str = ""
    taken_as: int = 0
    turned: bool = False
    scale: Constant | None = None
    zero: Constant | None = None


@dataclass(slots=True, kw_only=True)
class _Layer:
    type: str
    name: str
    settings: dict[str, str] = field(default_factory=dict)
    uses: list[tuple[str, int]] = field(default_factory=list)
    inputs: dict[int, str] = field(default_factory=dict)


def uses(source: ByteSource, limits: Limits) -> Iterator[Use]:
    """The constants of the model in `source`, and what takes each. Raises `FormatError` where it is no XML of that shape."""
    for network in _networks(source, limits):
        found = [_use(network, identity) for identity, layer in network.items() if layer.type == "Const"]
        scales = {constant for use in found if use for constant in (use.scale, use.zero) if constant}
        yield from (use for use in found if use and use.constant not in scales)


def _networks(source: ByteSource, limits: Limits) -> list[dict[str, _Layer]]:
    """The layers of the model and of each body inside its layers, by their ids."""
    networks, current, kept = list[dict[str, _Layer]](), dict[int, dict[str, _Layer]](), 0
    layers = dict[int, _Layer]()

    def start(name: str, attributes: Mapping[str, str], depth: int) -> None:
        nonlocal kept
        if name == "layers":
            current[depth] = {}
            networks.append(current[depth])
        elif name == "layer" and depth - 1 in current:
            layers[depth] = _Layer(type=attributes.get("type", ""), name=attributes.get("name", ""))
            current[depth - 1][attributes.get("id", "")] = layers[depth]
        elif name == "data" and depth - 1 in layers:
            layers[depth - 1].settings.update((key, attributes[key]) for key in _KEPT if key in attributes)
        elif name == "edge" and depth - 1 in current:
            _edge(current[depth - 1], attributes)
        else:
            return
        kept += 1
        if kept > limits.graph_items:
            raise LimitExceeded("graph_items", kept, limits.graph_items)

    xml.Walk(limits, start).feed(source)
    return networks


def _edge(network: dict[str, _Layer], attributes: Mapping[str, str]) -> None:
    begin, end = attributes.get("from-layer", ""), attributes.get("to-layer", "")
    if begin in network and end in network:
        port = number(attributes.get("to-port", ""))
        network[begin].uses.append((end, port))
        network[end].inputs[port] = begin


def _use(network: dict[str, _Layer], identity: str) -> Use | None:
    constant = _constant(network[identity])
    if constant is None:
        return None
    whole = constant.element_type in WHOLE
    use, ways, steps = Use(constant), [network[identity]], 0
    while ways and steps < _MOST_STEPS:
        for target, port in ways.pop(0).uses[:_MOST_STEPS]:
            steps += 1
            layer = network[target]
            if port in _TAKE.get(layer.type, ()):
                turned = layer.type == "MatMul" and layer.settings.get("transpose_b", "").lower() not in ("true", "1")
                return use._replace(layer=layer.type, taken_as=_TAKE[layer.type].index(port), turned=turned)
            other = _other(network, layer, 1 - port) if port in (0, 1) else None
            if layer.type in _THROUGH and port == 0:
                ways.append(layer)
            elif layer.type == "Subtract" and port == 0 and whole and other and use.scale is None:
                use = use._replace(zero=other)
                ways.append(layer)
            elif layer.type == "Multiply" and whole and other and use.scale is None:
                use = use._replace(scale=other)
                ways.append(layer)
    return use


def _other(network: dict[str, _Layer], layer: _Layer, port: int) -> Constant | None:
    """The constant that a layer takes at this port, perhaps converted first."""
    origin = network.get(layer.inputs.get(port, ""))
    if origin is not None and origin.type == "Convert":
        origin = network.get(origin.inputs.get(0, ""))
    return _constant(origin) if origin is not None and origin.type == "Const" else None


def _constant(layer: _Layer) -> Constant | None:
    settings = layer.settings
    if not settings.keys() >= {"element_type", "offset", "size"}:
        return None
    return Constant(
        name=layer.name,
        element_type=settings["element_type"].lower(),
        shape=tuple(number(size.strip()) for size in settings.get("shape", "").split(",") if size.strip()),
        begin=number(settings["offset"]),
        size=number(settings["size"]),
    )
