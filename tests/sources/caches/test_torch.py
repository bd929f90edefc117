from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache_layouts import sha256, torch_cache
from hilt.core.limits import Limits
from hilt.sources.caches import torch


def test_checkpoints_and_repositories_are_models(tmp_path: Path) -> None:
    path = torch_cache(tmp_path)
    cache = torch.read(tmp_path, Limits())
    checkpoint, repository = cache.models
    assert (checkpoint.name, checkpoint.own) == (f"torch:{path.name}", (str(path),))
    assert [(file.path, file.claimed) for file in checkpoint.files] == [(path.name, sha256(b"weights")[:8])]
    assert (repository.name, [file.path for file in repository.files]) == ("torch:pytorch_vision_main", ["hubconf.py"])
    assert (cache.strays, cache.problems) == (0, ())


def test_what_torch_hub_did_not_put_there_is_counted(tmp_path: Path) -> None:
    torch_cache(tmp_path)
    (tmp_path / "sentence_transformers").mkdir()
    (tmp_path / "hub" / "main.zip").write_bytes(b"PK")
    assert torch.read(tmp_path, Limits()).strays == 2


@pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")
def test_links_out_of_the_cache_are_told_and_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "torch", tmp_path / "elsewhere"
    path = torch_cache(root)
    elsewhere.mkdir()
    (elsewhere / "hubconf.py").write_text("x")
    (path.parent / "out.pth").symlink_to(elsewhere / "hubconf.py")
    (root / "hub" / "pytorch_vision_main" / "out.py").symlink_to(elsewhere / "hubconf.py")
    (root / "hub" / "linked").symlink_to(elsewhere)
    cache = torch.read(root, Limits())
    assert [model.name for model in cache.models] == [f"torch:{path.name}", "torch:pytorch_vision_main"]
    assert len(cache.problems) == 2
    assert cache.models[1].unread == ("out.py: a link that leads out of the cache, and is not followed",)


def test_the_variables_of_torch_lead_to_its_cache(tmp_path: Path) -> None:
    assert torch.places({}, tmp_path) == (tmp_path / ".cache" / "torch",)
    assert torch.places({"XDG_CACHE_HOME": "/xdg"}, tmp_path) == (Path("/xdg/torch"),)
    assert torch.places({"XDG_CACHE_HOME": "/xdg", "TORCH_HOME": "/torch"}, tmp_path) == (Path("/torch"),)
