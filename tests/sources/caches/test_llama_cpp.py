from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cache_layouts import GGUF, hub_cache, llama_cache, sha256
from hilt.core.limits import Limits
from hilt.sources.caches import llama_cpp
from hilt.sources.caches.cached import Cache

posix = pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")


def read(root: Path) -> Cache:
    return llama_cpp.read(root, Limits())


def test_a_model_is_read_with_what_lies_beside_it(tmp_path: Path) -> None:
    path = llama_cache(tmp_path)
    cache = read(tmp_path)
    (model,) = cache.models
    assert (model.name, model.own) == (f"llama.cpp:{path.name}", (str(path), f"{path}.etag"))
    assert [(file.path, file.claimed, file.links) for file in model.files] == [(path.name, sha256(GGUF), ())]
    assert (cache.strays, cache.problems) == (0, ())


def test_what_older_versions_note_beside_a_model_tells_where_it_came_from(tmp_path: Path) -> None:
    path = llama_cache(tmp_path)
    Path(f"{path}.etag").unlink()
    noted = {"etag": f'"{sha256(GGUF)}"', "url": "https://huggingface.co/org/name/resolve/main/tiny-q4.gguf"}
    Path(f"{path}.json").write_text(json.dumps(noted))
    (model,) = read(tmp_path).models
    assert (model.name, model.files[0].claimed) == ("hf:org/name", sha256(GGUF))


@pytest.mark.parametrize(
    "noted",
    ["[", "[]", '{"url": 7}', '{"url": "https://[", "etag": "x"}', '{"url": "https://evil.example/a/b/resolve/c/d"}'],
)
def test_notes_that_say_nothing_are_left_aside(tmp_path: Path, noted: str) -> None:
    path = llama_cache(tmp_path)
    Path(f"{path}.etag").unlink()
    Path(f"{path}.json").write_text(noted)
    (model,) = read(tmp_path).models
    assert (model.name, model.files[0].claimed) == (f"llama.cpp:{path.name}", "")


@posix
def test_models_that_are_links_or_folders_are_told_and_not_read(tmp_path: Path) -> None:
    root = tmp_path / "llama.cpp"
    root.mkdir()
    (tmp_path / "secret.gguf").write_bytes(GGUF)
    (root / "linked.gguf").symlink_to(tmp_path / "secret.gguf")
    (root / "folder.gguf").mkdir()
    models = read(root).models
    assert [(model.files, len(model.unread)) for model in models] == [((), 1), ((), 1)]


@posix
def test_what_belongs_to_the_cache_of_hugging_face_is_not_taken_for_strays(tmp_path: Path) -> None:
    llama_cache(tmp_path)
    hub_cache(tmp_path, {"a.gguf": GGUF})
    (tmp_path / "manifest=org=name=latest.json").write_text("{}")
    (tmp_path / "half.gguf.downloadInProgress").write_bytes(b"GG")
    assert read(tmp_path).strays == 1


def test_the_variable_of_llama_cpp_leads_to_its_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert llama_cpp.places({"LLAMA_CACHE": "/models"}, tmp_path) == (Path("/models"),)
    monkeypatch.setattr("sys.platform", "linux")
    assert llama_cpp.places({}, tmp_path) == (tmp_path / ".cache" / "llama.cpp",)
    assert llama_cpp.places({"XDG_CACHE_HOME": "/xdg"}, tmp_path) == (Path("/xdg/llama.cpp"),)
    monkeypatch.setattr("sys.platform", "darwin")
    assert llama_cpp.places({}, tmp_path) == (tmp_path / "Library" / "Caches" / "llama.cpp",)
