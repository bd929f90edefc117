"""What to do about a file that may run code, with the command for this very file.

A command stands between backticks, to be copied: nothing that a subject says goes into one but the name of the file.
"""

from __future__ import annotations

import shlex
import sys
from typing import Any

from hilt.checks.check import ReadFile
from hilt.knowledge.file_names import suffix

_LONGEST = 200
"""Characters of a name in a command; a longer one is no use to anybody who reads it."""

_TORCH = ("torch-zip", "torch-legacy")
_NUMPY = ("npy", "npz")
_BETTER = {
    **dict.fromkeys((*_TORCH, "equinox"), "the weights as safetensors, which cannot run code"),
    "torchscript": "the weights as safetensors, and the Python code beside them",
    **dict.fromkeys(_NUMPY, "arrays of numbers only"),
}
_OTHERWISE = "a format that cannot run code: skops or ONNX for scikit-learn, the library's own format for others"


def against_attack(file: ReadFile[Any]) -> str:
    """For a file that is known to run code."""
    said = "Do not load this file; a machine that has loaded it must be treated as broken into."
    return " ".join(filter(None, (said, f"Ask for {_better(file)}.", _refusing(file))))


def against_tools(file: ReadFile[Any]) -> str:
    """For a file that hands out what runs code, without running it."""
    return " ".join(filter(None, ("Do not load this file.", f"Ask for {_better(file)}.", _refusing(file))))


def of_unknown(file: ReadFile[Any], package: str) -> str:
    """For a file of which nobody knows what it does; `package` is whose code it asks for, empty where it hides that."""
    if not package:
        return against_tools(file)
    # Only a plain name: anything else could pass for a command to be copied.
    a_library = package.isidentifier() and package not in sys.stdlib_module_names
    known = f"someone who knows {package}" if a_library else "the publisher"
    who = f"ask {known} what it does with these arguments"
    if file.format in _TORCH:
        return f"{converted_if_harmless(file)} Otherwise {who}."
    if file.format == "joblib" or package == "sklearn":
        types = python(f"import skops.io; print(skops.io.get_untrusted_types(file={_beside(file, '.skops')}))")
        return f"Ask for ONNX, or for skops, which tells what it would call before it is loaded: {types} Or {who}."
    return " ".join(filter(None, (f"Ask for {_better(file)}; or {who}.", _refusing(file))))


def converted_if_harmless(file: ReadFile[Any]) -> str:
    """How to make safetensors of a PyTorch file that needs nothing but tensors."""
    load = f"torch.load({_literal(file.path)}, weights_only=True)"
    save = f"save_file({load}, {_beside(file, '.safetensors')})"
    command = python(f"import torch; from safetensors.torch import save_file; {save}")
    return f"Convert it with PyTorch 2.6 or newer, which succeeds only if the weights need no such call: {command}"


def python(code: str) -> str:
    """A command for a shell that runs this Python code."""
    return f"`python -c {shlex.quote(code)}`"


def refused_by_keras(path: str) -> str:
    """How Keras 3 is told to refuse code in a model of its own format."""
    command = python(f"import keras; keras.models.load_model({_literal(path)}, safe_mode=True)")
    return f"If you must open it, Keras 3 refuses the code like this: {command}"


def without_remote_code() -> str:
    """How Transformers is told to run no code of the model's."""
    load = 'from transformers import AutoModel; AutoModel.from_pretrained(".", trust_remote_code=False)'
    return f"Read that code before you allow it, or load the model without it, in its folder: {python(load)}"


def _better(file: ReadFile[Any]) -> str:
    return _BETTER.get(file.format, _OTHERWISE)


def _refusing(file: ReadFile[Any]) -> str:
    """How to load what is data in the file, and be refused the rest."""
    if file.format in _TORCH:
        command = python(f"import torch; torch.load({_literal(file.path)}, weights_only=True)")
        return f"If you must open it, PyTorch 2.6 or newer refuses such calls like this: {command}"
    if file.format in _NUMPY:
        command = python(f"import numpy; numpy.load({_literal(file.path)}, allow_pickle=False)")
        return f"If you must open it, NumPy refuses such calls like this: {command}"
    return ""


def _beside(file: ReadFile[Any], ending: str) -> str:
    """The name of the file with another suffix, as a string of Python."""
    return _literal(file.path[: len(file.path) - len(suffix(file.name))] + ending)


def _literal(path: str) -> str:
    """The last file that `path` names as a string of Python: no character in it moves a cursor or ends a quote."""
    name = path.rpartition("!/")[2]
    if len(name) > _LONGEST:
        return '"FILE"'
    body = repr(name)[1:-1].replace('"', '\\"').replace("`", "\\x60")
    return f'"{body}"'
