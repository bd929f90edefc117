"""The layers of ncnn: those that it brings, those that known programs add, and which weights each takes from the `.bin`.

Source: ncnn 1.0.20261020, src/CMakeLists.txt (the order gives each layer its number), src/modelbin.cpp and `load_param`
and `load_model` of each layer in src/layer. Parameters have numbers; a tensor is plain 32-bit numbers, or begins with a
tag that says how they are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.formats.ncnn import Layer

BUILT_IN = tuple(
    """
    AbsVal ArgMax BatchNorm Bias BNLL Concat Convolution Crop Deconvolution Dropout Eltwise ELU Embed Exp Flatten
    InnerProduct Input Log LRN MemoryData MVN Pooling Power PReLU Proposal Reduction ReLU Reshape ROIPooling Scale Sigmoid
    Slice Softmax Split SPP TanH Threshold Tile RNN LSTM BinaryOp UnaryOp ConvolutionDepthWise Padding Squeeze ExpandDims
    Normalize Permute PriorBox DetectionOutput Interp DeconvolutionDepthWise ShuffleChannel InstanceNorm Clip Reorg
    YoloDetectionOutput Quantize Dequantize Yolov3DetectionOutput PSROIPooling ROIAlign Packing Requantize Cast HardSigmoid
    SELU HardSwish Noop PixelShuffle DeepCopy Mish StatisticsPooling Swish Gemm GroupNorm LayerNorm Softplus GRU
    MultiHeadAttention GELU Convolution1D Pooling1D ConvolutionDepthWise1D Convolution3D ConvolutionDepthWise3D Pooling3D
    MatMul Deconvolution1D DeconvolutionDepthWise1D Deconvolution3D DeconvolutionDepthWise3D Einsum DeformableConv2D GLU
    Fold Unfold GridSample CumulativeSum CopyTo Erf Diag CELU Shrink RMSNorm Spectrogram InverseSpectrogram Flip SDPA
    RotaryEmbed
    """.split()
)
"""The layers in the order of their numbers, by which a binary description names them."""

ADDED = {"YoloV5Focus": "ncnn's own example of YOLOv5", "rife.Warp": "rife-ncnn-vulkan"}
"""Custom layers that a widely used program registers, and the program."""

Needs = Iterator[tuple[int, bool]]
"""How many numbers, and whether a tag stands before them."""

_FLOAT16, _INT8, _TAGGED_FLOAT32 = b"Gk0\x01", b"8K\x0d\0", b"V\xc0\x02\0"
_TABLE = 256 * 4
"""The bytes of the table that 8-bit indices point into."""
_WORD = 4


class Stored(NamedTuple):
    """A tensor: the bytes [begin, end), with its tag, and how many numbers it has. `place` counts those of its layer.

    `kind` is the type of the numbers, which end the bytes but for what fills the last word; empty for indices into a
    table before them.
    """

    layer: Layer
    place: int
    begin: int
    end: int
    length: int
    kind: str

    @property
    def numbers(self) -> int:
        """Where the numbers begin."""
        return self.end - -(-self.length * {"F32": 4, "F16": 2}.get(self.kind, 1) // _WORD) * _WORD


def weights_of(layers: tuple[Layer, ...], source: ByteSource) -> Iterator[Stored]:
    """The tensors in `source` that the layers take, in order.

    Raises `FormatError` for a layer whose weights nobody knows, and for a parameter that is no number.
    """
    position = 0
    for layer in layers:
        for place, (count, tagged) in enumerate(_needs(layer)):
            if count < 0 or position > source.size:
                raise FormatError(f"layer {layer.name!r} asks for {count} numbers at byte {position}")
            size, kind = _stored(source, position, count) if tagged and count else (count * _WORD, "F32")
            yield Stored(layer, place, position, position + size, count, kind)
            position += size


def _stored(source: ByteSource, position: int, count: int) -> tuple[int, str]:
    """The bytes of a tensor with its tag (ModelBinFromDataReader::load, type 0), and the type of its numbers."""
    tag = source.read(position, _WORD)
    if tag == _FLOAT16:
        return _WORD + -(-2 * count // _WORD) * _WORD, "F16"
    if tag == _INT8:
        return _WORD + -(-count // _WORD) * _WORD, "I8"
    if tag == _TAGGED_FLOAT32 or not any(tag):
        return _WORD + _WORD * count, "F32"
    return _WORD + _TABLE + -(-count // _WORD) * _WORD, ""


def type_of(layer: Layer) -> str:
    """The name of a layer's type; a binary description has its number in the list, and other numbers for custom layers."""
    number = int(layer.type) if layer.type.isdecimal() else -1
    return BUILT_IN[number] if 0 <= number < len(BUILT_IN) else layer.type


def _needs(layer: Layer) -> Needs:
    kind = type_of(layer)
    if kind not in BUILT_IN:
        raise FormatError(f"nobody knows which weights the layer {kind!r} takes")
    return NEEDS[kind](layer) if kind in NEEDS else iter(())


def _convolution(dynamic: int, scales: bool = False) -> Callable[[Layer], Needs]:
    """The convolutions: `dynamic` is the parameter that says that the weights are computed."""

    def needs(layer: Layer) -> Needs:
        if dynamic and layer.number(dynamic):
            return
        outputs, kind = layer.number(0), layer.number(8) if scales else 0
        yield layer.number(6), True
        if layer.number(5):
            yield outputs, False
        if kind:
            groups = (
                {1: layer.number(7, 1), 2: 1}.get(kind % 100, -1)
                if type_of(layer) == "ConvolutionDepthWise"
                else outputs
            )
            yield from ((groups, False), (1, False))
        if kind > 100:
            yield 1, False

    return needs


def _plain(*numbers: int, default: int = 0, times: int = 1) -> Callable[[Layer], Needs]:
    """One tensor without a tag for each of these parameters, which say how long it is; `times` over."""
    return lambda layer: ((layer.number(number, default), False) for number in numbers for _ in range(times))


def _affine(size: int, switch: int, tensors: int) -> Callable[[Layer], Needs]:
    return lambda layer: ((layer.number(size), False) for _ in range(tensors if layer.number(switch, 1) else 0))


def _inner_product(layer: Layer) -> Needs:
    yield layer.number(2), True
    if layer.number(1):
        yield layer.number(0), False
    if layer.number(8):
        yield from ((layer.number(0), False), (1, False))


def _embed(layer: Layer) -> Needs:
    yield layer.number(3), True
    if layer.number(2):
        yield layer.number(0), False
    if layer.number(18):
        yield 1, False


def _recurrent(gates: int, biases: int) -> Callable[[Layer], Needs]:
    def needs(layer: Layer) -> Needs:
        outputs, directions = layer.number(0), 2 if layer.number(2) == 2 else 1
        hidden = layer.number(3, outputs) if type_of(layer) == "LSTM" else outputs
        rows = directions * hidden * gates
        if rows <= 0:
            raise FormatError(f"layer {layer.name!r} has no outputs")
        inputs = layer.number(1) // directions // hidden // gates
        yield from ((rows * inputs, True), (directions * hidden * biases, True), (rows * outputs, True))
        if hidden != outputs:
            yield directions * hidden * outputs, True
        if layer.number(8):
            yield from ((rows, False), (rows, False))

    return needs


def _memory(layer: Layer) -> Needs:
    sizes = [size for size in map(layer.number, (0, 1, 11, 2)) if size]
    count = 1 if sizes else 0
    for size in sizes:
        count *= size
    yield count, layer.number(21, 1) == 0


def _attention(layer: Layer) -> Needs:
    size = layer.number(0)
    inputs, keys, values = layer.number(2) // max(size, 1), layer.number(3, size), layer.number(4, size)
    for width in (inputs, keys, values):
        yield from ((size * width, True), (size, False))
    yield from ((inputs * size, True), (inputs, False))
    if layer.number(18):
        yield from ((size, False), (size, False), (size, False), (1, False))


def _gemm(layer: Layer) -> Needs:
    rows, columns, depth = layer.number(7), layer.number(8), layer.number(9)
    if layer.number(4):
        yield rows * depth, True
    if layer.number(5):
        yield columns * depth, True
    shape = layer.number(10)
    if layer.number(6) and shape != -1:
        yield {0: 1, 1: rows, 2: rows, 3: rows * columns, 4: columns}.get(shape, -1), True
    if layer.number(18):
        yield from ((count, False) for place, count in ((4, rows), (5, 1)) if layer.number(place))


def _scale(layer: Layer) -> Needs:
    size = layer.number(0)
    if size != -233:  # computed
        yield from ((size, False) for _ in range(2 if layer.number(1) else 1))


NEEDS: Mapping[str, Callable[[Layer], Needs]] = {
    "BatchNorm": _plain(0, times=4),
    "Bias": _plain(0),
    "Convolution": _convolution(19, scales=True),
    "ConvolutionDepthWise": _convolution(19, scales=True),
    "Convolution1D": _convolution(19),
    "ConvolutionDepthWise1D": _convolution(19),
    "Convolution3D": _convolution(0),
    "ConvolutionDepthWise3D": _convolution(0),
    "Deconvolution": _convolution(28),
    "DeconvolutionDepthWise": _convolution(28),
    "Deconvolution1D": _convolution(28),
    "DeconvolutionDepthWise1D": _convolution(28),
    "Deconvolution3D": _convolution(0),
    "DeconvolutionDepthWise3D": _convolution(0),
    "DeformableConv2D": _convolution(0),
    "Dequantize": lambda layer: iter([(layer.number(0, 1), False), (layer.number(1), False)]),
    "Embed": _embed,
    "Gemm": _gemm,
    "GroupNorm": _affine(1, 3, 2),
    "GRU": _recurrent(3, 4),
    "InnerProduct": _inner_product,
    "InstanceNorm": _affine(0, 2, 2),
    "LayerNorm": _affine(0, 2, 2),
    "LSTM": _recurrent(4, 4),
    "MemoryData": _memory,
    "MultiHeadAttention": _attention,
    "Normalize": _plain(3),
    "Padding": _plain(6),
    "PReLU": _plain(0),
    "Quantize": _plain(0, default=1),
    "Requantize": lambda layer: iter(
        [(layer.number(0, 1), False), (layer.number(1, 1), False), (layer.number(2), False)]
    ),
    "RMSNorm": _affine(0, 2, 1),
    "RNN": _recurrent(1, 1),
    "Scale": _scale,
}
"""What each layer that has weights takes; the others take none."""
