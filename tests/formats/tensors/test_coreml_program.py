from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from attacks.graphs import Value, coreml, message, varint
from formats.tensors.given import came_through, found, given, not_told, whole
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensors import Given, tensors

SEEDED = np.random.default_rng(8)
KERNEL, MATRIX, VECTOR = SEEDED.random((6, 5, 2, 3), "f4"), SEEDED.random((7, 4), "f4"), SEEDED.random(7, "f4")
TYPES = {"f2": 10, "f4": 11, "f8": 12, "i1": 21, "u1": 31, "i4": 23, "u4": 33}
NAME, WEIGHTS = (
    "m.mlpackage/Data/com.apple.CoreML/model.mlmodel",
    "m.mlpackage/Data/com.apple.CoreML/weights/weight.bin",
)


class Program:
    """A program while it is written, and the file with its weights."""

    def __init__(self) -> None:
        self.blobs = struct.pack("<II", 0, 2).ljust(64, b"\0")
        self.operations: list[bytes] = []

    def blob(self, data: bytes, kind: int, shape: tuple[int, ...]) -> bytes:
        """A value in the file beside."""
        at = len(self.blobs)
        self.blobs += struct.pack("<IIQQ", 0xDEADBEEF, 1, len(data), at + 64).ljust(64, b"\0")
        self.blobs += data.ljust(-(-len(data) // 64) * 64, b"\0")
        return _typed(kind, shape) + message((5, message((1, "@model_path/weights/weight.bin"), (2, at))))

    def array(self, array: np.ndarray) -> bytes:
        return self.blob(array.tobytes(), TYPES[array.dtype.str[1:]], array.shape)

    def add(self, kind: str, name: str, inputs: dict[str, str] | None = None, **values: bytes) -> None:
        taken = [(2, message((1, key), (2, message((1, message((1, each))))))) for key, each in (inputs or {}).items()]
        said = [(5, message((1, key), (2, value))) for key, value in values.items()]
        self.operations.append(message((1, kind), *taken, (3, message((1, name))), *said))

    def files(self) -> dict[str, bytes]:
        inner = message(*((3, operation) for operation in self.operations))
        nested = message((3, message((1, "cond"), (4, inner))))
        function = message((2, "CoreML7"), (3, message((1, "CoreML7"), (2, nested))))
        model = coreml(502, message((1, 1), (2, message((1, "main"), (2, function)))))
        return {NAME: model, WEIGHTS: self.blobs}


def _typed(kind: int, shape: tuple[int, ...]) -> bytes:
    dimensions = [(3, message((1, message((1, size))))) for size in shape]
    return message((2, message((1, message((1, kind), (2, len(shape)), *dimensions)))))


def immediate(field: int, value: Value, kind: int, shape: tuple[int, ...] = ()) -> bytes:
    """A value in the program: floats (1), numbers (2), truth values (3), bytes (7)."""
    return _typed(kind, shape) + message((3, message((1, message((field, message((1, value))))))))


def bits(indexes: np.ndarray, width: int) -> bytes:
    each = (indexes.reshape(-1, 1) >> np.arange(width) & 1).astype("u1")
    return np.packbits(each.ravel(), bitorder="little").tobytes()


def test_constants_in_the_program_and_beside_it_are_found() -> None:
    program = Program()
    program.add("const", "kernel", val=program.array(KERNEL.astype("<f2")))
    program.add("conv", "convolved", {"x": "input", "weight": "kernel"})
    program.add("const", "bias", val=immediate(1, VECTOR.tobytes(), 11, (7,)))
    program.add("const", "half", val=immediate(7, VECTOR.astype("<f2").tobytes(), 10, (7,)))
    program.add("const", "matrix", val=program.array(MATRIX))
    program.add("matmul", "product", {"x": "convolved", "y": "matrix"})
    program.add("const", "transposed", val=program.array(MATRIX))
    program.add("const", "yes", val=immediate(3, varint(1), 1))
    program.add("matmul", "other", {"x": "convolved", "y": "transposed", "transpose_y": "yes"})
    program.add("const", "axes", val=program.array(np.arange(4, dtype="<i4")))
    program.add("const", "scalar", val=immediate(1, b"\0\0\x80\x3f", 11))
    tensors = found(program.files())
    expected = {
        "kernel": KERNEL.astype("f2").astype("f4"),
        "bias": VECTOR,
        "half": VECTOR.astype("f2").astype("f4"),
        "matrix": MATRIX.T,
        "transposed": MATRIX,
    }
    assert tensors.keys() == expected.keys()
    for name, array in expected.items():
        assert np.array_equal(whole(tensors[name]), array), name
    assert tensors["kernel"].dtype == "F16"


def test_the_gates_of_an_lstm_come_in_the_order_of_pytorch() -> None:
    program, weight = Program(), np.arange(24, dtype="f4").reshape(8, 3)
    for name in ("in", "hidden"):
        program.add("const", name, val=program.array(weight))
    program.add("const", "offset", val=program.array(weight[:, 0].copy()))
    program.add("lstm", "out", {"x": "input", "weight_ih": "in", "weight_hh": "hidden", "bias": "offset"})
    tensors, order = found(program.files()), [0, 1, 2, 3, 6, 7, 4, 5]
    assert np.array_equal(whole(tensors["in"]), weight[order])
    assert np.array_equal(whole(tensors["hidden"]), weight[order])
    assert np.array_equal(whole(tensors["offset"]), weight[order, 0])


def test_quantised_constants_come_as_what_they_stand_for() -> None:
    program, numbers = Program(), SEEDED.integers(-8, 8, (7, 4)).astype("i1")
    zero = np.arange(7, dtype="i1")
    axis = immediate(2, varint(0), 23)
    program.add(
        "constexpr_affine_dequantize",
        "rows",
        quantized_data=program.array(numbers),
        scale=program.array(VECTOR),
        zero_point=program.array(zero),
        axis=axis,
    )
    program.add(
        "constexpr_affine_dequantize",
        "one",
        quantized_data=program.array(numbers),
        scale=immediate(1, VECTOR[:1].tobytes(), 11),
        zero_point=program.array(zero[:1]),
        axis=axis,
    )
    program.add("const", "numbers", val=program.array(numbers))
    program.add("const", "scale", val=program.array(VECTOR.reshape(7, 1)))
    program.add("constexpr_blockwise_shift_scale", "newer", {"data": "numbers", "scale": "scale"})
    program.add(
        "constexpr_blockwise_shift_scale",
        "in_blocks",
        data=program.blob(bits(numbers & 15, 4), 25, (7, 4)),
        scale=program.array(np.outer(VECTOR, [1, 2]).astype("f4")),
        offset=program.array(np.ones((7, 2), "i1")),
    )
    program.add("constexpr_cast", "cast", source_val=program.array(MATRIX.astype("<f2")))
    tensors = found(program.files())
    assert tensors.keys() == {"rows", "one", "newer", "in_blocks", "cast"}
    assert np.allclose(whole(tensors["rows"]), (numbers - zero[:, None]) * VECTOR[:, None], atol=1e-6)
    assert np.allclose(whole(tensors["one"]), numbers * VECTOR[0], atol=1e-6)
    assert np.allclose(whole(tensors["newer"]), numbers * VECTOR[:, None], atol=1e-6)
    blocks = np.repeat(np.outer(VECTOR, [1, 2]), 2, axis=1)
    assert np.allclose(whole(tensors["in_blocks"]), (numbers - 1) * blocks, atol=1e-5)
    assert (tensors["rows"].dtype, tensors["in_blocks"].dtype) == ("I8", "I4")
    assert np.array_equal(whole(tensors["cast"]), MATRIX.astype("f2"))


@pytest.mark.parametrize("width", [1, 2, 4, 6, 8])
def test_palettes_of_either_kind_are_looked_up(width: int) -> None:
    program, indexes = Program(), SEEDED.integers(0, 1 << width, (6, 5, 2, 3))
    table, groups = SEEDED.random(1 << width, "f4"), SEEDED.random((3, 1, 1, 1, 1 << width, 1), "f4")
    packed = bits(indexes, width)
    program.add(
        "constexpr_lut_to_dense",
        "older",
        indices=program.blob(packed, 31, (len(packed),)),
        lut=program.array(table),
        shape=program.array(np.array(indexes.shape, "<u4")),
    )
    kind = {1: 37, 2: 36, 4: 35, 6: 38, 8: 31}[width]
    newer = program.blob(packed, kind, indexes.shape)
    program.add("constexpr_lut_to_dense", "newer", indices=newer, lut=program.array(groups))
    tensors = found(program.files())
    assert np.array_equal(whole(tensors["older"]), table[indexes])
    by_group = np.stack([groups[row // 2].ravel()[indexes[row]] for row in range(6)])
    assert np.array_equal(whole(tensors["newer"]), by_group)


def test_what_is_packed_in_unknown_ways_is_named() -> None:
    program = Program()
    program.add("constexpr_sparse_to_dense", "sparse", nonzero_data=program.array(VECTOR), mask=program.array(VECTOR))
    program.add("constexpr_lut_to_dense", "vectors", indices=program.array(MATRIX), lut=program.array(MATRIX))
    program.add("const", "bias", val=program.array(VECTOR))
    assert found(program.files()).keys() == {"bias"}
    assert not_told(program.files()) == ["sparse", "vectors"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../secret", "@model_path/../../../../secret", "missing.bin"])
def test_weights_outside_of_the_folder_are_not_opened(path: str) -> None:
    value = _typed(11, (7, 4)) + message((5, message((1, path), (2, 64))))
    program = Program()
    program.add("const", "w", val=value)
    with pytest.raises(FormatError, match=r"outside of the folder|no file"):
        found({**program.files(), "etc/passwd": bytes(300), "secret": bytes(300)})


@pytest.mark.parametrize("offset", [0, 3, 1 << 40, (1 << 64) - 1])
def test_a_blob_that_is_not_there_is_told(offset: int) -> None:
    program = Program()
    program.array(MATRIX)
    value = _typed(11, (7, 4)) + message((5, message((1, "@model_path/weights/weight.bin"), (2, offset))))
    program.add("const", "w", val=value)
    with pytest.raises(FormatError, match="there is no"):
        found(program.files())


@pytest.mark.reaches("tensor_held_bytes")
def test_tables_and_scales_are_bounded() -> None:
    program = Program()
    program.add(
        "constexpr_affine_dequantize",
        "w",
        quantized_data=program.array(MATRIX),
        scale=program.array(MATRIX[:, 0].copy()),
    )
    form, file = given(program.files())
    with pytest.raises(LimitExceeded, match="tensor_held_bytes"):
        list(tensors(form, file._replace(limits=Limits(tensor_held_bytes=20))))


def test_broken_programs_raise_only_format_errors() -> None:
    program, randomly = Program(), random.Random(3)
    program.add("const", "kernel", val=program.array(KERNEL))
    program.add(
        "constexpr_lut_to_dense",
        "palette",
        indices=program.array(np.zeros(20, "u1")),
        lut=program.array(np.zeros(16, "f4")),
        shape=program.array(np.array([4, 10], "<u4")),
    )
    files, read = program.files(), 0
    for _ in range(600):
        name = randomly.choice([NAME, NAME, WEIGHTS])
        changed = bytearray(files[name])
        for _ in range(randomly.randrange(1, 5)):
            changed[randomly.randrange(len(changed))] = randomly.choice((0, 1, 255, randomly.randrange(256)))
        spoilt = {**files, name: bytes(changed)}
        read += came_through(tensors("coreml", _unread(spoilt)))
    assert read > 250


def _unread(files: dict[str, bytes]) -> Given:
    def beside(path: str) -> MemorySource:
        if path not in files:
            raise FormatError(f"there is no file {path!r}")
        return MemorySource(files[path])

    return Given(NAME, None, MemorySource(files[NAME]), Limits(), beside, beside)
