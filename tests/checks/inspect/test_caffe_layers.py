from __future__ import annotations

import pytest

from attacks.graphs import message
from attacks.runtimes import caffe, caffe_layer, caffe_v0, caffe_v1, prototxt, solver
from hilt.checks.inspect.caffe_layers import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

PYTHON = "type: 'Python' python_param { module: 'own' layer: 'Layer' param_str: '{}' }"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("deploy.prototxt", prototxt("type: 'Softmax'")),
        ("solver.prototxt", solver()),
        ("net.caffemodel", caffe()),
        ("net.caffemodel", caffe_v1()),
        ("net.caffemodel", caffe(caffe_layer("Own"))),
    ],
)
def test_honest_nets_are_quiet(name: str, data: bytes) -> None:
    assert findings(CHECK, data, name) == []


@pytest.mark.parametrize(
    ("data", "words", "severity"),
    [
        (prototxt(PYTHON), "imports the Python module 'own' and runs it", Severity.CRITICAL),
        (prototxt(PYTHON.replace("'own'", r"'\157' '\x77n'")), "the Python module 'own'", Severity.CRITICAL),
        (
            prototxt(PYTHON.replace("python_param {", "python_param: <").replace("}' }", "}' >")),
            "'own'",
            Severity.CRITICAL,
        ),
        (
            prototxt("type: 'HDF5Output' hdf5_output_param { file_name: '/home/u/.bashrc' }"),
            "overwrites the file '/home/u/.bashrc'",
            Severity.CRITICAL,
        ),
        (
            prototxt("type: 'ImageData' image_data_param { source: '../../list.txt' }"),
            "reads '../../list.txt', which climbs out",
            Severity.MEDIUM,
        ),
        (prototxt("type: 'Data' data_param { source: 'train_lmdb' }"), "reads 'train_lmdb'", Severity.LOW),
        (prototxt("type: 'HDF5Data' hdf5_data_param { source: '/a' }"), "is an absolute path", Severity.MEDIUM),
        (prototxt("type: 'Own'"), "needs the layer 'Own', which no widely used Caffe brings", Severity.MEDIUM),
        (prototxt("type: 'PriorBox'"), "needs the layer 'PriorBox' of SSD", Severity.LOW),
        (f"net_param {{ layer {{ {PYTHON} }} }}\nbase_lr: 1\nmax_iter: 2".encode(), "module 'own'", Severity.CRITICAL),
        (solver(net="/etc/net"), "net: reads '/etc/net', which is an absolute path", Severity.MEDIUM),
        (solver(prefix="../x"), "snapshot_prefix: writes snapshots to '../x', which climbs", Severity.MEDIUM),
    ],
)
def test_what_a_net_does_besides_computing_is_named(data: bytes, words: str, severity: Severity) -> None:
    seen = findings(CHECK, data, "deploy.prototxt")
    assert [(finding.severity, words in finding.message) for finding in seen] == [(severity, True)], seen


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (caffe(caffe_layer("Python", (130, message((1, "own"), (2, "Layer"))))), "imports the Python module 'own'"),
        (caffe(caffe_layer("Data", (107, message((1, "/data"))))), "reads '/data', which is an absolute path"),
        (caffe_v1((12, b""), (15, message((1, "/list")))), "reads '/list', which is an absolute path"),
        (caffe_v0("/list"), "reads '/list', which is an absolute path"),
    ],
)
def test_a_file_of_weights_only_mentions_its_layers(data: bytes, words: str) -> None:
    (seen,) = findings(CHECK, data, "net.caffemodel")
    assert (seen.severity, words in seen.message) == (Severity.LOW, True), seen.message
    assert facts(CHECK, data, "net.caffemodel") == {}


def test_a_python_layer_is_code_on_load() -> None:
    assert facts(CHECK, prototxt(PYTHON), "deploy.prototxt") == {"inspect.code_on_load": True}
