from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cache_layouts import COMMIT, hub_cache, llama_cache
from hilt.core.cache_scan import CacheState, ScannedModel
from hilt.core.errors import SourceError, UsageError
from hilt.core.limits import Limits
from hilt.gate.caching.putting_back import put_back
from hilt.gate.caching.quarantine import quarantine
from hilt.sources.caches import hugging_face, llama_cpp
from hilt.sources.caches.cached import Cache, CachedModel

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
FILES = {"config.json": b"{}", "model.bin": b"weights"}


def stopped(model: CachedModel) -> tuple[CachedModel, ScannedModel]:
    told = ScannedModel(
        cache=model.kind, name=model.name, revision=model.revision, where=model.where, state=CacheState.WITHDRAWN
    )
    return model, told


def moved(cache: Cache) -> Path:
    """The note of a quarantine of everything."""
    done = quarantine(cache, [stopped(model) for model in cache.models], AT)
    assert done.problems == ()
    return Path(done.note)


def hub(root: Path) -> Cache:
    hub_cache(root, FILES, shared=["model.bin"])
    return hugging_face.read(root, Limits())


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_everything_is_put_back_and_nothing_of_the_quarantine_is_left(tmp_path: Path) -> None:
    cache = hub(tmp_path)
    before = everything(tmp_path)
    note = moved(cache)
    assert note.parent.name == "20261122T100000Z"
    assert len(put_back(str(note.parent)).moved) == 5
    assert everything(tmp_path) == before
    assert (tmp_path / "models--org--name" / "snapshots" / COMMIT / "model.bin").read_bytes() == b"weights"


def test_two_quarantines_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    names = []
    for name in ("one.gguf", "two.gguf"):
        llama_cache(tmp_path, name)
        names.append(moved(llama_cpp.read(tmp_path, Limits())).parent.name)
    assert names == ["20261122T100000Z", "20261122T100000Z-2"]


def test_what_was_moved_before_a_crash_is_put_back(tmp_path: Path) -> None:
    cache = hub(tmp_path)
    before = everything(tmp_path)
    note = moved(cache)
    first = json.loads(note.read_text())["moves"][0]
    (tmp_path / first["target"]).rename(tmp_path / first["source"])
    assert len(put_back(str(note)).moved) == 4
    assert everything(tmp_path) == before


def test_what_lies_there_by_now_stays_and_so_does_the_note(tmp_path: Path) -> None:
    llama_cache(tmp_path, "one.gguf")
    note = moved(llama_cpp.read(tmp_path, Limits()))
    (tmp_path / "one.gguf").write_bytes(b"another one")
    done = put_back(str(note))
    assert [Path(path).name for path in done.moved] == ["one.gguf.etag"]
    assert done.left == ((str(tmp_path / "one.gguf"), "something lies there now"),)
    assert (tmp_path / "one.gguf").read_bytes() == b"another one"
    (tmp_path / "one.gguf").unlink()
    assert put_back(str(note)).left == ()
    assert not note.exists()


def test_what_is_nowhere_any_more_is_told(tmp_path: Path) -> None:
    llama_cache(tmp_path, "one.gguf")
    note = moved(llama_cpp.read(tmp_path, Limits()))
    (note.parent / "0").unlink()
    assert put_back(str(note)).left == (
        (str(tmp_path / "one.gguf"), "it is neither in the quarantine nor where it lay"),
    )


def test_a_file_that_changed_since_it_was_read_stays(tmp_path: Path) -> None:
    path = llama_cache(tmp_path, "one.gguf")
    cache = llama_cpp.read(tmp_path, Limits())
    path.write_bytes(b"other bytes than those that were looked at")
    done = quarantine(cache, [stopped(cache.models[0])], AT)
    assert [problem.partition(": not moved, ")[2] for problem in done.problems] == [
        "it changed while it was looked at; scan again"
    ]
    assert path.exists()


def test_links_of_one_model_into_the_folder_of_another_take_nothing_from_it(tmp_path: Path) -> None:
    one, other = (hub_cache(tmp_path, FILES, name=f"models--org--{name}") for name in ("one", "other"))
    (other / "own.txt").write_text("its own")
    (one / "theirs.txt").symlink_to(other / "own.txt")
    cache = hugging_face.read(tmp_path, Limits())
    quarantine(cache, [stopped(cache.models[0])], AT)
    assert not one.exists()
    assert (other / "own.txt").read_text() == "its own"


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("../outside", "{inside}/0"),
        ("/etc/outside", "{inside}/0"),
        ("a//b", "{inside}/0"),
        ("", "{inside}/0"),
        ("a\0b", "{inside}/0"),
        (".hilt-quarantine/x", "{inside}/0"),
        ("a", "models--org--name"),
        ("a", "{inside}/../../../outside"),
        ("a", ".hilt-quarantine/another/0"),
    ],
)
def test_a_note_that_leads_out_of_its_cache_or_its_quarantine_is_refused(
    tmp_path: Path, source: str, target: str
) -> None:
    note = moved(hub(tmp_path / "hub"))
    (tmp_path / "outside").write_text("mine")
    before = everything(tmp_path)
    told = json.loads(note.read_text())
    inside = note.parent.relative_to(tmp_path / "hub").as_posix()
    told["moves"].append({"source": source, "target": target.format(inside=inside), "kind": "file", "links_to": ""})
    note.write_text(json.dumps(told))
    with pytest.raises(UsageError, match="it names"):
        put_back(str(note))
    assert everything(tmp_path) == before


@pytest.mark.parametrize("text", ["", "[]", "[" * 100_000, '{"schema": "hilt.quarantine/9"}', '{"moves": 3}'])
def test_a_note_of_another_kind_is_refused(tmp_path: Path, text: str) -> None:
    note = moved(hub(tmp_path))
    note.write_text(text)
    with pytest.raises(UsageError, match="no note of a quarantine"):
        put_back(str(note))


def test_a_file_elsewhere_one_that_is_gone_and_one_without_an_end_are_refused(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_text("{}")
    with pytest.raises(UsageError, match="--enforce"):
        put_back(str(tmp_path / "note.json"))
    note = moved(hub(tmp_path / "hub"))
    with note.open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(SourceError, match="1099511627776 bytes"):
        put_back(str(note))
    note.unlink()
    with pytest.raises(UsageError, match="No such file"):
        put_back(str(note))
