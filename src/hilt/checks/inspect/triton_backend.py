"""A configuration of Triton Inference Server that brings code, or reaches out of the folder.

What: backends that run Python files of the model; backends, operators and agents that the server does not bring; the
environment in which Python is started; names of files that lead out of the model's folder.

Why: the server loads what its configuration names as it loads the model, with its own rights: Python and native
libraries from the folder of the model before its own.

What it cannot see: what the code does; what a backend makes of parameters of its own.

Fix: read the code and the libraries that are named, or serve the model with a configuration of your own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.triton_config import Setting, TritonConfig

OWN = {
    "onnxruntime", "onnxruntime_onnx", "tensorrt", "tensorrt_plan", "tensorflow", "tensorflow_graphdef", "ensemble",
    "tensorflow_savedmodel", "pytorch", "pytorch_libtorch", "openvino", "fil", "tensorrtllm", "vllm", "identity", "repeat",
    "square", "armnn_tflite", "paddle",
}  # fmt: skip
"""Backends that the server or its makers bring, and that run no code of the model."""
PYTHON = {"python": "model.py", "dali": "dali.py"}
"""Backends that run a file of the model."""
AGENTS = {"checksum"}
MODEL = "$$TRITON_MODEL_DIRECTORY"
"""What stands for the model's folder in a parameter."""
_CODE = {
    "runtime": "the runtime",
    "op_library_filename": "the library of operators",
    "agent": "the agent of the repository",
}


def triton_backend(file: ReadFile[TritonConfig]) -> Iterator[Finding]:
    for setting in file.value.settings:
        where = Where(path=file.path, line=setting.line)
        if (away := leads_away(setting.value)) and setting.name != "platform":
            message = f"{setting.name} {setting.value!r} {away}"
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)
        if message := _runs(setting):
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=message)
    for setting in file.value.parameters:
        if setting.name == "EXECUTION_ENV_PATH":
            inside = setting.value.removeprefix(MODEL)
            away = leads_away(inside.lstrip("/") if inside != setting.value else inside)
            severity = Severity.HIGH if away else Severity.MEDIUM
            message = f"Python is started in the environment {setting.value!r}" + (f", which {away}" if away else "")
            where = Where(path=file.path, line=setting.line)
            yield Finding(check=CHECK.id, severity=severity, where=where, message=message)


def _runs(setting: Setting) -> str:
    """Which code a setting has the server load; empty where it is the server's own."""
    name, value = setting.name, setting.value
    if name in ("backend", "platform"):
        if value in PYTHON:
            return f"the backend {value!r} runs {PYTHON[value]} of the model"
        return "" if value in OWN else f"the backend {value!r} is a library that Triton does not bring"
    own = AGENTS if name == "agent" else {f"libtriton_{backend}.so" for backend in OWN}
    if name in _CODE and value not in own:
        return f"{_CODE[name]} {value!r} is loaded with the model"
    return ""


CHECK = listed("triton-backend")
