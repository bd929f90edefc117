from __future__ import annotations

import pickle
from typing import Any

import pytest

from attacks.archives import torch_zip
from hilt.checks.inspect.lightning_instantiator import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

OWN = "lightning.pytorch.cli.instantiate_module"


def checkpoint(protocol: int = 2, **hyper_parameters: Any) -> bytes:
    """What Lightning saves, as far as hyper-parameters go."""
    state = {"epoch": 3, "pytorch-lightning_version": "2.5.0", "hparams_name": "kwargs", "state_dict": {}}
    return torch_zip(pickle=pickle.dumps(state | {"hyper_parameters": hyper_parameters}, protocol))


def seen(data: bytes) -> list[tuple[Severity, str]]:
    return [(found.severity, found.message) for found in findings(CHECK, data, "model.ckpt")]


@pytest.mark.parametrize(
    "data",
    [
        checkpoint(lr=0.1, layers=[1, 2]),
        checkpoint(_instantiator=OWN, _class_path="own.models.Net", lr=0.1),
        checkpoint(_class_path="os.system", note="nothing calls it"),
        torch_zip(),
    ],
)
def test_what_lightning_writes_is_quiet(data: bytes) -> None:
    assert seen(data) == []


@pytest.mark.parametrize("protocol", range(6))
def test_a_road_to_code_is_critical(protocol: int) -> None:
    data = checkpoint(protocol, _instantiator="os.system", command="echo hilt")
    (found,) = seen(data)
    assert found == (Severity.CRITICAL, "_instantiator names 'os.system', which runs commands or other programs")
    assert facts(CHECK, data, "model.ckpt") == {"inspect.code_on_load": True}


@pytest.mark.parametrize("protocol", range(6))
def test_names_behind_the_memo_are_followed(protocol: int) -> None:
    key, name = "_instantiator", "subprocess.Popen"
    state = [key, name, {"hyper_parameters": {key: name}}]
    found = seen(torch_zip(pickle=pickle.dumps(state, protocol)))
    assert len(found) == (2 if protocol else 1)  # protocol 0 puts an opcode between the items of a list
    assert {severity for severity, _ in found} == {Severity.CRITICAL}


@pytest.mark.parametrize(
    ("hyper_parameters", "severity", "words"),
    [
        ({"_instantiator": "own.make"}, Severity.MEDIUM, "'own.make', which Lightning does not write"),
        ({"_instantiator": OWN, "_class_path": "os.system"}, Severity.CRITICAL, "_class_path names 'os.system'"),
        (
            {"_instantiator": OWN, "backbone": {"class_path": "subprocess.Popen", "init_args": {"args": "echo hilt"}}},
            Severity.CRITICAL,
            "class_path names 'subprocess.Popen'",
        ),
    ],
)
def test_what_the_instantiator_makes_is_told(hyper_parameters: dict[str, Any], severity: Severity, words: str) -> None:
    (found,) = seen(checkpoint(**hyper_parameters))
    assert (found[0], words in found[1]) == (severity, True)
