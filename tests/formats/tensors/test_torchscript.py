from __future__ import annotations

import numpy as np
import pytest

from attacks.archives import Part, zip_of
from attacks.pickles import p
from attacks.torch_states import Call, State, opcodes
from formats.tensors.given import found, whole
from hilt.core.errors import FormatError

WEIGHT = np.random.default_rng(1).standard_normal((6, 4)).astype("<f4")
CONSTANT = np.random.default_rng(2).standard_normal((3, 3)).astype("<f4")


def script(module: Call, state: State, constants: tuple[Call, ...], kept: State) -> bytes:
    parts = [
        Part(name="net/data.pkl", data=p(2, opcodes(module))),
        Part(name="net/code/__torch__.py", data=b"class Net(Module):\n  pass\n"),
        Part(name="net/constants.pkl", data=p(2, opcodes(constants))),
    ]
    parts += [Part(name=f"net/data/{key}", data=array.tobytes()) for key, array in state.storages.items()]
    parts += [Part(name=f"net/constants/{key}", data=array.tobytes()) for key, array in kept.storages.items()]
    return zip_of(*parts, Part(name="net/version", data=b"3\n"))


def net(**attributes: object) -> Call:
    return Call("__torch__", "Net", (), state=attributes)


def test_parameters_bear_the_names_of_attributes_and_constants_their_place() -> None:
    state, kept = State.new(), State.new()
    module = net(training=True, encoder=net(weight=state.tensor(WEIGHT), _flat_weights=[state.tensor(WEIGHT)]))
    data = script(module, state, (kept.tensor(CONSTANT), kept.tensor(CONSTANT + 1)), kept)
    by_name = found({"model.pt": data})
    assert list(by_name) == ["encoder.weight", "CONSTANTS.0", "CONSTANTS.1"]
    assert np.array_equal(whole(by_name["encoder.weight"]), WEIGHT)
    assert np.array_equal(whole(by_name["CONSTANTS.1"]), CONSTANT + 1)


def test_all_of_many_constants_are_found() -> None:
    kept = State.new()
    constants = tuple(kept.tensor(CONSTANT + number) for number in range(40))
    by_name = found({"model.pt": script(net(), State.new(), constants, kept)})
    assert len(by_name) == 40
    assert np.array_equal(whole(by_name["CONSTANTS.39"]), CONSTANT + 39)


def test_storages_of_constants_are_not_those_of_parameters() -> None:
    state = State.new()
    data = script(net(weight=state.tensor(WEIGHT)), state, (State.new().tensor(CONSTANT),), State.new())
    with pytest.raises(FormatError, match="storage '0' is missing"):
        found({"model.pt": data})
