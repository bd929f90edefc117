"""What a tag of Ollama means, and the documents that describe it."""

from __future__ import annotations

import json
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import pytest

from hilt.core.errors import UsageError
from hilt.core.library import KeptFile, KeptRevision, Repository
from hilt.gate.keeping.ollama import Images

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def kept(*paths: str, size: int = 7, told: dict[str, object] | None = None) -> KeptRevision:
    files = [
        KeptFile(path=path, size=size, sha256=sha256(path.encode()).hexdigest(), blob="b" * 40)
        for path in sorted(paths)
    ]
    return KeptRevision(
        repository=Repository("models", "org/name"),
        commit=COMMIT,
        files=tuple(files),
        told=MappingProxyType(told or {}),
    )


def weights(tag: str, *paths: str) -> str:
    return Images(kept(*paths)).tagged(tag).weights.path


MANY = (
    "m-Q4_K.gguf",
    "m-Q4_K_M.gguf",
    "m-IQ4_K.gguf",
    "m-Q8_0.gguf",
    "m.f16.gguf",
    "mmproj-Q4_K_M.gguf",
    "imatrix.gguf",
)


@pytest.mark.parametrize(
    ("tag", "path"),
    [
        ("latest", "m-Q4_K_M.gguf"),
        ("Q4_K_M", "m-Q4_K_M.gguf"),
        ("q4_k_m", "m-Q4_K_M.gguf"),
        ("Q4_K", "m-Q4_K.gguf"),
        ("IQ4_K", "m-IQ4_K.gguf"),
        ("F16", "m.f16.gguf"),
        ("m-Q8_0", "m-Q8_0.gguf"),
        ("M-Q8_0.gguf", "m-Q8_0.gguf"),
    ],
)
def test_a_tag_means_a_file_whatever_its_letters(tag: str, path: str) -> None:
    assert weights(tag, *MANY) == path


def test_a_folder_may_be_called_by_the_tag() -> None:
    assert weights("Q5_0", "Q5_0/m.gguf", "Q6_K/m.gguf") == "Q5_0/m.gguf"


@pytest.mark.parametrize(
    ("paths", "path"),
    [
        (("m-Q8_0.gguf", "m-Q2_K.gguf"), "m-Q8_0.gguf"),
        (("b.gguf", "a-longer.gguf"), "b.gguf"),
        (
            ("m-00001-of-00002.gguf", "m-00002-of-00002.gguf", "mm-of-one-file-and-long.gguf"),
            "mm-of-one-file-and-long.gguf",
        ),
    ],
)
def test_whoever_names_no_tag_gets_what_there_is(paths: tuple[str, ...], path: str) -> None:
    assert weights("latest", *paths) == path


@pytest.mark.parametrize(
    ("tag", "paths", "said"),
    [
        ("Q5_K_M", MANY, r"no weights 'Q5_K_M'; it has F16, Q4_K, Q8_0, IQ4_K, Q4_K_M"),
        ("Q4", MANY, "no weights 'Q4'"),
        (".*", MANY, "no weights"),
        ("latest", ("model.safetensors",), "no weights in GGUF"),
        ("Q4_0", ("model.safetensors",), "it has none in GGUF"),
        ("Q4_0", ("m-Q4_0-00001-of-00002.gguf",), "one of several parts"),
        ("latest", ("m-Q4_0-00001-of-00002.gguf",), "one of several parts"),
    ],
)
def test_what_a_tag_cannot_mean_is_said(tag: str, paths: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        weights(tag, *paths)


def layers(revision: KeptRevision) -> list[tuple[str, str]]:
    told: dict[str, Any] = json.loads(Images(revision).tagged("latest").manifest)
    names = {sha256(one.path.encode()).hexdigest(): one.path for one in revision.files}
    return [
        (one["mediaType"].rpartition(".")[2], names[one["digest"].removeprefix("sha256:")]) for one in told["layers"]
    ]


def test_what_goes_with_the_weights_is_in_the_manifest() -> None:
    found = layers(
        kept("m.gguf", "template", "system", "params", "LICENSE", "mmproj-q8.gguf", "mmproj-f16.gguf", "x.md")
    )
    assert found == [
        ("model", "m.gguf"), ("projector", "mmproj-f16.gguf"), ("template", "template"), ("system", "system"), ("params", "params"),
        ("license", "LICENSE"),
    ]  # fmt: skip


def test_what_would_fill_the_memory_is_left_out() -> None:
    assert layers(kept("m.gguf", "template", size=(1 << 20) + 1)) == [("model", "m.gguf")]


def test_a_repository_of_weights_alone_is_not_looked_through_for_each_of_them() -> None:
    assert Images(kept(*(f"m-{number}.gguf" for number in range(20_000)))).made("a" * 64) is None


def test_documents_are_found_by_their_digests_and_are_the_same_each_time() -> None:
    images = Images(kept("m-Q4_0.gguf", "m-Q8_0.gguf", "p-00001-of-00002.gguf"))
    for tag in ("Q4_0", "Q8_0"):
        image = images.tagged(tag)
        assert images.made(sha256(image.config).hexdigest()) == image.config
        assert images.manifest(sha256(image.manifest).hexdigest()) == image.manifest
        assert image.digests[-1] == json.loads(image.manifest)["config"]["digest"].removeprefix("sha256:")
    assert images.made("a" * 64) is None
    assert images.manifest("a" * 64) is None


@pytest.mark.parametrize(
    ("told", "family"),
    [
        ({"architecture": "llama"}, "llama"),
        ({"architecture": "a\nb"}, None),
        ({"architecture": 7}, None),
        ("llama", None),
    ],
)
def test_what_a_publisher_says_of_the_family_is_told_where_it_is_a_word(told: object, family: str | None) -> None:
    config = json.loads(Images(kept("m-Q4_K_M.gguf", told={"gguf": told})).tagged("latest").config)
    assert (config.get("model_family"), config["file_type"], config["model_format"]) == (family, "Q4_K_M", "gguf")
