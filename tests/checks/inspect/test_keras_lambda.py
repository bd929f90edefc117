from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from attacks.keras import DENSE, config, function, keras, keras_h5, lambda_2, lambda_3, layer, shell, square, stored
from hilt.checks.inspect.keras_lambda import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

PLAIN = layer("Lambda", "plain", function=function("builtins", "relu", "relu"))


@pytest.mark.parametrize("model", [config(DENSE), config(PLAIN), config(), [], None, {"class_name": 3}])
def test_a_model_without_stored_code_is_quiet(model: Any) -> None:
    assert findings(CHECK, keras(model), "model.keras") == []
    assert facts(CHECK, keras_h5(model), "model.h5") == {}


@pytest.mark.parametrize("write", [lambda_2, lambda_3])
@pytest.mark.parametrize(("save", "name"), [(keras, "model.keras"), (keras_h5, "model.h5")])
@pytest.mark.parametrize(
    ("code", "severity", "words"),
    [(square, Severity.HIGH, "names x"), (shell, Severity.CRITICAL, "names os, system")],
)
def test_stored_code_is_found_and_its_names_are_told(
    write: Callable[..., Any], save: Callable[[Any], bytes], name: str, code: Any, severity: Severity, words: str
) -> None:
    data = save(config(DENSE, write(code, "mine")))
    (seen,) = findings(CHECK, data, name)
    assert seen.severity is severity
    assert seen.message.startswith("the layer 'mine' holds ")
    assert words in seen.message
    assert facts(CHECK, data, name) == {"inspect.code_on_load": True}


@pytest.mark.parametrize(
    "outer",
    [
        lambda inner: layer("TimeDistributed", layer=inner),
        lambda inner: layer("Bidirectional", layer=layer("RNN", cell=inner)),
        lambda inner: config(config(inner)),
        lambda inner: {**DENSE, "build_config": {"deep": [[[inner]]]}},
    ],
)
def test_stored_code_is_found_however_deep(outer: Callable[[Any], Any]) -> None:
    assert len(findings(CHECK, keras(config(outer(lambda_3(shell)))), "model.keras")) == 1


def test_code_in_the_training_config_and_outside_of_layers_is_found() -> None:
    loss = {"class_name": "__lambda__", "config": {"value": [stored(shell), None, None]}}
    (seen,) = findings(CHECK, keras_h5(config(DENSE), {"loss": loss}), "model.h5")
    assert seen.message.startswith("training_config.loss holds ")
    assert seen.severity is Severity.CRITICAL


def test_the_shape_of_a_lambda_may_be_code_too() -> None:
    shaped = lambda_2(square)
    shaped["config"] |= {"output_shape": [stored(shell), None, None], "output_shape_type": "lambda"}
    assert [seen.severity for seen in findings(CHECK, keras_h5(config(shaped)), "model.h5")] == [
        Severity.HIGH,
        Severity.CRITICAL,
    ]


@pytest.mark.parametrize("value", ["no base64!", "", 3, None, [], {"x": 1}])
def test_code_that_cannot_be_read_is_still_code(value: Any) -> None:
    strange = layer("Lambda", function={"class_name": "__lambda__", "config": {"value": value}})
    assert [seen.severity for seen in findings(CHECK, keras(config(strange)), "model.keras")] == [Severity.HIGH]
