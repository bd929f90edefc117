from __future__ import annotations

import struct

import numpy as np

from attacks.number_formats import mxnet, sparse_mxnet
from formats.tensors.given import found, whole

NUMBERS = np.arange(6, dtype="f4").reshape(2, 3)


def test_arrays_of_every_age_are_found() -> None:
    kind = struct.pack("<iii", 1, 0, 0)
    data = mxnet().replace(kind + bytes(24), kind + NUMBERS.tobytes())
    tensors = found({"net-0000.params": data})
    assert tensors.keys() == {"arg:a", "aux:b"}
    for tensor in tensors.values():
        assert np.array_equal(whole(tensor), NUMBERS)


def test_arrays_that_are_no_weights_or_not_dense_are_left_out() -> None:
    assert found({"net-0000.params": mxnet(kind=4)}) == {}
    assert found({"net-0000.params": sparse_mxnet()}) == {}


def test_arrays_without_names_are_numbered() -> None:
    one = struct.pack("<IiiQiii", 0xF993FAC9, 0, 1, 3, 1, 0, 2) + np.array([1, 2, 3], "<f2").tobytes()
    (tensor,) = found({"a.nd": struct.pack("<QQQ", 0x112, 0, 1) + one + struct.pack("<Q", 0)}).values()
    assert (tensor.name, tensor.dtype) == ("0", "F16")
    assert whole(tensor).tolist() == [1, 2, 3]
