"""What is looked for: one file per check, in families. `CHECKS` is the list, in the order of the report."""

from __future__ import annotations

from hilt.checks.check import Check
from hilt.checks.inspect import (
    coreml_custom_layers,
    gguf_header,
    onnx_custom_operators,
    onnx_external_data,
    openvino_extensions,
    paddle_operators,
    safetensors_header,
    template_code,
    template_hidden_instructions,
    tensorflow_operators,
    tflite_custom_operators,
    xml_entities,
)

CHECKS: tuple[Check, ...] = (
    safetensors_header.CHECK,
    gguf_header.CHECK,
    onnx_custom_operators.CHECK,
    onnx_external_data.CHECK,
    tflite_custom_operators.CHECK,
    tensorflow_operators.CHECK,
    paddle_operators.CHECK,
    coreml_custom_layers.CHECK,
    openvino_extensions.CHECK,
    xml_entities.CHECK,
    template_code.CHECK,
    template_hidden_instructions.CHECK,
)
