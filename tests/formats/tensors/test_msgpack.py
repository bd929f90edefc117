from __future__ import annotations

import numpy as np

from attacks.msgpack import flax_array, numpy_array, pack
from formats.tensors.given import found, not_told, whole

RANDOM = np.random.default_rng(4)


def flax(array: np.ndarray) -> object:
    return flax_array(array.dtype.name, array.shape, array.tobytes())


def numbers(*shape: int) -> np.ndarray:
    return RANDOM.standard_normal(shape).astype("<f4")


def test_kernels_of_flax_come_out_in_the_order_of_pytorch() -> None:
    dense, conv, query, out, embedding = (
        numbers(4, 6),
        numbers(3, 3, 2, 5),
        numbers(8, 2, 3),
        numbers(2, 3, 8),
        numbers(9, 4),
    )
    conv1d, gpt2 = numbers(3, 8, 2), numbers(6, 4)
    data = pack(
        {
            "params": {
                "dense": {"kernel": flax(dense), "bias": flax(numbers(6))},
                "conv": {"kernel": flax(conv)},
                "conv1d": {"kernel": flax(conv1d)},
                "attention": {"query": {"kernel": flax(query)}, "out": {"kernel": flax(out)}},
                "c_fc": {"kernel": flax(gpt2), "bias": flax(numbers(6))},
                "wte": {"embedding": flax(embedding)},
            },
            "opt_state": {"0": {"mu": {"dense": {"kernel": flax(dense)}}}},
            "step": flax_array("int32", (), bytes(4)),
        }
    )
    by_name = {name.removeprefix("params/"): whole(one) for name, one in found({"flax_model.msgpack": data}).items()}
    assert np.array_equal(by_name["dense/kernel"], dense.T)
    assert np.array_equal(by_name["conv/kernel"], conv.transpose(3, 2, 0, 1))
    assert np.array_equal(by_name["conv1d/kernel"], conv1d.transpose(2, 1, 0))
    assert np.array_equal(by_name["attention/query/kernel"], query.reshape(8, 6).T)
    assert np.array_equal(by_name["attention/out/kernel"], out.reshape(6, 8).T)
    assert np.array_equal(by_name["c_fc/kernel"], gpt2)
    assert np.array_equal(by_name["wte/embedding"], embedding)
    assert len(by_name) == 9


def test_bfloat16_and_arrays_of_spacy_are_read_as_they_are_stored() -> None:
    array = numbers(5, 3)
    data = pack(
        {"params": [{"W": numpy_array("<f4", (5, 3), array.tobytes())}], "x": flax_array("bfloat16", (2, 2), bytes(8))}
    )
    by_name = found({"model.msgpack": data})
    assert np.array_equal(whole(by_name["params/0/W"]), array)
    assert by_name["x"].dtype == "BF16"


def test_an_array_whose_bytes_do_not_fit_its_shape_is_none() -> None:
    data = pack(
        {"params": {"a": flax_array("float32", (2, 3), bytes(20)), "b": flax_array("float32", (1 << 40, 4), bytes(20))}}
    )
    assert found({"model.msgpack": data}) == {}


def test_an_array_in_pieces_is_told_as_one_that_is_not_read() -> None:
    piece = flax(numbers(8))
    data = pack(
        {"params": {"k": {"__msgpack_chunked_array__": True, "shape": {"0": 16}, "chunks": {"0": piece, "1": piece}}}}
    )
    assert found({"model.msgpack": data}) == {}
    assert not_told({"model.msgpack": data}) == ["params/k"]
