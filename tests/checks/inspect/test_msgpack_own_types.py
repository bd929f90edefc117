from __future__ import annotations

import pickle

import pytest

from attacks.msgpack import COMMAND, HONEST, Ext, flax_array, numpy_array, objects, pack
from hilt.checks import listed
from hilt.checks.inspect.msgpack_own_types import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize("kind", ["spacy", "flax"])
def test_honest_models_are_quiet(kind: str) -> None:
    name, data = HONEST[kind]
    assert findings(CHECK, data, name) == []


@pytest.mark.parametrize(
    ("data", "words", "severity"),
    [
        (pack({"a": Ext(42, b"abc")}), "an extension of type 42 with 3 bytes", Severity.MEDIUM),
        (objects(pickle.dumps([1])), "msgpack-numpy unpickles it", Severity.LOW),
        (objects(b"\xff" * 20), "holds no pickle that hilt can read", Severity.HIGH),
        (pack({"a": numpy_array(shape=(9,))}), "float32 [9] needs 36 bytes, 16 are there", Severity.MEDIUM),
        (pack({"a": flax_array(shape=(9,))}), "bfloat16 [9] needs 18 bytes, 8 are there", Severity.MEDIUM),
    ],
)
def test_each_value_that_plain_decoders_do_not_know_is_named(data: bytes, words: str, severity: Severity) -> None:
    (finding,) = findings(CHECK, data, "model.msgpack")
    assert (finding.severity, words in finding.message) == (severity, True)


def test_the_command_in_an_array_of_objects_is_told_as_in_any_pickle() -> None:
    (finding,) = findings(listed("pickle-code"), objects(COMMAND), "model.msgpack")
    assert (finding.severity, "os.system" in finding.message) == (Severity.CRITICAL, True)
