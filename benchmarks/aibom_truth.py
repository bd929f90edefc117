"""What is so of a model in a folder, as far as its bytes tell: computed without hilt, so that hilt too can be held against it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import yaml

WEIGHTS = {
    ".safetensors": "safetensors", ".gguf": "gguf", ".onnx": "onnx", ".pt": "torch", ".pth": "torch", ".pkl": "pickle",
    ".joblib": "joblib", ".h5": "hdf5", ".hdf5": "hdf5", ".keras": "keras", ".tflite": "tflite", ".pb": "tensorflow",
    ".eqx": "equinox", ".ftz": "fasttext", ".mlmodel": "coreml", ".ubj": "xgboost", ".jit": "torchscript",
}  # fmt: skip


class Truth(NamedTuple):
    """What is so, computed here."""

    digests: dict[str, str]
    weights: set[str]
    size: int
    formats: set[str]
    dtypes: set[str]
    parameters: set[int]
    names: set[str]
    licences: set[str]


def truth(folder: Path) -> Truth:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    digests = {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}
    weights = [path for path in files if path.suffix.lower() in WEIGHTS]
    headers = [_safetensors(path) for path in weights if path.suffix == ".safetensors"]
    front, title = _card(folder)
    return Truth(
        digests=digests,
        weights={digests[str(path.relative_to(folder))] for path in weights},
        size=sum(path.stat().st_size for path in files),
        formats={
            WEIGHTS[path.suffix] for path in weights if path.suffix in (".safetensors", ".gguf", ".onnx", ".tflite")
        },
        dtypes={one["dtype"] for header in headers for one in header.values()}
        if len(weights) == len(headers)
        else set(),
        parameters=_counts(headers) if len(weights) == len(headers) == 1 else set(),
        names={letters(name) for name in _names_of(folder, files, front, title)},
        licences={letters(one) for one in _list(front.get("license"))},
    )


def _counts(headers: list[dict[str, Any]]) -> set[int]:
    """With the buffers of whole numbers, and without."""
    tensors = [one for header in headers for one in header.values()]
    return {
        sum(prod(one["shape"]) for one in tensors),
        sum(prod(one["shape"]) for one in tensors if one["dtype"][0] in "FB"),
    }


def _safetensors(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return {name: one for name, one in header.items() if name != "__metadata__"}


def _card(folder: Path) -> tuple[dict[str, Any], str]:
    path = folder / "README.md"
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    found = re.match(r"---\n(.*?)^---$", text, re.DOTALL | re.MULTILINE)
    title = re.search(r"^#\s+(.+)$", text, re.MULTILINE)
    front = yaml.safe_load(found[1]) if found else {}
    return front if isinstance(front, dict) else {}, title[1] if title else ""


def _names_of(folder: Path, files: list[Path], front: dict[str, Any], title: str) -> Iterator[str]:
    yield from (folder.name, folder.name.partition(".")[0], title, str(front.get("model_name", "")))
    for path in files:
        yield from (path.name, path.stem, str(path.relative_to(folder)))
        if path.suffix == ".gguf":
            yield _gguf(path.read_bytes()[: 1 << 20])
        if path.name.endswith(("METADATA", "PKG-INFO")):
            yield from re.findall(r"^Name: (.+)$", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        if path.name.endswith(("package.json", "meta.json", "metadata.json")):
            yield from re.findall(r'"name": ?"([^"]+)"', path.read_text(encoding="utf-8", errors="replace")[:4000])


def _gguf(head: bytes) -> str:
    """`general.name`, a string: its type, its length in eight bytes, and its letters."""
    _, _, rest = head.partition(b"general.name\x08\0\0\0")
    return rest[8 : 8 + int.from_bytes(rest[:8], "little")].decode(errors="replace")


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.partition("  ")[0]).lower()
