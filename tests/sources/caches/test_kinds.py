from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache_layouts import GGUF, hub_cache, llama_cache, ollama_store, torch_cache
from hilt.core.errors import UsageError
from hilt.sources.caches.kinds import named_places, usual_places

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")


def test_a_folder_is_taken_for_what_it_looks_like(tmp_path: Path) -> None:
    hub_cache(tmp_path / "hub", {"a": b"a"})
    ollama_store(tmp_path / "ollama", {"model": GGUF})
    llama_cache(tmp_path / "llama")
    torch_cache(tmp_path / "torch")
    found = named_places([str(tmp_path / name) for name in ("hub", "ollama", "llama", "torch")])
    assert [place.kind.id for place in found] == ["hugging-face", "ollama", "llama.cpp", "torch"]


def test_one_folder_may_be_two_caches(tmp_path: Path) -> None:
    hub_cache(tmp_path, {"a": b"a"})
    llama_cache(tmp_path)
    assert [place.kind.id for place in named_places([str(tmp_path)])] == ["hugging-face", "llama.cpp"]


def test_a_folder_to_which_several_variables_lead_is_looked_at_once(tmp_path: Path) -> None:
    hub_cache(tmp_path, {"a": b"a"})
    environment = {"HF_HUB_CACHE": str(tmp_path), "LLAMA_CACHE": str(tmp_path)}
    found = [place.kind.id for place in usual_places(environment, tmp_path / "home")]
    assert found == ["hugging-face", "ollama", "llama.cpp", "torch"]


def test_a_folder_that_is_no_cache_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no cache that hilt knows"):
        named_places([str(tmp_path)])
    with pytest.raises(UsageError, match="no such folder"):
        named_places([str(tmp_path / "gone")])


def test_the_usual_places_are_told_whether_anything_is_there_or_not(tmp_path: Path) -> None:
    environment = {"HF_HUB_CACHE": str(tmp_path / "linked"), "OLLAMA_MODELS": str(tmp_path / "gone")}
    hub_cache(tmp_path / "hub", {"a": b"a"})
    (tmp_path / "linked").symlink_to(tmp_path / "hub")
    told = {place.kind.id: (place.found, place.where) for place in usual_places(environment, tmp_path)}
    assert told["hugging-face"] == (True, tmp_path / "hub")
    assert told["ollama"] == (False, tmp_path / "gone")
    assert set(told) == {"hugging-face", "ollama", "llama.cpp", "torch"}
