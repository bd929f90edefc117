from __future__ import annotations

import os
from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, snapshot_download

import hub_server
from cache_layouts import COMMIT, OTHER, hub_cache, sha256
from hilt.core.limits import Limits
from hilt.sources.caches import hugging_face
from hilt.sources.caches.cached import Cache

pytestmark = pytest.mark.skipif(os.name == "nt", reason="without links a cache is a plain folder")

FILES = {"config.json": b"{}", "weights/model.safetensors": b"weights"}


def read(root: Path) -> Cache:
    return hugging_face.read(root, Limits())


def test_what_huggingface_hub_itself_has_fetched_is_read_with_the_digests_that_its_names_claim(tmp_path: Path) -> None:
    files = {"config.json": b"{}", "model.safetensors": hub_server.File.of(b"weights", large=True)}
    with hub_server.serving(files) as hub:
        snapshot = snapshot_download("org/name", cache_dir=tmp_path, endpoint=hub.endpoint)
    cache = read(tmp_path)
    (model,) = cache.models
    assert (model.name, model.revision, model.where) == ("hf:org/name", hub_server.COMMIT, snapshot)
    assert {file.path: file.claimed for file in model.files} == {
        "config.json": "",
        "model.safetensors": sha256(b"weights"),
    }
    assert model.own == (snapshot, str(tmp_path / "models--org--name" / "refs" / "main"))
    assert (cache.strays, cache.problems, model.unread, model.missing) == (0, (), (), ())


def test_a_part_of_a_repository_of_each_kind_is_read(tmp_path: Path) -> None:
    kinds = {"model": "models/org/name", "dataset": "datasets/org/name", "space": "spaces/org/name"}
    for kind, name in kinds.items():
        with hub_server.serving({"a.txt": b"a", "b.txt": b"b"}, name=name) as hub:
            hf_hub_download("org/name", "a.txt", repo_type=kind, cache_dir=tmp_path, endpoint=hub.endpoint)
    hub_cache(tmp_path, {"a.txt": b"a"}, name="kernels--org--name")
    told = {model.name: [file.path for file in model.files] for model in read(tmp_path).models}
    names = ("hf:org/name", "hf:datasets/org/name", "hf:spaces/org/name", "hf:kernels/org/name")
    assert told == {name: ["a.txt"] for name in names}


def test_files_of_the_store_that_repositories_share_are_found_through_both_links(tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path, FILES, shared=["weights/model.safetensors"])
    (model,) = read(tmp_path).models
    found = {file.path: file for file in model.files}["weights/model.safetensors"]
    assert found.claimed == sha256(b"weights")
    assert found.links[0] == str(snapshot.parents[1] / "blobs" / sha256(b"weights"))
    assert found.links[1] == found.locator.path
    assert Path(found.locator.path).parent == tmp_path / "blobs" / "ab"
    assert model.unread == ()


def test_a_snapshot_without_links_holds_the_files_themselves(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--org--name" / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_bytes(b"{}")
    (model,) = read(tmp_path).models
    assert [(file.path, file.claimed, file.links) for file in model.files] == [("config.json", "", ())]


def test_a_link_out_of_the_cache_is_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    root = tmp_path / "hub"
    snapshot = hub_cache(root, FILES)
    (snapshot / "out").symlink_to(tmp_path / "secret")
    (snapshot / "code").symlink_to(root / "models--org--name")
    os.mkfifo(snapshot / "pipe")
    (model,) = read(root).models
    assert sorted(file.path for file in model.files) == sorted(FILES)
    assert [why.partition(":")[0] for why in model.unread] == ["code", "out", "pipe"]


def test_repositories_and_snapshots_that_are_links_are_told_and_not_followed(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "hub", tmp_path / "elsewhere"
    hub_cache(elsewhere, FILES)
    snapshot = hub_cache(root, FILES)
    (root / "models--org--linked").symlink_to(elsewhere / "models--org--name")
    (snapshot.parent / OTHER).symlink_to(elsewhere / "models--org--name" / "snapshots" / COMMIT)
    cache = read(root)
    assert [model.where for model in cache.models] == [str(snapshot)]
    assert len(cache.problems) == 2


def test_bytes_that_no_snapshot_uses_are_models_of_their_own_and_what_is_not_whole_is_counted(tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path, FILES)
    blobs = snapshot.parents[1] / "blobs"
    (blobs / sha256(b"loose")).write_bytes(b"loose")
    (blobs / f"{sha256(b'half')}.incomplete").write_bytes(b"ha")
    (blobs / ("0" * 64)).mkdir()
    (tmp_path / "notes.txt").write_text("mine")
    cache = read(tmp_path)
    assert [(model.loose, [file.claimed for file in model.files]) for model in cache.models][1:] == [
        (True, [sha256(b"loose")])
    ]
    assert cache.strays == 2


def test_a_file_that_is_not_there_any_more_is_told(tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path, FILES)
    (snapshot.parents[1] / "blobs" / sha256(b"{}")).unlink()
    (model,) = read(tmp_path).models
    assert model.missing == ("config.json",)
    assert [file.path for file in model.files] == ["weights/model.safetensors"]


def test_refs_that_lie_or_are_no_files_lead_nowhere(tmp_path: Path) -> None:
    snapshot = hub_cache(tmp_path, FILES, refs=("main", "refs/pr/1"))
    refs = snapshot.parents[1] / "refs"
    (refs / "long").write_text(COMMIT + "x" * 1000)
    (refs / "linked").symlink_to(refs / "main")
    os.mkfifo(refs / "pipe")
    (model,) = read(tmp_path).models
    assert model.own == (str(snapshot), str(refs / "main"), str(refs / "refs" / "pr" / "1"))


def test_more_names_than_the_limit_are_not_looked_at_and_that_is_said(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"models--org--{number}").mkdir()
    cache = hugging_face.read(tmp_path, Limits(files=10))
    assert len(cache.problems) == 1
    assert "more than 10 names" in cache.problems[0]


def test_the_variables_that_huggingface_hub_reads_lead_to_its_cache(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert hugging_face.places({}, home) == (home / ".cache" / "huggingface" / "hub",)
    assert hugging_face.places({"XDG_CACHE_HOME": "/xdg"}, home) == (Path("/xdg/huggingface/hub"),)
    assert hugging_face.places({"HF_HOME": "/hf"}, home) == (Path("/hf/hub"),)
    assert hugging_face.places({"HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"}, home) == (Path("/old"),)
    assert hugging_face.places({"HUGGINGFACE_HUB_CACHE": "/old", "HF_HUB_CACHE": "/new"}, home) == (Path("/new"),)


def test_where_llama_cpp_keeps_the_same_is_looked_at_too(tmp_path: Path) -> None:
    where = {"LLAMA_CACHE": str(tmp_path)}
    assert len(hugging_face.places(where, tmp_path)) == 1
    hub_cache(tmp_path, FILES)
    assert hugging_face.places(where, tmp_path)[1] == tmp_path
