"""Reads a Caffe network or solver as text (`.prototxt`): its layers, and what it says of code and files.

Specification: src/caffe/proto/caffe.proto of Caffe 1.0, messages NetParameter and SolverParameter, in the text format of
protobuf.

What can bite: layers of the type Python import a module and run it; layers and solvers read and write files by path;
layers that Caffe does not have are native code of the publisher.

What hilt cannot see: what the Python module does beyond what is read of it in the repository.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import text
from hilt.formats.caffe import SETTINGS, Caffe, Layer, Setting
from hilt.formats.reader import Head
from hilt.formats.textproto import Field, fields

LAYERS = ("layer", "layers")
NET = {*LAYERS, "name", "input", "input_dim", "input_shape", "force_backward", "state", "debug_info"}
NETS = ("net_param", "train_net_param", "test_net_param")
FILES = ("net", "train_net", "test_net", "snapshot_prefix", "weights")
SOLVER = {
    *NETS, *FILES, "train_state", "test_state", "test_iter", "test_interval", "test_compute_loss", "test_initialization",
    "base_lr", "display", "average_loss", "max_iter", "iter_size", "lr_policy", "gamma", "power", "momentum",
    "weight_decay", "regularization_type", "stepsize", "stepvalue", "clip_gradients", "snapshot", "snapshot_diff",
    "snapshot_format", "solver_mode", "device_id", "random_seed", "type", "delta", "momentum2", "rms_decay", "debug_info",
    "snapshot_after_train", "solver_type", "layer_wise_reduce",
}  # fmt: skip


def probe(head: Head) -> bool:
    if text.encoding_of(head.data) is None:
        return False
    top, inner = set[str](), set[str]()
    try:
        for field in fields(head.data.decode("utf-8", "replace"), head.limits):
            if len(field.path) == 1:
                top.add(field.path[0])
                is_yaml = field.path[0] in FILES and not field.quoted
                if is_yaml or (not top <= NET and not top <= SOLVER):
                    return False
            elif field.path[0] in LAYERS:
                inner.add(field.path[1])
    except FormatError:
        pass  # the head ends anywhere
    is_net = not top.isdisjoint(LAYERS) and not inner.isdisjoint(("name", "type", "layer"))
    return is_net or (top <= SOLVER and len(top) > 2 and not top.isdisjoint((*FILES, *NETS)))


def read(source: ByteSource, limits: Limits) -> Caffe:
    """The network or solver in `source`, read to its last character."""
    name, layers, solver, current = "", list[Layer](), list[Setting](), _Layer()
    for field in fields(text.whole(source, limits), limits):
        path = field.path[1:] if field.path[0] in NETS else field.path
        if path == ("name",) and field.value is not None:
            name = field.value
        elif len(path) == 1 and path[0] in LAYERS and field.value is None:
            layers.extend(current.done())
            current = _Layer(field.line)
        elif len(path) == 1 and path[0] in FILES and field.value is not None:
            solver.append(Setting(part="solver", name=path[0], value=field.value, line=field.line))
        elif len(path) > 1 and path[0] in LAYERS:
            current.add(path[1:], field)
        if len(layers) + current.begun + len(solver) + len(current.settings) > limits.graph_items:
            raise LimitExceeded("graph_items", limits.graph_items + 1, limits.graph_items)
    layers.extend(current.done())
    if not layers and not solver:
        raise FormatError("the file holds neither a layer nor what a solver trains")
    return Caffe(name=name, layers=tuple(layers), solver=tuple(solver), parameters=0, unowned=())


class _Layer:
    """Collects one layer while its fields are walked; without a line, none has begun."""

    def __init__(self, line: int | None = None) -> None:
        self.begun = line is not None
        self._line, self._name, self._type = line, "", ""
        self.settings: list[Setting] = []

    def add(self, path: tuple[str, ...], field: Field) -> None:
        if field.value is None:
            return
        part = path[0] if len(path) == 2 else ""
        name = {"meanfile": "mean_file"}.get(path[-1], path[-1])
        if path in (("name",), ("layer", "name")):
            self._name = field.value
        elif path in (("type",), ("layer", "type")):
            self._type = field.value
        elif (part, name) in SETTINGS:
            self.settings.append(Setting(part=part, name=name, value=field.value, line=field.line))

    def done(self) -> list[Layer]:
        if not self.begun:
            return []
        return [Layer(name=self._name, type=self._type, settings=tuple(self.settings), line=self._line)]
