"""The facts about openness."""

from __future__ import annotations

from hilt.core.fact import FactSpec

CLASS = FactSpec(
    key="openness.class",
    type=int,
    about="class of the Model Openness Framework that is reached: 3, 2 or 1 (the best), 0 for none",
)
MISSING = FactSpec(
    key="openness.missing", type=tuple, about="what is missing for the next class of the Model Openness Framework"
)
LICENCES = FactSpec(
    key="openness.licences", type=tuple, about="the licence of each component that has one, as `component licence`"
)
OSAID = FactSpec(
    key="openness.osaid",
    type=str,
    about="the Open Source AI Definition 1.0: met or not met; unknown where nobody can tell",
)
OSAID_PARTS = FactSpec(
    key="openness.osaid_parts",
    type=tuple,
    about="each part of the Open Source AI Definition: met, not met or cannot tell, and why",
)

COMPONENTS = tuple(
    FactSpec(
        key=f"openness.{component}", type=str, about=f"{words}: open, present (not under an open licence) or absent"
    )
    for component, words in (
        ("architecture", "code of the architecture, or a graph that says what is computed"),
        ("final_parameters", "the weights"),
        ("evaluation_results", "results of evaluations"),
        ("model_card", "a model card"),
        ("data_card", "a description of the training data"),
        ("technical_report", "a technical report"),
        ("sample_outputs", "samples of what the model makes"),
        ("training_code", "code that trains the model"),
        ("inference_code", "code that runs the model"),
        ("evaluation_code", "code that evaluates the model"),
        ("evaluation_data", "data that the model is evaluated on"),
        ("libraries", "the libraries and tools that it needs"),
        ("datasets", "the training data"),
        ("preprocessing_code", "code that prepares the data"),
        ("intermediate_parameters", "weights of steps of the training"),
        ("research_paper", "a research paper"),
        ("metadata", "settings and states of the training"),
    )
)
"""One for each component of the Model Openness Framework."""

STATED = (CLASS, MISSING, OSAID, *COMPONENTS, LICENCES, OSAID_PARTS)

MODELS = (
    *(
        "safetensors",
        "gguf",
        "torch-zip",
        "torchscript",
        "torch-legacy",
        "torch-tar",
        "torch-shard",
        "keras",
        "keras-h5",
    ),
    *("onnx", "ort", "tflite", "executorch", "saved-model", "tensorflow-variables", "tensorflow-graph", "coreml"),
    *("coreml-weights", "openvino-ir", "mnn", "ncnn", "caffe", "paddle-parameters", "tensorrt", "ggml", "ctranslate2"),
    *("equinox", "mxnet-parameters", "torch7", "fasttext", "word2vec", "sphinx", "dlib", "tesseract", "xgboost"),
    *("ubjson", "lightgbm", "catboost", "pmml", "skops", "ocdbt", "r-data"),
)
"""Formats of models; where there is none of them, nor a card, a list of components or a package, nothing is asked."""
