from __future__ import annotations

from typing import Any

import pytest

from attacks.keras import DENSE, Layer, config, function, keras, keras_h5, lambda_3, layer, square
from hilt.checks.inspect.keras_foreign_module import CHECK
from hilt.core.finding import Severity
from reading import facts, findings

KERAS_2 = {
    "class_name": "Functional",
    "config": {
        "name": "model",
        "layers": [
            {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 2]}, "inbound_nodes": []},
            {
                "class_name": "Dense",
                "config": {"activation": "relu", "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.1}}},
            },
            {"class_name": "TFOpLambda", "config": {"name": "tf.math.add", "function": "math.add"}},
        ],
        "input_shape": {"class_name": "TensorShape", "items": [None, 2]},
    },
}
TRAINING = {"optimizer_config": {"class_name": "Custom>Adam", "config": {}}, "loss": "mse", "metrics": ["accuracy"]}
TENSOR = {"class_name": "__keras_tensor__", "config": {"shape": [None, 2], "keras_history": ["input", 0, 0]}}
MODEL_3 = config(DENSE, lambda_3(square), {**layer("Add"), "inbound_nodes": [{"args": [[TENSOR, TENSOR]]}]})


def test_models_of_nothing_but_keras_are_quiet() -> None:
    assert findings(CHECK, keras(MODEL_3), "model.keras") == []
    assert findings(CHECK, keras_h5(KERAS_2, TRAINING), "model.h5") == []


@pytest.mark.parametrize(
    "module", ["keras.layers", "tf_keras.layers", "keras.src.layers.core.dense", "tensorflow.keras.layers"]
)
def test_all_of_the_family_is_keras(module: str) -> None:
    assert findings(CHECK, keras(config(layer("Dense", module=module))), "model.keras") == []
    assert (
        findings(CHECK, keras(config(layer("BertBackbone", module="keras_hub.src.models.bert"))), "model.keras") == []
    )


def test_functions_that_only_compute_are_quiet() -> None:
    for module, name in (("keras.activations", "gelu"), ("keras.ops", "mean"), ("keras.ops.numpy", "stack")):
        assert findings(CHECK, keras(config(layer("Lambda", function=function(module, name)))), "model.keras") == []


def test_operations_and_layers_that_keras_writes_under_their_inner_names_are_quiet() -> None:
    for module, name in (
        ("keras.src.ops.nn", "Relu"),
        ("keras.src.ops.numpy", "GetItem"),
        ("keras.src.ops.core", "Cast"),
        ("keras.src.applications.convnext", "LayerScale"),
    ):
        assert findings(CHECK, keras(config(layer(name, module=module))), "model.keras") == []


def test_other_names_of_their_modules_are_for_a_person() -> None:
    for module, name in (("keras.src.ops.core", "slice"), ("keras.src.ops.operation_utils", "Relu")):
        (finding,) = findings(CHECK, keras(config(layer(name, module=module))), "model.keras")
        assert finding.severity == Severity.MEDIUM


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (layer("ConvNeXtTiny", module="keras.src.applications.convnext"), "ConvNeXtTiny, which downloads"),
        (function("os", "system"), "os.system, which runs commands"),
        (function("subprocess", "Popen"), "subprocess.Popen, which runs commands"),
        (function("builtins", "eval"), "builtins.eval, which runs Python code"),
        (function("builtins", "print"), "builtins.print, which is no part of a model"),
        (layer("exec", module="builtins"), "builtins.exec, which runs Python code"),
        (function("importlib", "import_module"), "importlib.import_module, which imports modules"),
        (function("keras.utils", "get_file"), "keras.utils.get_file, which downloads"),
        (function("keras.src.utils.file_utils", "get_file"), "keras.src.utils.file_utils.get_file, which downloads"),
        (function("keras.src.utils.python_utils", "func_load"), "func_load, which downloads, reads, writes, loads"),
        (function("keras.models", "load_model"), "keras.models.load_model, which"),
        (function("tf_keras.models", "load_model"), "tf_keras.models.load_model, which"),
        (function("keras.config", "enable_unsafe_deserialization"), "enable_unsafe_deserialization, which"),
        (layer("get_file", module="keras.utils"), "keras.utils.get_file, which downloads"),
        ({**layer("Dense", module="keras.utils"), "registered_name": "get_file"}, "keras.utils.get_file, which"),
        (layer("TorchModuleWrapper", module="keras.layers"), "TorchModuleWrapper, which unpickles"),
        (layer("TorchModuleWrapper", module=None), "TorchModuleWrapper, which unpickles"),
        ({"class_name": "__typespec__", "spec_name": "system", "module": "os", "config": []}, "os.system, which runs"),
    ],
)
def test_a_name_that_leads_to_code_is_critical(found: Layer, words: str) -> None:
    for place in (
        config(found),
        config(layer("Lambda", "mine", function=found)),
        {**MODEL_3, "compile_config": [found]},
    ):
        for data, name in ((keras(place), "model.keras"), (keras_h5(place), "model.h5")):
            seen = [finding for finding in findings(CHECK, data, name) if words in finding.message]
            assert [finding.severity for finding in seen] == [Severity.CRITICAL], findings(CHECK, data, name)
            assert facts(CHECK, data, name) == {"inspect.code_on_load": True}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (layer("Mine", module=None), "the custom class 'Mine'"),
        ({**layer("Mine", module=None), "registered_name": "pack>Mine"}, "the custom class"),
        (layer("Mine", module="my_package.layers"), "my_package.layers.Mine, which is not part of Keras"),
        (layer("Hidden", module="keras.src.layers.core"), "which Keras does not offer for models"),
        (function("builtins", "my_loss", "my_loss"), "the custom function 'my_loss'"),
        (function("my_package", "my_loss"), "my_package.my_loss, which is not part of Keras"),
    ],
)
def test_custom_code_is_for_a_person_to_look_at(found: Layer, words: str) -> None:
    (seen,) = findings(CHECK, keras(config(found)), "model.keras")
    assert (seen.severity, words in seen.message) == (Severity.MEDIUM, True), seen.message
    assert facts(CHECK, keras(config(found)), "model.keras") == {"inspect.code_on_load": None}


def test_many_layers_of_one_class_are_told_once() -> None:
    model = config(*(layer("Mine", f"layer {number}", None) for number in range(20)))
    assert [finding.message for finding in findings(CHECK, keras(model), "model.keras")] == [
        "the layer 'layer 0' and 19 more are built of the custom class 'Mine'"
    ]


@pytest.mark.parametrize("model", [None, [], 3, {"class_name": []}, {"class_name": "Dense", "module": 3, "config": 4}])
def test_configs_of_other_shapes_are_quiet(model: Any) -> None:
    assert findings(CHECK, keras(model), "model.keras") == []
