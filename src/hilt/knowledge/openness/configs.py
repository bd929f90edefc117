"""What configs say of the architecture: a class of a library, code that comes along, or code elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hilt.knowledge.openness.evidence import Evidence, listed

_LIBRARIES = {"transformers": "Apache-2.0", "diffusers": "Apache-2.0", "peft": "Apache-2.0", "timm": "Apache-2.0"}
"""Libraries that hold the code of the architectures that configs name, and the licence of each."""
_TFJS = ("graph-model", "layers-model")


def of_config(path: str, config: Any) -> Iterator[Evidence]:
    """What the JSON at `path` says of the architecture."""
    name = path.rpartition("/")[2]
    if not isinstance(config, dict):
        return
    if name == "config.json":
        yield from _transformers(path, config)
        yield from _diffusers(path, config)
        architecture = config.get("architecture")
        if isinstance(architecture, str) and "pretrained_cfg" in config:
            yield _in_library(path, architecture, "timm")
    elif name == "model_index.json":
        yield from _diffusers(path, config)
    elif name == "adapter_config.json" and isinstance(config.get("peft_type"), str):
        yield _in_library(path, config["peft_type"], "peft")
    elif config.get("format") in _TFJS and "weightsManifest" in config:
        yield Evidence("architecture", path, "TensorFlow.js says what is computed")
    elif "nodes" in config and "arg_nodes" in config:
        yield Evidence("architecture", path, "a graph of MXNet says what is computed")


def _transformers(path: str, config: dict[str, Any]) -> Iterator[Evidence]:
    names = config.get("architectures")
    names = [one[:80] for one in names if isinstance(one, str)] if isinstance(names, list) else []
    code = config.get("auto_map")
    if isinstance(code, dict) and code:
        elsewhere = [one.split("--")[0] for one in code.values() if isinstance(one, str) and "--" in one]
        if elsewhere:
            yield Evidence("architecture", path, f"names code of {elsewhere[0][:100]}", elsewhere=True, licences=())
        return  # what lies here is found among the code
    if names and isinstance(config.get("model_type"), str):
        yield _in_library(path, listed(names), "transformers")


def _diffusers(path: str, config: dict[str, Any]) -> Iterator[Evidence]:
    name = config.get("_class_name")
    if isinstance(name, str) and "_diffusers_version" in config:
        yield _in_library(path, name[:80], "diffusers")


def _in_library(path: str, name: str, library: str) -> Evidence:
    how = f"names {name[:120]}, whose code is in {library}"
    return Evidence("architecture", path, how, elsewhere=True, licences=(_LIBRARIES[library],))
