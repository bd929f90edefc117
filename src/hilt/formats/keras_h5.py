"""Reads a Keras model that was saved as HDF5: the structure of the file, and the model's config.

Specification: Keras, src/legacy/saving/legacy_h5_format.py: the root attribute `model_config` holds the model and
`training_config` its optimiser, losses and metrics, both as JSON. A file of weights alone has neither and is `hdf5`.

What can bite: stored byte code of Lambda layers runs as the model is built; Keras imports the modules and calls the
classes that the config names, and reads vocabularies from paths in it. HDF5 itself reaches for other files by external
links.

What hilt cannot see: what byte code and custom classes do; the weights; attributes of other groups than the root.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import hdf5, json
from hilt.formats.hdf5 import Hdf5
from hilt.formats.reader import Head

_MODEL, _TRAINING = "model_config", "training_config"


@dataclass(frozen=True, slots=True, kw_only=True)
class KerasH5(Hdf5):
    """An HDF5 file with a model: `config` is what Keras builds when it loads the model, parsed."""

    config: Any
    keras_version: str


def probe(head: Head) -> bool:
    if not hdf5.probe(head):
        return False
    try:
        return any(attribute.name == _MODEL for attribute in hdf5.root_attributes(head.source, head.limits))
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> KerasH5:
    """The model in `source`. Raises `FormatError` where its config is no JSON."""
    file = hdf5.read(source, limits)
    config = {name: _json(file, name, limits) for name in (_MODEL, _TRAINING) if name in _names(file)}
    same = {field.name: getattr(file, field.name) for field in fields(Hdf5)}
    return KerasH5(config=config, keras_version=file.attribute("keras_version") or "", **same)


def _names(file: Hdf5) -> set[str]:
    return {attribute.name for attribute in file.attributes}


def _json(file: Hdf5, name: str, limits: Limits) -> Any:
    text = file.attribute(name)
    if text is None:
        raise FormatError(f"the attribute {name} is no string")
    if len(text) > limits.json_bytes:
        raise LimitExceeded("json_bytes", len(text), limits.json_bytes)
    return json.parse(text.encode("utf-8", "backslashreplace"), limits).value
