"""Builds small models of inference runtimes, honest and hostile, byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from attacks.archives import honest_zip
from attacks.graphs import Flat, flatbuffer, message

# CTranslate2


def _name(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def variable(
    name: str, shape: tuple[int, ...] = (2,), kind: int = 0, data: bytes = bytes(8), *, version: int = 6
) -> bytes:
    """A variable; before version 4 `kind` is the size of a number."""
    size = len(data) if version >= 4 else len(data) // kind
    return _name(name) + struct.pack(f"<B{len(shape)}IBI", len(shape), *shape, kind, size) + data


def ctranslate2(*variables: bytes, version: int = 6, aliases: Sequence[tuple[str, str]] = ()) -> bytes:
    stored = variables or (variable("decoder/weight", (2, 2), 4), variable("decoder/bias"))
    out = struct.pack("<I", version) + _name("WhisperSpec") + struct.pack("<II", 3, len(stored)) + b"".join(stored)
    named = b"".join(_name(alias) + _name(target) for alias, target in aliases)
    return out + (struct.pack("<I", len(aliases)) + named if version >= 3 else b"")


# ggml before GGUF

WORDS = (b"<s>", b"a", b"")


def ggml_tensor(name: str = "w", shape: tuple[int, ...] = (2, 3), kind: int = 0, size: int = 24, at: int = -1) -> bytes:
    """A tensor; `at` is where in the file it begins, for containers that align the data."""
    header = struct.pack(f"<3i{len(shape)}i", len(shape), len(name), kind, *shape) + name.encode()
    padding = b"" if at < 0 else b"\0" * (-(at + len(header)) % 32)
    return header + padding + bytes(size)


def whisper(*tensors: bytes, words: tuple[bytes, ...] = WORDS) -> bytes:
    numbers = struct.pack("<11i", len(words) + 1, 1500, 8, 2, 2, 448, 8, 2, 2, 80, 1)
    vocabulary = struct.pack("<i", len(words)) + b"".join(struct.pack("<I", len(word)) + word for word in words)
    return b"lmgg" + numbers + struct.pack("<ii", 2, 3) + bytes(24) + vocabulary + b"".join(tensors)


def llama(magic: bytes = b"tjgg", version: int | None = 1, *tensor: int) -> bytes:
    """A model of llama.cpp; `tensor` is (kind, size) of its one tensor of 32 numbers."""
    out = magic + (b"" if version is None else struct.pack("<I", version))
    out += struct.pack("<7i", len(WORDS), 32, 256, 2, 2, 16, 1)
    out += b"".join(
        struct.pack("<I", len(word)) + word + (b"" if version is None else struct.pack("<f", -1.0)) for word in WORDS
    )
    kind, size = tensor or (2, 18)
    return out + ggml_tensor("w", (32,), kind, size, len(out) if magic == b"tjgg" else -1)


def lora() -> bytes:
    start = b"algg" + struct.pack("<Iii", 1, 8, 16)
    return start + ggml_tensor("q.loraA", (2, 3), 0, 24, len(start))


def silero() -> bytes:
    numbers = struct.pack("<6i", 5, 1, 2, 512, 64, 1) + struct.pack("<3i", 129, 128, 3) + bytes(16)
    return b"lmgg" + struct.pack("<i", 10) + b"silero-16k" + numbers + ggml_tensor()


# ncnn


def ncnn(*layers: str, count: int | None = None) -> bytes:
    """A description of these lines; `count` overrides how many there are said to be."""
    lines = layers or ("Input in 0 1 a", "Convolution conv 1 1 a b 0=2 1=1 5=1 6=4 -23310=1,0.5", "ReLU act 1 1 b c")
    return f"7767517\n{len(lines) if count is None else count} 3\n".encode() + "\n".join((*lines, "")).encode()


def ncnn_weights(tag: int = 0) -> bytes:
    """The weights of that description: four tagged numbers and two plain ones."""
    return struct.pack("<I", tag) + bytes(8 if tag == 0x01306B47 else 16) + b"\0\0\x80\x3f" * 2


def ncnn_binary(*kinds: int) -> bytes:
    """The same description in binary, and a layer of each of these kinds behind it."""
    numbers = {0: 2, 1: 1, 5: 1, 6: 4}
    parameters = b"".join(struct.pack("<ii", *pair) for pair in numbers.items()) + struct.pack("<iif", -23310, 1, 0.5)
    out = struct.pack("<iii", 7767517, 3 + len(kinds), 3) + struct.pack("<5i", 16, 0, 1, 0, -233)
    out += struct.pack("<5i", 6, 1, 1, 0, 1) + parameters + struct.pack("<i", -233)
    return out + b"".join(struct.pack("<6i", kind, 1, 1, 1, 2, -233) for kind in (26, *kinds))


# Caffe

DEPLOY = """name: "net"  # a comment
input: "data" input_shape { dim: [1, 3] dim: 2 }
layer { name: "conv" type: "Convolution" bottom: "data" top: 'co' "nv" blobs < shape { dim: 2 } > }
layer { name: "relu"; type: "ReLU", top: "relu" }
"""


def prototxt(*layers: str) -> bytes:
    return (DEPLOY + "".join(f"layer {{ name: 'own' {layer} }}\n" for layer in layers)).encode()


def solver(net: str = "train.prototxt", prefix: str = "snapshots/own") -> bytes:
    return f"net: '{net}'\nbase_lr: 0.01\nlr_policy: \"step\"\nsnapshot_prefix: '{prefix}'\n".encode()


def caffe_layer(kind: str = "Convolution", *parts: tuple[int, bytes]) -> bytes:
    blob = message((7, message((1, b"\2\2"))), (5, bytes(16)))
    return message((1, "conv"), (2, kind), (3, "data"), (4, "conv"), (7, blob), *parts)


def caffe(*layers: bytes) -> bytes:
    return message((1, "net"), *((100, layer) for layer in layers or (caffe_layer(), caffe_layer("ReLU"))))


def caffe_v1(*parts: tuple[int, bytes]) -> bytes:
    layer = message((2, "data"), (3, "conv"), (4, "conv"), (5, 4), (6, message((5, bytes(16)))), *parts)
    return message((1, "net"), (2, layer))


def caffe_v0(source: str) -> bytes:
    return message((1, "net"), (2, message((1, message((1, "data"), (2, "data"), (16, source))), (3, "data"))))


# MNN


def mnn_operator(kind: int = 12, shape: int = 0, main: Flat | None = None, path: str = "") -> Flat:
    operator: Flat = {3: "conv", 4: (1,), 5: kind}
    if main is not None:
        operator |= {1: shape, 2: main}
    return operator | ({7: path} if path else {})


def mnn(*operators: Flat, graph: Sequence[Flat] = ()) -> bytes:
    graphs: list[Flat] = [{0: "body", 4: list(graph)}] if graph else []
    shown = list(operators) or [mnn_operator(), mnn_operator(7)]
    return flatbuffer({0: "code", 3: shown, 6: 3, 7: [{}], 10: graphs, 11: "id"}, b"")


def mnn_external(*numbers: int, path: str = "") -> bytes:
    return mnn(mnn_operator(12, 9, {6: numbers}, path))


# ExecuTorch


def executorch(
    *operators: str, delegates: Sequence[str] = (), data: Sequence[str] = (), segment: bytes = b"weights!"
) -> bytes:
    """A program of one method with a segment behind it; its first value is a tensor in another file."""
    names: list[Flat] = [{0: name, 1: "out"} for name in operators or ("aten::add",)]
    values: list[Flat] = [{0: 5, 1: {9: {1: "l.weight", 2: 1}}}, {0: 2, 1: {0: 1}}]
    plan: Flat = {0: "forward", 2: values, 6: names, 7: [{0: name} for name in delegates]}
    root: Flat = {1: [plan], 2: [{0: bytes(4)}], 4: [{0: 0, 1: len(segment)}], 7: [{0: name, 1: 0} for name in data]}
    out = bytearray(flatbuffer(root, b"ET12eh00" + bytes(28)))
    size = len(out)
    base = -(-size // 16) * 16
    struct.pack_into("<IQQQ", out, 12, 32, size, base, len(segment))
    return bytes(out.ljust(base, b"\0")) + segment


def executorch_data(*names: str, segment: bytes = b"weights!", index: int = 0) -> bytes:
    entries: list[Flat] = [{0: name, 1: index, 2: {0: 6}} for name in names or ("l.weight",)]
    out = bytearray(flatbuffer({1: [{0: 0, 1: len(segment)}], 2: entries}, b"FT01FH01" + bytes(36)))
    size = len(out)
    base = -(-size // 16) * 16
    struct.pack_into("<IQQQQ", out, 12, 40, 48, size - 48, base, len(segment))
    return bytes(out.ljust(base, b"\0")) + segment


# ONNX Runtime


def ort(*operators: tuple[str, str], inner: Sequence[Flat] = ()) -> bytes:
    """A model with a weight and these (domain, operator) pairs; the last node holds the graphs `inner`."""
    nodes: list[Flat] = [
        {2: domain, 5: name} for domain, name in operators or (("", "MatMul"), ("com.microsoft", "Gelu"))
    ]
    if inner:
        nodes[-1] = {**nodes[-1], 10: [{0: "then_branch", 2: 5, 7: inner[0]}, {0: "all", 2: 10, 12: list(inner)}]}
    graph: Flat = {0: [{0: "w", 2: (2, 2), 3: 1, 4: bytes(16)}], 2: nodes}
    model: Flat = {0: 8, 1: [{0: "", 1: 17}], 2: "pytorch", 3: "2.4", 7: graph, 9: [{0: "task", 1: "chat"}]}
    return flatbuffer({0: "6", 1: model}, b"ORTM")


# TensorRT and llamafile


def tensorrt(tag: bytes = b"ftrt", text: bytes = b"") -> bytes:
    before = struct.pack("<I", len(text)) + text if text else b""
    return before + tag + bytes(20) + bytes([10, 3, 0, 26]) + b"code" * 16


def llamafile(archive: bytes | None = None) -> bytes:
    script = b"MZqFpD='\n" + bytes(51) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0" + bytes(20) + b"'\necho hilt\n"
    return script + (honest_zip() if archive is None else archive)


def triton(backend: str = "onnxruntime", more: str = "", *, parameters: Mapping[str, str] | None = None) -> bytes:
    """A configuration of Triton Inference Server."""
    pairs = [f'{{ key: "{key}" value: {{ string_value: "{value}" }} }}' for key, value in (parameters or {}).items()]
    return f"""# served by Triton
name: "encoder"
backend: "{backend}"
max_batch_size: 8
input [ {{ name: "x" data_type: TYPE_FP32 dims: [ -1, 3 ] }} ]
output [ {{ name: "y" data_type: TYPE_FP32 dims: [ 4 ] }} ]
instance_group [ {{ kind: KIND_GPU count: 1 }} ]
parameters: [ {", ".join(pairs)} ]
{more}
""".encode()


HONEST = {
    "triton-config": ("config.pbtxt", triton()),
    "ctranslate2": ("model.bin", ctranslate2(aliases=[("encoder/bias", "decoder/bias")])),
    "caffe": ("net.caffemodel", caffe()),
    "ort": ("model.ort", ort()),
    "executorch": ("model.pte", executorch()),
    "executorch-data": ("model.ptd", executorch_data()),
    "llamafile": ("model.llamafile", llamafile()),
    "mnn": ("model.mnn", mnn()),
    "tensorrt": ("model.engine", tensorrt()),
    "caffe-prototxt": ("deploy.prototxt", prototxt()),
    "ncnn": ("model.param", ncnn()),
    "ggml": ("ggml-base.bin", whisper(ggml_tensor("encoder.bias"), ggml_tensor("encoder.weight", (32,), 2, 18))),
}
"""The usual name and an honest file of each format."""
