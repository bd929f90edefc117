"""Reads how Triton Inference Server shall run a model (`config.pbtxt`): its backend, and the files that it names.

Specification: model_config.proto of Triton 2.60, message ModelConfig, in the text format of protobuf.

What can bite: the backend of Python runs `model.py`, in an environment that the configuration names; other backends,
operators and agents are libraries of native code, which the server looks for beside the model first.

What hilt cannot see: what the backend does with the parameters that are its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import text
from hilt.formats.reader import Head
from hilt.formats.textproto import Field, fields

_OWN = {
    "platform", "backend", "runtime", "version_policy", "max_batch_size", "batch_input", "batch_output", "optimization",
    "dynamic_batching", "sequence_batching", "ensemble_scheduling", "instance_group", "default_model_filename",
    "cc_model_filenames", "metric_tags", "parameters", "model_warmup", "model_operations", "model_transaction_policy",
    "model_repository_agents", "response_cache", "model_metrics",
}  # fmt: skip
_TOP = _OWN | {"name", "input", "output"}
_TEXTS = {"name", "platform", "backend", "runtime", "default_model_filename"}
_SETTINGS = {
    ("platform",): "platform",
    ("backend",): "backend",
    ("runtime",): "runtime",
    ("default_model_filename",): "default_model_filename",
    ("cc_model_filenames", "value"): "cc_model_filenames",
    ("model_operations", "op_library_filename"): "op_library_filename",
    ("model_repository_agents", "agents", "name"): "agent",
    ("model_warmup", "inputs", "value", "input_data_file"): "input_data_file",
}
_PARAMETER, _KEY, _VALUE = ("parameters",), ("parameters", "key"), ("parameters", "value", "string_value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting that names code or a file; those of `parameters` bear their key."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TritonConfig:
    """The settings, in the order of the file."""

    settings: tuple[Setting, ...]
    parameters: tuple[Setting, ...]


def probe(head: Head) -> bool:
    """Only fields of a configuration, texts in quotes, and one field that no other format has.

    Under its own name it may have others: `read` refuses them, as the server does.
    """
    if text.encoding_of(head.data) is None:
        return False
    top, messages = set[str](), 0
    try:
        for field in fields(head.data.decode("utf-8", "replace"), head.limits):
            strange = field.path[0] not in _TOP and head.name != "config.pbtxt"
            if strange or (len(field.path) == 1 and field.path[0] in _TEXTS and not field.quoted):
                return False
            top.add(field.path[0])
            messages += field.value is None
    except FormatError:
        pass  # the head ends anywhere
    return not top.isdisjoint(_OWN) and (messages > 0 or head.name.endswith(".pbtxt"))


def read(source: ByteSource, limits: Limits) -> TritonConfig:
    """The configuration in `source`, read to its last character."""
    settings, parameters = list[Setting](), list[dict[tuple[str, ...], Field]]()
    for field in fields(text.whole(source, limits), limits):
        if field.path[0] not in _TOP:
            raise FormatError(f"line {field.line}: a configuration of Triton has no field {field.path[0]!r}")
        if field.path == _PARAMETER:
            parameters.append({})
        elif field.path in (_KEY, _VALUE) and parameters:
            parameters[-1][field.path] = field
        elif field.path in _SETTINGS and field.value:
            settings.append(Setting(name=_SETTINGS[field.path], value=field.value, line=field.line))
        if len(settings) + len(parameters) > limits.graph_items:
            raise LimitExceeded("graph_items", len(settings) + len(parameters), limits.graph_items)
    return TritonConfig(
        settings=tuple(settings),
        parameters=tuple(
            Setting(name=one[_KEY].value or "", value=one[_VALUE].value or "", line=one[_VALUE].line)
            for one in parameters
            if one.keys() >= {_KEY, _VALUE}
        ),
    )
