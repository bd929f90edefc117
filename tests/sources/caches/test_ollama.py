from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cache_layouts import GGUF, blob, manifest, ollama_store, ollama_store_v2, sha256
from hilt.core.limits import Limits
from hilt.sources.caches import ollama
from hilt.sources.caches.cached import Cache

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")

LAYERS = {"model": GGUF, "template": b"{{ .Prompt }}", "license": b"MIT"}


def read(root: Path) -> Cache:
    return ollama.read(root, Limits())


def test_a_manifest_leads_to_its_blobs_and_their_names_are_their_digests(tmp_path: Path) -> None:
    path = ollama_store(tmp_path, LAYERS)
    cache = read(tmp_path)
    (model,) = cache.models
    assert (model.name, model.own) == ("ollama:tiny:latest", (str(path),))
    assert {file.path: file.claimed for file in model.files} == {
        **{kind: sha256(data) for kind, data in LAYERS.items()},
        "config": sha256(b"{}"),
    }
    assert all(file.links == (file.locator.path,) for file in model.files)
    assert (cache.strays, cache.problems, model.unread, model.exact) == (0, (), (), False)


def test_a_list_of_manifests_leads_to_the_blobs_of_all_of_them(tmp_path: Path) -> None:
    path = ollama_store_v2(tmp_path, LAYERS)
    (model,) = read(tmp_path).models
    assert (model.name, model.own) == ("ollama:tiny:latest", (str(path),))
    assert sorted(file.path for file in model.files) == [
        "config", "license", "manifest", "manifest", "model", "template"
    ]  # fmt: skip
    assert {file.claimed for file in model.files if file.path == "model"} == {sha256(GGUF)}


def test_a_model_that_both_layouts_have_is_told_once(tmp_path: Path) -> None:
    both = (ollama_store(tmp_path, LAYERS), ollama_store_v2(tmp_path, LAYERS))
    (model,) = read(tmp_path).models
    assert model.own == tuple(map(str, both))


def test_models_are_called_as_ollama_calls_them(tmp_path: Path) -> None:
    ollama_store(tmp_path, LAYERS, name="library/tiny", tag="1b")
    ollama_store(tmp_path, LAYERS, name="acme/tiny")
    path = tmp_path / "manifests" / "hf.co" / "org" / "repo" / "Q4_K_M"
    path.parent.mkdir(parents=True)
    path.write_bytes(manifest(tmp_path, LAYERS))
    assert [model.name for model in read(tmp_path).models] == [
        "ollama:acme/tiny:latest", "ollama:hf.co/org/repo:Q4_K_M", "ollama:tiny:1b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[" * 100_000, "it is no JSON"),
        (b"no json", "it is no JSON"),
        (b"[]", "it is no manifest"),
    ],
)
def test_a_manifest_that_is_none_is_told(tmp_path: Path, data: bytes, why: str) -> None:
    ollama_store(tmp_path, LAYERS).write_bytes(data)
    model, *_ = read(tmp_path).models
    assert (model.files, model.unread) == ((), (f"the manifest latest: {why}",))


def test_a_manifest_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    with ollama_store(tmp_path, LAYERS).open("r+b") as file:
        file.truncate(1 << 30)
    model, *_ = read(tmp_path).models
    assert "1073741824 bytes" in model.unread[0]


def test_manifests_of_odd_values_lead_to_nothing(tmp_path: Path) -> None:
    path = ollama_store(tmp_path, LAYERS)
    odd = {"layers": [1, {"digest": 7}, {"digest": "sha256:../../x"}, {"digest": "sha256:" + "G" * 64}], "config": []}
    for document in (odd, {"layers": {"digest": "x"}}, {"mediaType": ollama._LIST, "manifests": [None, 3]}):
        path.write_text(json.dumps(document))
        model = read(tmp_path).models[0]
        assert (model.files, model.unread, model.missing) == ((), (), ())


def test_blobs_that_are_folders_links_or_gone_are_told(tmp_path: Path) -> None:
    ollama_store(tmp_path, LAYERS)
    blobs = {kind: tmp_path / "blobs" / f"sha256-{sha256(data)}" for kind, data in LAYERS.items()}
    for path in blobs.values():
        path.unlink()
    blobs["model"].mkdir()
    (tmp_path / "secret").write_text("x")
    blobs["template"].symlink_to(tmp_path / "secret")
    (model,) = read(tmp_path).models
    assert [file.path for file in model.files] == ["config"]
    assert len(model.unread) == 2
    assert model.missing == (blobs["license"].name,)


def test_a_manifest_that_links_elsewhere_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "models"
    path = ollama_store_v2(root, LAYERS)
    (tmp_path / "secret").write_text("{}")
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    model = read(root).models[0]
    assert (model.files, model.unread) == ((), ("latest: a manifest that is a link, and leads to no blob",))


def test_blobs_of_no_model_are_models_of_their_own_and_halves_are_counted(tmp_path: Path) -> None:
    ollama_store(tmp_path, LAYERS)
    digest = blob(tmp_path, b"left over")
    (tmp_path / "blobs" / f"sha256-{'0' * 64}-partial-0").write_bytes(b"ha")
    cache = read(tmp_path)
    assert [model.files[0].claimed for model in cache.models if model.loose] == [digest.removeprefix("sha256:")]
    assert cache.strays == 1


def test_the_variable_of_ollama_leads_to_its_models(tmp_path: Path) -> None:
    assert ollama.places({}, tmp_path)[0] == tmp_path / ".ollama" / "models"
    assert ollama.places({"OLLAMA_MODELS": "/models"}, tmp_path) == (Path("/models"),)
