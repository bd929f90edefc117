"""ollama: a repository as Ollama pulls it, in layers: the weights that a tag means, what goes with them, and a description.

Specification: image manifests of Docker's registry, version 2, schema 2, with the media types of Ollama (server/images.go); which file a
tag means, and what the files template, system and params are for, is told in huggingface.co/docs/hub/ollama. All of it is made of the
list of files alone, so that the same revision gives the same bytes at any time. Nothing is taken out of a model: one without a file
template has no layer of that kind, and Ollama asks it by its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

from hilt.core.errors import UsageError
from hilt.core.library import KeptFile, KeptRevision

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LATEST = "latest"
PREFERRED = ("q4_k_m", "q8_0")
"""What whoever names nothing gets, before any other."""
_LAYER = "application/vnd.ollama.image"
_WITH_IT = {
    "template": "template",
    "system": "system",
    "params": "params",
    "LICENSE": "license",
    "LICENSE.txt": "license",
}
_LARGEST = 1 << 20
"""Bytes of a file that goes with the weights; Ollama holds it in memory."""
_NOT_ALONE = ("mmproj", "imatrix", "mtp-", "eagle3-", "dflash-", "dspark-")
"""In the names of files that help a model, and are none."""
_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf\Z", re.ASCII | re.IGNORECASE)
_QUANTISATION = re.compile(
    r"(?:^|[-._/])((?:ud-)?(?:i?q\d_\w+|tq\d_\d|mxfp4\w*|bf16|f16|f32|fp16|fp32))(?=[-.]|$)", re.ASCII | re.IGNORECASE
)
_FAMILY = re.compile(r"[a-z0-9_.-]{1,40}", re.ASCII)
_MOST_NAMED = 30


class Layer(NamedTuple):
    """`digest` is a SHA-256 in hex; `size` in bytes."""

    media: str
    digest: str
    size: int

    def told(self) -> dict[str, object]:
        return {"mediaType": self.media, "digest": f"sha256:{self.digest}", "size": self.size}


class Image(NamedTuple):
    """The `weights` and the files that go with them, each with its kind of layer."""

    weights: KeptFile
    layers: tuple[Layer, ...]
    config: bytes

    @property
    def digests(self) -> tuple[str, ...]:
        """Of all that is pulled with it."""
        return (*(layer.digest for layer in self.layers), sha256(self.config).hexdigest())

    @property
    def manifest(self) -> bytes:
        config = Layer(CONFIG, sha256(self.config).hexdigest(), len(self.config))
        told = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config.told()}
        return _json({**told, "layers": [layer.told() for layer in self.layers]})


class Images:
    """Of one revision."""

    def __init__(self, kept: KeptRevision) -> None:
        self._kept = kept

    def tagged(self, tag: str) -> Image:
        """What a tag means: `latest`, the name of a file, or a part of it such as Q4_K_M, in small letters or large ones.

        Raises `UsageError` where it means nothing here, or what Ollama cannot take.
        """
        found = self._latest() if tag.casefold() == LATEST else self._named(tag.casefold())
        if found is None:
            raise UsageError(f"{self._kept.repository.name} has no weights {tag!a}; it has {self._choices()}")
        if _PART.search(found.path):
            raise UsageError(
                f"{found.path!a} is one of several parts, and Ollama takes weights in one file: "
                "put them together with llama-gguf-split --merge"
            )
        return self._image(found)

    def made(self, digest: str) -> bytes | None:
        """The description with this SHA-256, of whatever weights here."""
        return next((one.config for one in self._each() if sha256(one.config).hexdigest() == digest), None)

    def manifest(self, digest: str) -> bytes | None:
        """The manifest with this SHA-256."""
        return next((one.manifest for one in self._each() if sha256(one.manifest).hexdigest() == digest), None)

    @cached_property
    def _weights(self) -> tuple[KeptFile, ...]:
        """The shortest name first: the others say more than was asked for."""
        found = [one for one in self._kept.files if one.path.casefold().endswith(".gguf") and _stands_alone(one.path)]
        return tuple(sorted(found, key=lambda one: (len(one.path), one.path)))

    def _each(self) -> Iterator[Image]:
        return (self._image(one) for one in self._weights if not _PART.search(one.path))

    def _latest(self) -> KeptFile | None:
        if not self._weights:
            raise UsageError(f"{self._kept.repository.name} has no weights in GGUF, which are all that Ollama runs")
        for preferred in PREFERRED:
            if found := self._named(preferred):
                return found
        return next((one for one in self._weights if not _PART.search(one.path)), self._weights[0])

    def _named(self, tag: str) -> KeptFile | None:
        for one in self._weights:
            name = one.path.rpartition("/")[2].casefold()
            if tag in (name, name.removesuffix(".gguf")):
                return one
        part = re.compile(rf"(?<![a-z0-9]){re.escape(tag)}(?![a-z0-9_])")
        return next((one for one in self._weights if part.search(one.path.casefold())), None)

    def _choices(self) -> str:
        found = list(dict.fromkeys(_quantisation(one.path) or one.path for one in self._weights))
        return ", ".join(found[:_MOST_NAMED]) or "none in GGUF"

    def _image(self, weights: KeptFile) -> Image:
        layers = (Layer(f"{_LAYER}.model", weights.sha256, weights.size), *self._with_weights)
        return Image(weights, layers, _config(weights, layers, self._kept.told))

    @cached_property
    def _with_weights(self) -> tuple[Layer, ...]:
        """Looked for once, for a repository may have as many weights as files."""
        beside = {one.path: one for one in self._kept.files if one.path in _WITH_IT and one.size <= _LARGEST}
        layers = [
            Layer(f"{_LAYER}.{kind}", beside[name].sha256, beside[name].size)
            for name, kind in _WITH_IT.items()
            if name in beside
        ]
        if (projector := self._projector()) is not None:
            layers.insert(0, Layer(f"{_LAYER}.projector", projector.sha256, projector.size))
        return tuple(layers)

    def _projector(self) -> KeptFile | None:
        """What turns pictures into what the weights read; the most exact that is usual."""
        found = [one for one in self._kept.files if _is_projector(one.path)]
        return min(found, key=lambda one: ("f16" not in one.path.casefold(), one.path), default=None)


def _stands_alone(path: str) -> bool:
    name = path.rpartition("/")[2].casefold()
    return not any(word in name for word in _NOT_ALONE)


def _is_projector(path: str) -> bool:
    name = path.rpartition("/")[2].casefold()
    return name.startswith("mmproj") and name.endswith(".gguf")


def _quantisation(path: str) -> str:
    found = _QUANTISATION.findall(path.removesuffix(".gguf"))
    return found[-1].upper() if found else ""


def _config(weights: KeptFile, layers: Iterable[Layer], told: Mapping[str, object]) -> bytes:
    """What Ollama lists of the model; the family is what its publisher's hub says, where that is a plain word."""
    said = told.get("gguf")
    family = said.get("architecture") if isinstance(said, Mapping) else None
    known = {"model_family": family, "model_families": [family]} if _is_family(family) else {}
    quantisation = _quantisation(weights.path)
    return _json(
        {
            "model_format": "gguf",
            **known,
            **({"file_type": quantisation} if quantisation else {}),
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer.digest}" for layer in layers]},
        }
    )


def _is_family(value: object) -> bool:
    return isinstance(value, str) and _FAMILY.fullmatch(value) is not None


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
