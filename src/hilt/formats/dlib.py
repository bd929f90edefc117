"""Walks what dlib serialises: neural networks and shape predictors (`.dat`, `.dnn`).

Source: dlib 19, dlib/serialize.h, image_processing/shape_predictor.h, dnn/{core,layers,loss,input}.h, cuda/tensor.h. An
integer is a byte that says how many bytes follow and whether it is negative, then those bytes; a float is two integers;
a string is its length and its bytes; tensors hold plain floats, which are passed over unread. The numbers of shape
predictors have no stated length, so they are walked one by one. A network lists the versions of its layers, the
loss, the input, then from the input up what each layer holds; names of classes may follow.

What can bite: nothing names code or files: the program that loads it says what it is. Sizes that lie may crash the C++
code that believes them.

What hilt cannot see: the numbers; whether the last layer of a network lacks what training left behind it;
networks with layers that are not in dlib, which are errors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

_START = re.compile(rb"(?:\x01[\x01-\x04]){1,400}\x01[\x05-\x40](?:loss_|input[_<])")
_PREDICTOR = re.compile(rb"\x01\x01(?:\x81.|\x82..)\x81\x01(?:[\x01-\x04\x81-\x84])", re.DOTALL)
_TAG = re.compile(rb"\x01([\x04-\x40])([a-z][a-z0-9_<>]{3,63})")
_INTEGER = rb"(?>\x03...|[\x01\x81].|[\x02\x82]..|\x83...|[\x04\x84].{4}|[\x05\x85].{5}|[\x06\x86].{6}|[\x07\x87].{7}|[\x08\x88].{8})"
_RUNS = tuple((n, re.compile(_INTEGER + rb"{%d}+" % n, re.DOTALL)) for n in (512, 64, 8, 1))
_LEARNING = "ffff"
"""The multipliers that a layer learns and decays with."""
_WINDOW = "i" * 7
_LAYERS = {
    "con_4": f"T{_WINDOW}AA{_LEARNING}", "con_5": f"T{_WINDOW}AA{_LEARNING}b",
    "cont_1": f"T{_WINDOW}AA{_LEARNING}", "cont_2": f"T{_WINDOW}AA{_LEARNING}b",
    "fc_2": f"iiTAAi{_LEARNING}", "fc_3": f"iiTAAi{_LEARNING}b",
    "bn_con2": f"TAATTTTii{_LEARNING}f", "bn_fc2": f"TAATTTTii{_LEARNING}f", "layer_norm_": f"TAATT{_LEARNING}f",
    "affine_": "TAAi", "affine_2": "TAAib", "max_pool_2": "i" * 6, "avg_pool_2": "i" * 6, "prelu_": "Tf",
    "upsample_": "ii", "resize_to_": "iiff", "dropout_": "fT", "multiply_": "f", "leaky_relu_": "f",
    "clipped_relu_": "f", "elu_": "f", "smelu_": "f", "l2normalize_": "f", "concat_": "i", "extract_": "iiii",
    "reorg_": "ii", "scale_": "AA", "scale_prev_": "AA",
    **dict.fromkeys(("add_prev_", "mult_prev_", "resize_prev_to_tagged_", "relu_", "sig_", "mish_", "htan_"), ""),
    **dict.fromkeys(("gelu_", "silu_", "softmax_", "softmax_all_"), ""),
}  # fmt: skip
"""What each layer holds: integers, floats, bools, tensors, and the shapes (A) of parts of a tensor."""
_OF_LAYERS = (2, 3)
"""The versions of layers that compute, of which a network lists one for each; tags and skips have 1."""
_LOSSES = {
    "loss_metric_2": "ff", "loss_multibinary_log_2": "f", "loss_epsilon_insensitive_": "f", "loss_barlow_twins_": "f",
    **dict.fromkeys(("loss_binary_hinge_", "loss_binary_log_", "loss_multiclass_log_", "loss_metric_"), ""),
    **dict.fromkeys(("loss_multiclass_log_weighted_", "loss_ranking_", "loss_mean_squared_", "loss_dot_"), ""),
    **dict.fromkeys(("loss_mean_squared_multioutput_", "loss_binary_log_per_pixel_", "loss_multibinary_log_"), ""),
    **dict.fromkeys(("loss_multiclass_log_per_pixel_", "loss_mean_squared_per_pixel_"), ""),
    **dict.fromkeys(("loss_multiclass_log_per_pixel_weighted_", "loss_mean_squared_per_channel_and_pixel_"), ""),
}  # fmt: skip
_INPUTS = {
    "input_rgb_image": "fff", "input_rgb_image_sized": "fffii", "input_rgb_image_pair": "fff",
    "input_rgb_image_pyramid": "fff", "input_rgb_image_pyramid2": "fffii", "input_grayscale_image_pyramid": "ii",
    "input<matrix>": "", "input<array<matrix>>": "", "input<array2d>": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Dlib:
    """A network with its layers from the input up and the names of its classes, or a shape predictor without either.

    `parameters` counts the numbers in tensors, or those of the shapes that a predictor adds up.
    """

    loss: str
    layers: tuple[str, ...]
    labels: tuple[str, ...]
    parameters: int


def probe(head: Head) -> bool:
    return _START.match(head.data) is not None or _PREDICTOR.match(head.data) is not None


def read(source: ByteSource, limits: Limits) -> Dlib:
    """The network or the shape predictor in `source`, walked to its last byte."""
    walk = _Walk(source, limits)
    value = walk.network() if _START.match(source.read(0, 1024)) else walk.predictor()
    walk.cursor.end("the model")
    return value


class _Walk:
    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.cursor, self._limits = Cursor(source), limits
        self._parameters = self._announced = 0

    def predictor(self) -> Dlib:
        if self._integer("the version") != 1:
            raise FormatError("a version that is not known", offset=0)
        numbers = self._matrix("the mean shape")
        for _ in range(self._count("the cascade")):
            for _ in range(self._count("a forest")):
                self._pass(4 * self._count("the splits of a tree"), "the splits of a tree")
                numbers += sum(self._matrix("a leaf") for _ in range(self._count("the leaves of a tree")))
        for width, what in ((1, "the anchors"), (4, "the offsets")):
            for _ in range(self._count(what)):
                self._pass(width * self._count(what), what)
        return Dlib(loss="", layers=(), labels=(), parameters=numbers)

    def network(self) -> Dlib:
        loss, layers, labels = self._loss(), list[str](), tuple[str, ...]()
        if (tag := self._tag()) not in _INPUTS:
            raise FormatError(f"the input {tag!r} is not known", offset=self.cursor.offset)
        self._hold(_INPUTS[tag])
        tensors, last = 2, -1  # how many tensors may stand here, and the integer before this place
        while self.cursor.left:
            if (tag := self._tag(versions=False)) in _LAYERS:
                self._hold(_LAYERS[tag])
                layers.append(tag)
                tensors = 0
            elif tag or last == 0:
                labels = self._labels(last, tag)
            elif self.cursor.peek(1) in (b"0", b"1"):
                self._hold("b")
                tensors = 3
            elif tensors and self.cursor.peek(2) == b"\1\2":
                self._hold("T")
                tensors -= 1
            else:
                last, tensors = self._integer("a layer"), 0
            if len(layers) > self._limits.header_entries:
                raise LimitExceeded("header_entries", len(layers), self._limits.header_entries)
        if len(layers) < max(1, self._announced):
            said = f"a network of {self._announced} layers ends after {len(layers)}"
            raise FormatError(said, offset=self.cursor.offset)
        return Dlib(loss=loss, layers=tuple(layers), labels=labels, parameters=self._parameters)

    def _loss(self) -> str:
        """The loss, where the network begins with one."""
        start = self.cursor.peek(16)[2:]
        found = _TAG.match(start)
        if found is None or not found[2].startswith(b"loss_"):
            return ""
        self._integer("the version")
        tag = self._tag()
        if tag == "loss_mmod_":
            version = self._integer("the options")
            if version == 1:
                self._hold("ii")
            else:
                for _ in range(self._count("the windows")):
                    self._hold("iii")
                    self._text("a label")
            self._hold("fffffff" + ("c" if version >= 3 else "") + ("bf" if version >= 4 else ""))
        elif tag in _LOSSES:
            self._hold(_LOSSES[tag])
        else:
            raise FormatError(f"the loss {tag!r} is not known", offset=self.cursor.offset)
        return tag

    def _tag(self, *, versions: bool = True) -> str:
        """The name that stands here, perhaps behind the versions of layers; empty where there is none."""
        while True:
            found = _TAG.match(self.cursor.peek(66))
            if found is not None and len(found[2]) >= found[1][0]:
                name = found[2][: found[1][0]]
                self.cursor.skip(2 + len(name), "a name")
                return name.decode("ascii")
            if not versions:
                return ""
            self._announced += self._integer("the versions of the layers") in _OF_LAYERS

    def _labels(self, count: int, first: str) -> tuple[str, ...]:
        """The names of the classes, which end the file: `count` texts, of which `first` has been read."""
        names = [first] if first else []
        if not 0 < count <= self._limits.header_entries:
            raise FormatError(f"the layer {first!r} is not known", offset=self.cursor.offset)
        while len(names) < count:
            names.append(self._text("the name of a class"))
        self.cursor.end("the names of the classes")
        return tuple(names)

    def _hold(self, layout: str) -> None:
        """Passes over what a layout lists."""
        for kind in layout:
            match kind:
                case "i":
                    self._integer("a number")
                case "f":
                    self._pass(2, "a number")
                case "b":
                    if self.cursor.take(1, "a flag") not in (b"0", b"1"):
                        raise FormatError("a flag is neither 0 nor 1", offset=self.cursor.offset - 1)
                case "c":
                    self.cursor.skip(1, "a byte")
                case "A":
                    self._pass(5, "the shape of a part")
                case _:
                    self._tensor()

    def _tensor(self) -> None:
        if self._integer("a tensor") != 2:
            raise FormatError("a tensor of a version that is not known", offset=self.cursor.offset)
        size = 1
        for _ in range(4):
            size *= self._integer("the shape of a tensor")
        self.cursor.skip(4 * size, "a tensor")
        self._parameters += size

    def _matrix(self, what: str) -> int:
        """The numbers of a matrix, whose rows and columns are written as negative since dlib 17."""
        size = abs(self._integer(what)) * abs(self._integer(what))
        self._pass(2 * size, what)
        return size

    def _integer(self, what: str) -> int:
        control = self.cursor.take(1, what)[0]
        if not 1 <= control & 0x7F <= 8:
            raise FormatError(f"{control} begins no integer, in {what}", offset=self.cursor.offset - 1)
        value = int.from_bytes(self.cursor.take(control & 0x0F, what), "little")
        return -value if control & 0x80 else value

    def _count(self, what: str) -> int:
        """How many values follow; each takes two bytes at least."""
        count = self._integer(what)
        if not 0 <= 2 * count <= self.cursor.left:
            raise FormatError(f"{count} values of {what} do not fit", offset=self.cursor.offset)
        return count

    def _text(self, what: str) -> str:
        length = self._integer(what)
        if length < 0 or length > self._limits.text_bytes:
            raise LimitExceeded("text_bytes", length, self._limits.text_bytes, offset=self.cursor.offset)
        return self.cursor.take(length, what).decode("utf-8", "replace")

    def _pass(self, count: int, what: str) -> None:
        """Passes over integers, of which none is looked at."""
        if 2 * count > self.cursor.left:
            raise FormatError(f"{count} numbers of {what} do not fit", offset=self.cursor.offset)
        for run, pattern in _RUNS:
            while count >= run:
                found = pattern.match(self.cursor.peek(9 * run))
                if found is None:
                    if run == 1:
                        raise FormatError(f"no integer in {what}", offset=self.cursor.offset)
                    break
                self.cursor.skip(found.end(), what)
                count -= run
