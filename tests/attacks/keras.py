"""Builds Keras models, honest and hostile, as Keras 2 and 3 write them; none of them is ever loaded."""

from __future__ import annotations

import base64
import io
import json
import marshal
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from attacks.hdf5 import h5py, hdf5

Layer = dict[str, Any]


def layer(class_name: str, name: str = "layer", module: str | None = "keras.layers", **config: Any) -> Layer:
    """One layer as Keras 3 writes it."""
    return {"module": module, "class_name": class_name, "config": {"name": name, **config}, "registered_name": None}


def function(module: str, name: str, registered_name: str = "function") -> Layer:
    return {"module": module, "class_name": "function", "config": name, "registered_name": registered_name}


DENSE = layer(
    "Dense",
    "dense",
    units=2,
    activation=function("builtins", "relu", "relu"),
    kernel_initializer=layer("GlorotUniform", "", "keras.initializers", seed=None),
    dtype={"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None},
)
INPUT = layer("InputLayer", "input", batch_shape=[None, 2])


def config(*layers: Layer) -> Layer:
    """The config of a model of these layers."""
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "layers": [INPUT, *layers]},
        "registered_name": "Sequential",
        "compile_config": {
            "optimizer": layer("Adam", "adam", "keras.optimizers"),
            "loss": "mse",
            "metrics": ["accuracy"],
        },
    }


def keras(model: Any, extra: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A `.keras` file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.12.0", "date_saved": "2026-01-01@00:00:00"}))
        archive.writestr("config.json", model if isinstance(model, str) else json.dumps(model))
        archive.writestr("model.weights.h5", hdf5(_weights))
        for name, data in extra:
            archive.writestr(name, data)
    return buffer.getvalue()


def keras_h5(model: Any, training: Any = None, **options: object) -> bytes:
    """A `.h5` file."""

    def fill(file: h5py.File) -> None:
        file.attrs["keras_version"] = "2.15.0"
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps(model).encode()
        if training is not None:
            file.attrs["training_config"] = json.dumps(training).encode()
        _weights(file.create_group("model_weights"))

    return hdf5(fill, **options)


def _weights(file: h5py.Group) -> None:
    file["layers/dense/vars/0"] = np.zeros((2, 2), "f4")
    file["layers/dense/vars/1"] = np.zeros(2, "f4")


def stored(code: Callable[..., object]) -> str:
    """The byte code of a function as Keras stores it."""
    return base64.b64encode(marshal.dumps(code.__code__)).decode()


def square(x: float) -> float:
    return x**2


def shell(x: object) -> object:
    import os

    os.system("echo hilt")
    return x


def lambda_3(code: Callable[..., object], name: str = "lambda") -> Layer:
    """A Lambda layer as Keras 3 writes it."""
    value = {"class_name": "__lambda__", "config": {"value": stored(code), "defaults": None, "closure": None}}
    return layer("Lambda", name, function=value, arguments={})


def lambda_2(code: Callable[..., object], name: str = "lambda") -> Layer:
    """A Lambda layer as Keras 2 writes it."""
    parts = {"function": [stored(code), None, None], "function_type": "lambda", "module": "__main__"}
    return {"class_name": "Lambda", "config": {"name": name, **parts, "output_shape": None, "output_shape_type": "raw"}}
