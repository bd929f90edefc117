"""What configs say of the architecture: a class of a library, code that comes along, or code elsewhere."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import cache
from typing import Any

from hilt.knowledge.openness.evidence import Evidence, listed

_LIBRARIES = {
    **dict.fromkeys(("transformers", "diffusers", "peft", "timm"), "Apache-2.0"),
    **dict.fromkeys(("llama.cpp", "spacy"), "MIT"),
}
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
    elif name == "meta.json" and "spacy_version" in config:
        yield from _spacy(path, config)


def of_gguf(path: str, architecture: Any) -> Iterator[Evidence]:
    """What the header of a GGUF file names."""
    if isinstance(architecture, str) and 0 < len(architecture) <= 60:
        yield _in_library(path, architecture, "llama.cpp")


def _spacy(path: str, config: dict[str, Any]) -> Iterator[Evidence]:
    pipes = config.get("pipeline")
    if isinstance(pipes, list) and pipes:
        names = [one[:40] for one in pipes if isinstance(one, str)]
        yield _in_library(path, listed(names), "spacy")
    if config.get("performance"):
        yield Evidence("evaluation_results", path, "performance")
    sources = config.get("sources")
    names = (
        [one["name"][:80] for one in sources if isinstance(one, dict) and isinstance(one.get("name"), str)]
        if isinstance(sources, list)
        else []
    )
    if names:
        yield Evidence("datasets", path, f"names {listed(names)}", elsewhere=True, licences=())


def _transformers(path: str, config: dict[str, Any]) -> Iterator[Evidence]:
    names = config.get("architectures")
    names = [one[:80] for one in names if isinstance(one, str)] if isinstance(names, list) else []
    code = config.get("auto_map")
    if isinstance(code, dict) and code:
        elsewhere = [one.split("--")[0] for one in code.values() if isinstance(one, str) and "--" in one]
        if elsewhere:
            yield Evidence("architecture", path, f"names code of {elsewhere[0][:100]}", elsewhere=True, licences=())
        return  # what lies here is found among the code
    model_type = config.get("model_type")
    begin = _beginnings().get(model_type) if isinstance(model_type, str) else None
    if names and begin and names[0].startswith(begin):
        yield _in_library(path, listed(names), "transformers")
    elif names:
        how = f"names {listed(names)}, which is not among the architectures of transformers that hilt knows"
        yield Evidence("architecture", path, how, elsewhere=True, licences=())


@cache
def _beginnings() -> dict[str, str]:
    """How the names of classes of transformers begin, by the type of model."""
    with open(os.path.join(os.path.dirname(__file__), "architectures.json"), encoding="utf-8") as file:  # noqa: PTH118, PTH120, PTH123
        found: dict[str, str] = json.load(file)["begin"]
        return found


def _diffusers(path: str, config: dict[str, Any]) -> Iterator[Evidence]:
    name = config.get("_class_name")
    if isinstance(name, str) and "_diffusers_version" in config:
        yield _in_library(path, name[:80], "diffusers")


def _in_library(path: str, name: str, library: str) -> Evidence:
    how = f"names {name[:120]}, of {library}"
    return Evidence("architecture", path, how, elsewhere=True, licences=(_LIBRARIES[library],))
