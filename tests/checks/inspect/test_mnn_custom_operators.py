from __future__ import annotations

import pytest

from attacks.runtimes import mnn, mnn_external, mnn_operator
from hilt.checks.inspect.mnn_custom_operators import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize("data", [mnn(), mnn_external(0, 8), mnn_external(0, 8, path="model.mnn.weight")])
def test_an_honest_model_is_quiet(data: bytes) -> None:
    assert findings(CHECK, data, "model.mnn") == []


@pytest.mark.parametrize(
    ("data", "words", "severity"),
    [
        (mnn(mnn_operator(256, 30, {0: "Own"})), "needs the custom operator 'Own', which", Severity.MEDIUM),
        (mnn(mnn_operator(512, 78, {0: "Own", 1: "TF"})), "'Own' of the engine 'TF', which", Severity.MEDIUM),
        (mnn(mnn_operator(256)), "needs the custom operator ''", Severity.MEDIUM),
        (mnn(graph=[mnn_operator(512, 9, {6: ()})]), "needs the custom operator ''", Severity.MEDIUM),
        (mnn_external(0, 8, path="../../etc/shadow"), "which climbs out", Severity.HIGH),
    ],
)
def test_what_comes_from_elsewhere_is_named(data: bytes, words: str, severity: Severity) -> None:
    (seen,) = findings(CHECK, data, "model.mnn")
    assert (seen.severity, words in seen.message) == (severity, True), seen.message
