from __future__ import annotations

import json
import random

import pytest

from attacks.hdf5 import hdf5, honest
from attacks.keras import DENSE, config, keras, keras_h5
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import open_member
from hilt.formats.keras import Keras
from hilt.formats.keras_h5 import KerasH5
from reading import read

MODEL = config(DENSE)


@pytest.mark.parametrize("name", ["model.keras", "model.zip", "model"])
def test_a_keras_file_gives_its_config_and_its_members(name: str) -> None:
    file = read(keras(MODEL), name)
    assert (file.format, file.value.config, file.value.keras_version) == ("keras", MODEL, "3.12.0")
    assert [member.path for member in file.value.members] == ["metadata.json", "config.json", "model.weights.h5"]
    weights = open_member("keras", file.source, "model.weights.h5", file.limits)
    assert read(weights, "model.weights.h5").format == "hdf5"


@pytest.mark.parametrize("version", ["earliest", "latest"])
@pytest.mark.parametrize("name", ["model.h5", "model.bin"])
def test_a_model_in_hdf5_gives_its_configs(name: str, version: str) -> None:
    training = {"loss": "mse", "optimizer_config": {"class_name": "Adam", "config": {}}}
    file = read(keras_h5(MODEL, training, libver=version), name)
    assert (file.format, file.value.keras_version) == ("keras-h5", "2.15.0")
    assert file.value.config == {"model_config": MODEL, "training_config": training}
    assert [dataset.dtype for dataset in file.value.datasets] == ["float32", "float32"]


def test_weights_alone_are_plain_hdf5() -> None:
    assert read(hdf5(honest), "model.weights.h5").format == "hdf5"


def test_of_two_configs_the_last_counts_as_in_zipfile() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = keras(MODEL, [("config.json", b'{"class_name": "second"}')])
    assert read(data, "model.keras").value.config == {"class_name": "second"}


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (keras("{"), "model.keras", "not JSON"),
        (keras_h5([])[:-10], "model.h5", "past the end"),
        (hdf5(lambda file: file.attrs.update(model_config=3)), "model.h5", "the attribute model_config is no string"),
        (hdf5(lambda file: file.attrs.update(model_config="{")), "model.h5", "not JSON"),
    ],
)
def test_a_config_that_cannot_be_read_is_a_format_error(data: bytes, name: str, words: str) -> None:
    error = read(data, name).error
    assert error is not None
    assert words in str(error)


@pytest.mark.reaches("json_bytes")
def test_a_config_longer_than_the_limit_is_refused() -> None:
    size = len(json.dumps(MODEL))
    for data, name in ((keras(MODEL), "model.keras"), (keras_h5(MODEL), "model.h5")):
        assert read(data, name, Limits(json_bytes=size)).error is None
        assert isinstance(read(data, name, Limits(json_bytes=size - 1)).error, LimitExceeded)


@pytest.mark.parametrize(("data", "name"), [(keras(MODEL), "model.keras"), (keras_h5(MODEL), "model.h5")])
def test_truncated_and_mutated_models_are_read_or_are_format_errors(data: bytes, name: str) -> None:
    chance = random.Random(5)
    outcomes = set()
    for trial in range(600):
        changed = bytearray(data if trial % 2 else data[: chance.randrange(len(data))])
        for _ in range(chance.randint(0, 4)):
            changed[: len(changed)] and changed.__setitem__(chance.randrange(len(changed)), chance.randrange(256))
        file = read(bytes(changed), name, Limits(hdf5_records=100_000))
        outcomes.add(type(file.value))
        assert file.error is None or isinstance(file.error, FormatError)
    assert outcomes & {Keras, KerasH5}
