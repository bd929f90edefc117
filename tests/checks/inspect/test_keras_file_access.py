from __future__ import annotations

import json

import pytest

from attacks.keras import DENSE, Layer, config, keras, keras_h5, layer
from hilt.checks.inspect.keras_file_access import CHECK
from hilt.core.finding import Severity
from reading import findings


@pytest.mark.parametrize(
    "found",
    [
        DENSE,
        layer("StringLookup", vocabulary=["a", "b"]),
        layer("TextVectorization", vocabulary=None),
        layer("TFOpLambda", function="math.add"),
        layer("TFOpLambda", function="nn.relu6"),
        layer("TensorFlowOpLayer", node_def=json.dumps({"name": "add", "op": "AddV2"})),
    ],
)
def test_layers_that_hold_what_they_need_are_quiet(found: Layer) -> None:
    assert findings(CHECK, keras(config(found)), "model.keras") == []


@pytest.mark.parametrize(
    ("found", "severity", "words"),
    [
        (layer("StringLookup", vocabulary="/etc/passwd"), Severity.CRITICAL, "from the file '/etc/passwd'"),
        (layer("IntegerLookup", vocabulary="../../key"), Severity.CRITICAL, "from the file '../../key'"),
        (layer("TextVectorization", vocabulary="gs://bucket/x"), Severity.CRITICAL, "from the file 'gs://bucket/x'"),
        (layer("StringLookup", vocabulary="C:\\key.txt"), Severity.CRITICAL, "from the file 'C:"),
        (layer("StringLookup", vocabulary="~/.ssh/id_rsa"), Severity.CRITICAL, "from the file '~/.ssh/id_rsa'"),
        (layer("BytePairTokenizer", merges="a/../../x"), Severity.CRITICAL, "reads its merges from the file"),
        (layer("pack>StringLookup", vocabulary="/etc/passwd"), Severity.CRITICAL, "from the file '/etc/passwd'"),
        (layer("StringLookup", vocabulary="words.txt"), Severity.MEDIUM, "from the file 'words.txt'"),
        (layer("TFSMLayer", filepath="/srv/model"), Severity.HIGH, "loads the graph in '/srv/model'"),
        (layer("TFOpLambda", function="io.read_file"), Severity.HIGH, "calls tf.io.read_file"),
        (layer("TFOpLambda", function="tf.compat.v1.py_func"), Severity.HIGH, "calls tf.compat.v1.py_func"),
        (
            layer("TensorFlowOpLayer", node_def=json.dumps({"name": "x", "op": "WriteFile"})),
            Severity.HIGH,
            "runs the operator WriteFile, which reads, writes or lists files",
        ),
    ],
)
def test_what_a_layer_opens_is_named(found: Layer, severity: Severity, words: str) -> None:
    for data, name in ((keras(config(DENSE, found)), "model.keras"), (keras_h5(config(found)), "model.h5")):
        (seen,) = findings(CHECK, data, name)
        assert (seen.severity, words in seen.message) == (severity, True), seen.message
