"""Builds model graphs, honest and hostile, byte by byte: protobuf, FlatBuffers, checkpoint tables, XML."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence

Value = int | str | bytes
Fields = Sequence[tuple[int, Value]]


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: Value) -> bytes:
    """One protobuf field: a varint for a number, a length and the bytes for anything else."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def message(*fields: tuple[int, Value]) -> bytes:
    return b"".join(field(number, value) for number, value in fields)


# ONNX


def onnx_tensor(
    name: str = "w",
    shape: tuple[int, ...] = (2,),
    external: Mapping[str, str] | None = None,
    dtype: int = 1,
    location: int = 1,
) -> bytes:
    """A tensor of floats, inside the file unless `external` says where it lies."""
    dims = [(1, size) for size in shape]
    if external is None:
        return message(*dims, (2, dtype), (8, name), (9, b"\0" * 8))
    entries = [(13, message((1, key), (2, value))) for key, value in external.items()]
    return message(*dims, (2, dtype), (8, name), *entries, (14, location))


def onnx_node(name: str = "Relu", domain: str = "", *attributes: bytes) -> bytes:
    return message((1, "x"), (2, "y"), (4, name), *((5, attribute) for attribute in attributes), (7, domain))


def onnx_graph(*nodes: bytes, tensors: Sequence[bytes] = ()) -> bytes:
    return message(*((1, node) for node in nodes), (2, "g"), *((5, tensor) for tensor in tensors), (12, b""))


def onnx_function(name: str, domain: str, *nodes: bytes) -> bytes:
    return message((1, name), *((7, node) for node in nodes), (10, domain))


def onnx(*nodes: bytes, tensors: Sequence[bytes] = (), functions: Sequence[bytes] = (), more: Fields = ()) -> bytes:
    graph = onnx_graph(*(nodes or (onnx_node(),)), tensors=tensors)
    opset = message((1, ""), (2, 17))
    added = [(25, function) for function in functions]
    return message((1, 8), (2, "hilt"), (7, graph), (8, opset), (14, message((1, "k"), (2, "v"))), *added, *more)


# TensorFlow


def tensorflow_node(operator: str, name: str = "n", **attributes: str) -> bytes:
    pairs = [(5, message((1, key), (2, message((2, value))))) for key, value in attributes.items()]
    return message((1, name), (2, operator), *pairs)


def tensorflow_graph(*nodes: bytes, functions: Mapping[str, Sequence[bytes]] | None = None) -> bytes:
    library = [
        (1, message((1, message((1, name))), *((3, node) for node in body))) for name, body in (functions or {}).items()
    ]
    return message(*((1, node) for node in nodes), (2, message(*library)), (4, message((1, 1))))


def meta_graph(graph: bytes, assets: Sequence[str] = ()) -> bytes:
    information = message((4, "serve"), (5, "2.20.0"))
    return message((1, information), (2, graph), *((6, message((1, b""), (2, asset))) for asset in assets))


def saved_model(
    *nodes: bytes, functions: Mapping[str, Sequence[bytes]] | None = None, assets: Sequence[str] = ()
) -> bytes:
    graph = tensorflow_graph(*(nodes or (tensorflow_node("Const"),)), functions=functions)
    return message((1, 1), (2, meta_graph(graph, assets)))


def keras_metadata(*metadata: str) -> bytes:
    return message(*((1, message((2, 1), (3, "root"), (4, "_tf_keras_layer"), (5, text))) for text in metadata))


def saved_model_with_metadata(metadata: str) -> bytes:
    """As TensorFlow before 2.5 wrote it: the metadata is in the object graph."""
    node = message((1, b""), (4, message((1, "_tf_keras_layer"), (3, metadata))))
    graph = meta_graph(tensorflow_graph(tensorflow_node("Const"))) + field(7, message((1, node)))
    return message((1, 1), (2, graph))


SAVER = {
    "__inference__traced_save_1": [tensorflow_node("ShardedFilename"), tensorflow_node("SaveV2")],
    "__inference__traced_restore_1": [tensorflow_node("RestoreV2")],
}
"""What every SavedModel holds."""


def table(*blocks: Sequence[tuple[bytes, bytes]], compression: int = 0) -> bytes:
    """A checkpoint's table with these blocks of keys and values, each key spelled out."""
    out, index = b"", list[tuple[bytes, bytes]]()
    for entries in blocks:
        block = _block(entries, compression)
        index.append((entries[-1][0], varint(len(out)) + varint(len(block) - 5)))
        out += block
    place, block = len(out), _block(index, 0)
    footer = varint(0) + varint(0) + varint(place) + varint(len(block) - 5)
    return out + block + footer.ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")


def _block(entries: Sequence[tuple[bytes, bytes]], compression: int) -> bytes:
    body = b"".join(b"\0" + varint(len(key)) + varint(len(value)) + key + value for key, value in entries)
    return body + struct.pack("<II", 0, 1) + bytes([compression]) + b"\0" * 4


def variable(begin: int, size: int, shard: int = 0) -> bytes:
    shape = message((2, message((1, size // 4))))
    return message((1, 1), (2, shape), (3, shard), (4, begin), (5, size))


def variables(*entries: tuple[str, bytes], shards: int = 1) -> bytes:
    return table([(b"", message((1, shards))), *((name.encode(), value) for name, value in entries)])


# TensorFlow Lite

Flat = dict[int, "int | str | list[Flat] | list[str] | bytes | tuple[int, ...] | array[int] | array[float] | Flat"]


def flatbuffer(root: Flat, identifier: bytes = b"TFL3") -> bytes:
    """A FlatBuffer whose scalars all take 8 bytes; a tuple is a vector of numbers of 8 bytes, an array one of its type."""
    out = bytearray(4) + identifier

    def place(item: Flat | str | bytes | list[Flat] | list[str] | tuple[int, ...] | array[int] | array[float]) -> int:
        if isinstance(item, array):
            start = len(out)
            out.extend(struct.pack("<I", len(item)) + item.tobytes())
            return start
        if isinstance(item, tuple):
            start = len(out)
            out.extend(struct.pack(f"<I{len(item)}q", len(item), *item))
            return start
        if isinstance(item, str | bytes):
            data = item.encode() if isinstance(item, str) else item
            start = len(out)
            out.extend(struct.pack("<I", len(data)) + data)
            return start
        if isinstance(item, list):
            start = len(out)
            out.extend(struct.pack("<I", len(item)) + b"\0" * 4 * len(item))
            for index, child in enumerate(item):
                slot = start + 4 + 4 * index
                struct.pack_into("<I", out, slot, place(child) - slot)
            return start
        fields = max(item, default=-1) + 1
        vtable = len(out)
        slots = {number: 4 + 8 * order for order, number in enumerate(item)}
        offsets = [slots.get(number, 0) for number in range(fields)]
        out.extend(struct.pack(f"<HH{fields}H", 4 + 2 * fields, 4 + 8 * len(item), *offsets))
        start = len(out)
        out.extend(struct.pack("<i", start - vtable) + b"\0" * 8 * len(item))
        for number, value in item.items():
            slot = start + slots[number]
            if isinstance(value, int):
                struct.pack_into("<Q", out, slot, value)
            else:
                struct.pack_into("<I", out, slot, place(value) - slot)
        return start

    struct.pack_into("<I", out, 0, place(root))
    return bytes(out)


def tflite(*custom: str, appended: Sequence[tuple[int, int]] = (), files: Sequence[str] = ()) -> bytes:
    """A model of one builtin operator and these custom ones, each used once."""
    codes: list[Flat] = [{0: 3, 3: 3}, *({0: 32, 1: name, 3: 32} for name in custom)]
    nodes: list[Flat] = [{0: index} for index in range(len(codes))]
    buffers: list[Flat] = [{}, {0: b"\0" * 8}, *({1: offset, 2: size} for offset, size in appended)]
    groups: list[Flat] = [{0: name} for name in files]
    return flatbuffer(
        {0: 3, 1: codes, 2: [{0: [{}, {}], 3: nodes}], 3: "made", 4: buffers, 6: [{0: "meta", 1: 1}], 8: groups}
    )


# Core ML


def coreml(kind: int = 500, model: bytes = b"") -> bytes:
    return message((1, 6), (2, message((1, message((1, "input"))))), (kind, model))


def coreml_network(*custom: str) -> bytes:
    layers = [(1, message((1, name), (500, message((10, name))))) for name in custom]
    return message((1, message((1, "relu"), (130, b""))), *layers)


def coreml_program(*operations: str, weights: str = "@model_path/weights/weight.bin") -> bytes:
    value = message((5, message((1, weights), (2, 64))))
    nodes = [(3, message((1, name), (5, message((1, "val"), (2, value))))) for name in operations]
    function = message((2, "CoreML5"), (3, message((1, "CoreML5"), (2, message(*nodes)))))
    return message((1, 1), (2, message((1, "main"), (2, function))))


def coreml_weights(*sizes: int) -> bytes:
    out = struct.pack("<II", len(sizes), 2).ljust(64, b"\0")
    for size in sizes:
        out += struct.pack("<IIQQ", 0xDEADBEEF, 1, size, len(out) + 64).ljust(64, b"\0")
        out += (b"\1" * size).ljust(-(-size // 64) * 64, b"\0")
    return out


# PaddlePaddle


def paddle(*operators: str, path: str = "", parameters: Sequence[str] = ()) -> bytes:
    attribute = [(4, message((1, "file_path"), (2, 2), (5, path)))] if path else []
    nodes = [(4, message((1, message((1, "X"), (2, "x"))), (3, name), *attribute)) for name in operators or ("feed",)]
    stored = [(3, message((1, name), (2, message((1, 7))), (3, 1))) for name in parameters]
    stored += [(3, message((1, "feed"), (2, message((1, 9))), (3, 1)))] if parameters else []
    block = message((1, 0), (2, -1), (3, message((1, "x"))), *stored, *nodes)
    return message((1, block), (4, message((1, 0))))


def paddle_parameters(*shapes: tuple[int, ...]) -> bytes:
    out = b""
    for shape in shapes:
        description = message((1, 5), *((2, size) for size in shape))
        count = 1
        for size in shape:
            count *= size
        out += struct.pack("<IQIi", 0, 0, 0, len(description)) + description + b"\0" * 4 * count
    return out


# OpenVINO


def openvino(*layers: tuple[str, str], constants: Sequence[tuple[int, int]] = ((0, 8),)) -> bytes:
    """A model with these (type, set) layers, and constants at these (offset, size)."""
    kinds = "".join(
        f'<layer id="1" type="{kind}" version="{opset}"/>' for kind, opset in layers or (("Relu", "opset1"),)
    )
    data = "".join(
        f'<layer id="0" type="Const" version="opset1"><data offset="{offset}" size="{size}"/></layer>'
        for offset, size in constants
    )
    return f'<?xml version="1.0"?>\n<net name="n" version="11"><layers>{data}{kinds}</layers></net>'.encode()


HONEST: Mapping[str, tuple[str, bytes]] = {
    "onnx": ("model.onnx", onnx(onnx_node(), onnx_node("Conv"), tensors=[onnx_tensor()])),
    "tflite": ("model.tflite", tflite()),
    "saved-model": ("saved_model.pb", saved_model(functions=SAVER)),
    "tensorflow-graph": ("frozen.pb", tensorflow_graph(tensorflow_node("Placeholder"), tensorflow_node("MatMul"))),
    "tensorflow-text": ("graph.pbtxt", b'node {\n  name: "x"\n  op: "MatMul"\n}\nversions {\n  producer: 1\n}\n'),
    "tensorflow-variables": ("variables.index", variables(("a", variable(0, 8)), ("b", variable(8, 4)))),
    "keras-metadata": ("keras_metadata.pb", keras_metadata('{"class_name": "Dense"}', '{"class_name": "ReLU"}')),
    "tensorflow-fingerprint": ("fingerprint.pb", message((1, 1 << 63), (2, 2), (3, 3), (4, 4), (5, 5), (7, "1234"))),
    "coreml": ("model.mlmodel", coreml(502, coreml_program("const", "conv"))),
    "coreml-weights": ("weight.bin", coreml_weights(12, 100)),
    "paddle-program": ("inference.pdmodel", paddle("feed", "conv2d", "fetch", parameters=["b", "w"])),
    "paddle-parameters": ("inference.pdiparams", paddle_parameters((4,), (2, 3))),
    "openvino-ir": ("model.xml", openvino()),
    "xml": ("model.mapping", b'<?xml version="1.0"?><mapping><map a="1">text</map></mapping>'),
}
"""A small honest file of every format: id, usual name, bytes."""
