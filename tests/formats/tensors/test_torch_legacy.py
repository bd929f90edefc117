from __future__ import annotations

import pickle
import random
import struct

import numpy as np
import pytest

from attacks.pickles import MAGIC, p
from attacks.torch_states import Call, State, Stored, opcodes, rebuilt
from formats.tensors.given import found, given, whole
from hilt.core.errors import FormatError
from hilt.formats.tensors import tensors

WEIGHT = np.random.default_rng(1).standard_normal((6, 4)).astype("<f4")
BIAS = np.random.default_rng(2).standard_normal(6).astype("<f2")


def test_tensors_stand_behind_the_pickles() -> None:
    state = State.new()
    value = {"w": state.tensor(WEIGHT), "b": state.tensor(BIAS)}
    value["t"] = rebuilt(value["w"].args[0], (4, 6), (1, 4))
    by_name = found({"model.pt": state.legacy(Call("collections", "OrderedDict", (), value))})
    assert [(one.name, one.dtype, one.shape) for one in by_name.values()] == [
        ("w", "F32", (6, 4)),
        ("b", "F16", (6,)),
        ("t", "F32", (4, 6)),
    ]
    assert np.array_equal(whole(by_name["w"]), WEIGHT)
    assert np.array_equal(whole(by_name["b"]), BIAS.astype("f4"))
    assert np.array_equal(whole(by_name["t"]), WEIGHT.T)


@pytest.mark.parametrize("name", ["_rebuild_tensor", "_rebuild_tensor_v2"])
def test_a_part_of_a_storage_begins_where_its_persistent_id_says(name: str) -> None:
    state = State.new()
    whole_storage = state.stored(WEIGHT)
    part = Stored(whole_storage.key, 24, more=(("view", 8, 12),))
    data = state.legacy({"w": rebuilt(part, (2, 4), (4, 1), 4, name)})
    assert np.array_equal(whole(found({"model.pt": data})["w"]), WEIGHT[3:5])
    outside = state.legacy({"w": rebuilt(part, (3, 4), (4, 1), 4, name)})
    with pytest.raises(FormatError, match="reaches to element 15 of storage '0', which holds 12"):
        found({"model.pt": outside})
    beyond = Stored(whole_storage.key, 24, more=(("view", 20, 12),))
    with pytest.raises(FormatError, match="a view reaches outside of storage '0'"):
        found({"model.pt": state.legacy({"w": rebuilt(beyond, (1, 4), (4, 1))})})


def test_numbers_of_a_big_endian_machine_are_turned_round() -> None:
    state = State.new()
    value = opcodes({"w": state.tensor(WEIGHT)})
    system = pickle.dumps({"protocol_version": 1001, "little_endian": False}, 2)
    data = MAGIC + pickle.dumps(1001, 2) + system + p(2, value) + pickle.dumps(["0"], 2)
    data += struct.pack("<q", 24) + WEIGHT.astype(">f4").tobytes()
    assert np.array_equal(whole(found({"model.pt": data})["w"]), WEIGHT)


def test_a_storage_that_has_no_bytes_is_a_format_error() -> None:
    state = State.new()
    value = {"w": rebuilt(Stored("7", 24), (6, 4), (4, 1)), "v": state.tensor(WEIGHT)}
    with pytest.raises(FormatError, match="storage '7' is missing"):
        found({"model.pt": state.legacy(value)})
    with pytest.raises(FormatError, match="storage '0' is missing"):
        found({"model.pt": state.legacy({"v": value["v"]})[:-1]})


def test_fewer_elements_than_asked_for_are_a_format_error() -> None:
    state = State.new()
    data = state.legacy({"w": state.tensor(WEIGHT)})
    short = data.replace(struct.pack("<q", 24), struct.pack("<q", 20))[:-16]
    with pytest.raises(FormatError, match="reaches to element 23 of storage '0', which holds 20"):
        found({"model.pt": short})


def test_prefixes_and_mutations_raise_only_format_errors() -> None:
    state = State.new()
    data = state.legacy({"w": state.tensor(WEIGHT), "t": rebuilt(state.stored(WEIGHT), (4, 6), (1, 4))})
    chance = random.Random(2)
    variants = [data[:end] for end in range(len(MAGIC), len(data), 7)]
    for _ in range(300):
        changed = bytearray(data)
        changed[chance.randrange(len(MAGIC), len(data))] = chance.randrange(256)
        variants.append(bytes(changed))
    told = 0
    for variant in variants:
        try:
            for one in tensors(*given({"model.pt": variant})):
                whole(one)
                told += 1
        except (FormatError, AssertionError):
            continue
    assert told
