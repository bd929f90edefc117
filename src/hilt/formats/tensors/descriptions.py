"""Which file describes the raw weights in another one, by their names alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_TENSORFLOW = re.compile(r"(.+)\.data-\d{5}-of-\d{5}", re.DOTALL)
_TFJS = re.compile(r"(?:(.+)-)?(?:group\d+-)?shard\d+(?:of\d+)?(?:\.bin)?", re.DOTALL)
_ONNX = re.compile(r"(.+?)(?:\.onnx)?(?:[._-]data|\.weights?|\.bin)?(?:[._-]?\d+)?", re.DOTALL)
_EXTERNAL = (".data", "_data", ".weights", ".weight")


def description(path: str, paths: Collection[str]) -> str | None:
    """The one of `paths` that says which tensors lie in the file at `path`; None where no name tells."""
    folder, slash, name = path.rpartition("/")
    folder += slash
    for found in (*_described_by(folder, name), *_only_onnx(folder, name, paths)):
        if found in paths and found != path:
            return found
    return None


def _described_by(folder: str, name: str) -> Iterator[str]:
    if name == "weight.bin":
        yield folder.removesuffix("weights/") + "model.mlmodel"
    if found := _TENSORFLOW.fullmatch(name):
        yield f"{folder}{found[1]}.index"
    if found := _TFJS.fullmatch(name):
        of_its_own = (f"{found[1]}.json", f"{found[1]}-weights_manifest.json") if found[1] else ()
        yield from (folder + json for json in (*of_its_own, "model.json", "weights_manifest.json"))
    if name.endswith(".bin"):  # OpenVINO, ncnn and TensorFlow.js give both files of a model one name
        stem = folder + name.removesuffix(".bin")
        yield from (stem + ending for ending in (".xml", ".param", ".param.bin", ".json", "-weights_manifest.json"))
    if (found := _ONNX.fullmatch(name)) and not name.endswith((".onnx", ".json")):
        yield from (f"{folder}{name}.onnx", f"{folder}{found[1]}.onnx")


def _only_onnx(folder: str, name: str, paths: Collection[str]) -> Iterator[str]:
    """External data of any name, where one ONNX model alone lies in the folder."""
    if name.endswith(_EXTERNAL):
        models = [path for path in paths if path.endswith(".onnx") and path[: path.rfind("/") + 1] == folder]
        yield from models if len(models) == 1 else ()
