"""Configurations of Triton Inference Server."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.runtimes import triton
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import triton_config
from reading import read


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("config.pbtxt", triton()),
        ("config", triton()),
        ("model.pkl", triton("python", parameters={"a": "b"})),
        ("config.pbtxt", b'backend: "python"\n'),
        ("config.pbtxt", b'platform: "ensemble"\nensemble_scheduling { step [ { model_name: "a" } ] }'),
    ],
)
def test_a_configuration_is_recognised(name: str, data: bytes) -> None:
    found = read(data, name)
    assert (found.format, found.error) == ("triton-config", None)


@pytest.mark.parametrize(
    "data",
    [
        b"name: net\nplatform: linux\n",
        b'name: "net"\nplatform: "linux"\n',
        b'name: "x"\ninput: "data"\n',
        b"max_batch_size\n",
    ],
)
def test_other_texts_are_none(data: bytes) -> None:
    assert read(data, "notes.yaml").format != "triton-config"


def test_settings_and_parameters_are_told_with_their_lines() -> None:
    more = 'runtime: "own.so"\nmodel_repository_agents { agents [ { name: "own" } ] }\n'
    more += (
        'cc_model_filenames [ { key: "8.0" value: "a.plan" } ]\nparameters { value: { string_value: "v" } key: "k" }'
    )
    value = read(triton("python", more, parameters={"EXECUTION_ENV_PATH": "env"}), "config.pbtxt").value
    assert [(one.name, one.value) for one in value.settings] == [
        ("backend", "python"), ("runtime", "own.so"), ("agent", "own"), ("cc_model_filenames", "a.plan"),
    ]  # fmt: skip
    assert [(one.name, one.value) for one in value.parameters] == [("EXECUTION_ENV_PATH", "env"), ("k", "v")]
    assert value.settings[0].line == 3


def test_a_field_that_triton_does_not_have_is_an_error() -> None:
    assert "has no field 'layer'" in str(read(triton(more="layer { }"), "config.pbtxt").error)


def test_settings_have_a_bound() -> None:
    with pytest.raises(LimitExceeded, match="graph_items"):
        triton_config.read(MemorySource(triton()), Limits(graph_items=0))


def test_truncations_and_random_changes_are_a_value_or_a_format_error() -> None:
    dice, data = random.Random(5), triton("python", parameters={"EXECUTION_ENV_PATH": "env"})
    files = [data[:end] for end in range(len(data))]
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        files.append(bytes(changed))
    for one in files:
        with suppress(FormatError):
            triton_config.read(MemorySource(one), Limits())
