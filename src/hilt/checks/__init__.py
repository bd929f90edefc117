"""What is looked for: one file per check, in families. `CHECKS` is the list, in the order of the report."""

from __future__ import annotations

from hilt.checks.check import Check
from hilt.checks.inspect import (
    onnx_custom_operators,
    onnx_external_data,
    safetensors_header,
)

CHECKS: tuple[Check, ...] = (
    safetensors_header.CHECK,
    onnx_custom_operators.CHECK,
    onnx_external_data.CHECK,
)
