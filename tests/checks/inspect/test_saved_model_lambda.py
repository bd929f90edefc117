from __future__ import annotations

import pytest

from attacks.graphs import keras_metadata, saved_model_with_metadata
from hilt.checks.inspect.saved_model_lambda import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

LAYER = '{"config": {"layers": [{"class_name": "%s", "config": {"function": ["4wEA"]}}]}, "class_name": "Functional"}'


@pytest.mark.parametrize("name", ["Dense", "TFOpLambda", "Mine>LambdaLike"])
@pytest.mark.parametrize("build", [keras_metadata, saved_model_with_metadata])
def test_ordinary_layers_are_quiet(build: type, name: str) -> None:
    assert findings(CHECK, build(LAYER % name), "model.pb") == []


@pytest.mark.parametrize("name", ["Lambda", "L\\u0061mbda", "keras>Lambda"])
@pytest.mark.parametrize("build", [keras_metadata, saved_model_with_metadata])
def test_a_lambda_layer_is_found_at_any_depth(build: type, name: str) -> None:
    (seen,) = findings(CHECK, build(LAYER % name), "model.pb")
    assert (seen.severity, "Lambda layer" in seen.message) == (Severity.CRITICAL, True)
    assert facts(CHECK, build(LAYER % name), "model.pb") == {"inspect.code_on_load": True}


def test_a_lambda_hidden_behind_a_repeated_key_is_found() -> None:
    twice = '{"class_name": "Lambda", "class_name": "Dense"}'
    assert len(findings(CHECK, keras_metadata(twice), "keras_metadata.pb")) == 1
