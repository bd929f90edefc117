"""The numbers of the tensors in a file that was read: one module per format, each with a function `weights(given)`, which
gives its tensors, and of weights whose numbers it cannot give the names.

A reader tells where a tensor lies and reads no number of it; these do, row by row. Only who compares weights asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, NamedTuple

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource

TENSORS: dict[str, str] = {
    "caffe": "caffe",
    "coreml": "coreml",
    "ctranslate2": "ctranslate2",
    "equinox": "equinox",
    "ggml": "ggml",
    "gguf": "gguf",
    "hdf5": "hdf5",
    "joblib": "pickle",
    "json": "tfjs",
    "keras": "keras",
    "keras-h5": "hdf5",
    "msgpack": "msgpack",
    "mxnet-parameters": "mxnet_parameters",
    "ncnn": "ncnn",
    "npy": "npy",
    "npz": "npz",
    "onnx": "onnx",
    "openvino-ir": "openvino",
    "ort": "ort",
    "paddle-parameters": "paddle_parameters",
    "pickle": "pickle",
    "safetensors": "safetensors",
    "saved-model": "tensorflow_graph",
    "tensorflow-graph": "tensorflow_graph",
    "tensorflow-variables": "tensorflow_variables",
    "tflite": "tflite",
    "torch-legacy": "torch_legacy",
    "torch-tar": "torch_tar",
    "torch-zip": "torch_zip",
    "torchscript": "torchscript",
    "zip": "torch_export",
}
"""By the id of the format, the module here that knows its tensors."""


class Given(NamedTuple):
    """A file that was read. `path` is its path inside the subject, `value` what its reader returned.

    `beside` opens another file of the subject by its path (`folder/model.onnx_data`); `FormatError` where there is none.
    `parsed` reads one: what its reader returns. `paths` are those of all files of the subject.
    """

    path: str
    value: Any
    source: ByteSource
    limits: Limits
    beside: Callable[[str], ByteSource]
    parsed: Callable[[str], Any]
    paths: frozenset[str] = frozenset()

    @property
    def folder(self) -> str:
        """What the names of files in the same folder begin with; empty at the top."""
        folder, slash, _ = self.path.rpartition("/")
        return folder + slash


def tensors(format_id: str, given: Given) -> Iterator[TensorSource]:
    """The tensors of a file of this format; none where hilt takes no numbers from it.

    Raises `FormatError` and `SourceError`, as reading the file may.
    """
    yield from (one for one in _weights(format_id, given) if not isinstance(one, str))


def untold(format_id: str, given: Given) -> Iterator[str]:
    """The names of tensors in such a file that hold weights of which `tensors` gives none: packed in ways unknown here."""
    yield from (one for one in _weights(format_id, given) if isinstance(one, str))


def _weights(format_id: str, given: Given) -> Iterator[TensorSource | str]:
    if format_id in TENSORS:
        yield from import_module(f"hilt.formats.tensors.{TENSORS[format_id]}").weights(given)
