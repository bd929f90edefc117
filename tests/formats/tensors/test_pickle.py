from __future__ import annotations

import bz2
import io
import pickle
import random
import struct
from collections import OrderedDict
from typing import Any

import joblib
import numpy as np
import pytest

from attacks.pickles import LEGACY, p
from attacks.torch_states import Call, Name, Stored, opcodes, rebuilt
from formats.tensors.given import found, given, whole
from hilt.core.errors import FormatError
from hilt.formats.tensors import pickled_text, tensors

RANDOM = np.random.default_rng(5)
LONG = RANDOM.standard_normal((40, 30)).astype("<f4")
SHORT = RANDOM.standard_normal(6).astype("<f4")
VALUE = {
    "weights": LONG,
    "turned": np.asfortranarray(LONG),
    "short": SHORT,
    "layers": [{"x": LONG[:3]}, {"x": LONG[3:].astype(">f8")}],
    "names": np.array(["a", "b"]),
    "order": np.arange(9),
    "small": LONG.astype("i1"),
    "objects": np.array([SHORT, {"inner": SHORT}, None], dtype=object),
    "vocabulary": {str(number): number for number in range(100)},
}


def dumped(value: object, **options: Any) -> bytes:
    target = io.BytesIO()
    joblib.dump(value, target, **options)
    return target.getvalue()


def check_value(data: bytes, name: str) -> None:
    by_name = {one.name: one for one in found({name: data}).values()}
    assert np.array_equal(whole(by_name["weights"]), LONG)
    assert np.array_equal(whole(by_name["turned"]), LONG)
    assert np.array_equal(whole(by_name["short"]), SHORT)
    assert np.array_equal(whole(by_name["layers.1.x"]), LONG[3:])
    assert np.array_equal(whole(by_name["small"]), LONG.astype("i1"))
    assert not {"names", "order"} & by_name.keys()


@pytest.mark.parametrize("protocol", range(6))
def test_arrays_are_found_in_pickles_of_every_protocol(protocol: int) -> None:
    data = pickle.dumps(VALUE, protocol)
    check_value(data, "model.pkl")
    assert {"objects.0", "objects.1.inner"} <= found({"model.pkl": data}).keys()


@pytest.mark.parametrize("compress", [0, ("zlib", 3), ("gzip", 3), ("xz", 3)], ids=str)
def test_arrays_are_found_between_the_opcodes_of_joblib(compress: Any) -> None:
    check_value(dumped(VALUE, compress=compress), "model.joblib")


def test_arrays_of_old_protocols_are_read_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    for block in (1, 2, 3, 7, 1000, 4800):
        monkeypatch.setattr(pickled_text, "_BLOCK", block)
        by_name = found({"model.pkl": pickle.dumps({"x": LONG[:20]}, 2)})
        assert np.array_equal(whole(by_name["x"]), LONG[:20]), block


def array_of(data: bytes, shape: tuple[int, ...] = (40, 30), dtype: str = "f4") -> bytes:
    """The pickle of an array whose numbers are what the opcodes `data` push."""
    made = Call("numpy.core.multiarray", "_reconstruct", (Name("numpy", "ndarray"), (0,), b"b"))
    kind = Call("numpy", "dtype", (dtype, 0, 1), state=(3, "<", None, None, None, -1, -1, 0))
    return p(2, opcodes(made) + b"(" + opcodes(1) + opcodes(shape) + opcodes(kind) + b"\x89" + data + b"tb")


def quoted(data: bytes) -> bytes:
    """The text that protocol 0 of Python 2 wrote for bytes."""
    plain = (bytes([byte]) if 32 <= byte < 127 and byte not in b"'\\" else b"\\x%02x" % byte for byte in data)
    return b"S'" + b"".join(plain) + b"'\n"


@pytest.mark.parametrize(
    "literal", [lambda data: b"T" + struct.pack("<I", len(data)) + data, quoted], ids=["long", "line"]
)
def test_the_strings_of_python_2_are_bytes(literal: Any) -> None:
    (array,) = found({"model.pkl": array_of(literal(LONG.tobytes()))}).values()
    assert np.array_equal(whole(array), LONG)


@pytest.mark.parametrize(
    ("data", "shape", "dtype"),
    [
        (opcodes(LONG.tobytes()[:-1]), (40, 30), "f4"),
        (opcodes(LONG.tobytes()), (1 << 40, 1 << 30), "f4"),
        (opcodes(b"\0" * 8), (3,), "f4"),
        (opcodes("x" * 11), (3,), "f4"),
        (opcodes({}), (3,), "f4"),
        (quoted(b"\0" * 4800)[:-6] + b"\\x'\n", (40, 30), "f4"),
    ],
)
def test_an_array_that_has_not_the_bytes_of_its_shape_is_a_format_error(
    data: bytes, shape: tuple[int, ...], dtype: str
) -> None:
    files = {"model.pkl": array_of(data, shape, dtype)}
    with pytest.raises(FormatError):
        [array.rows(0, 1) for array in found(files).values()]


@pytest.mark.parametrize("shape", [(-1, 2), ("a",), (1,) * 65, (0, 4)])
def test_an_array_of_no_usable_shape_is_none(shape: tuple[int, ...]) -> None:
    assert found({"model.pkl": array_of(opcodes(b""), shape)}) == {}


def test_the_pairs_of_an_ordered_dict_of_python_2_are_names() -> None:
    pairs = [["a", LONG], ["b", SHORT]]
    data = pickle.dumps(pairs, 2)[:-1]
    ordered = b"\x80\x02ccollections\nOrderedDict\n" + data[2:] + b"\x85R."
    assert list(found({"model.pkl": ordered})) == ["a", "b"]
    assert list(found({"model.pkl": pickle.dumps(OrderedDict([("a", LONG), ("b", SHORT)]), 2)})) == ["a", "b"]


def test_tensors_of_pytorch_in_a_pickle_bring_their_storage_along() -> None:
    storage = (
        LEGACY + p(2, opcodes(Stored("1", 1200))) + p(2, opcodes(["1"])) + struct.pack("<q", 1200) + LONG.tobytes()
    )
    stored = Call("torch.storage", "_load_from_bytes", (storage,))
    by_name = found({"model.pkl": p(2, opcodes({"w": rebuilt(stored, (30, 40), (1, 30))}))})
    assert np.array_equal(whole(by_name["w"]), LONG.T)


def test_a_pickle_behind_the_first_has_its_number_before_the_names() -> None:
    data = pickle.dumps({"a": LONG}) + pickle.dumps({"a": SHORT}) + pickle.dumps({"b": SHORT})[:-20]
    assert list(found({"model.pkl": data})) == ["a", "1.a"]


def test_a_tuple_that_holds_itself_twice_over_and_over_is_entered_once() -> None:
    nested: Any = (LONG, 1)
    for _ in range(60):
        nested = (nested, nested)
    [tensor] = found({"a.pkl": pickle.dumps(nested)}).values()
    assert np.array_equal(whole(tensor), LONG)


def test_mutations_raise_only_format_errors() -> None:
    originals = [
        *(pickle.dumps(VALUE, protocol) for protocol in range(6)),
        dumped(VALUE),
        bz2.compress(dumped({"a": LONG})),
    ]
    chance = random.Random(9)
    told = 0
    for _ in range(400):
        changed = bytearray(chance.choice(originals))
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        try:
            for one in tensors(*given({"model.joblib": bytes(changed)})):
                one.rows(0, one.shape[0] if one.shape else 1)
                told += 1
        except (FormatError, AssertionError):
            continue
    assert told
