"""What an index takes, keeps, gives away and forgets; of two who add at once, nothing is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import FormatError, IndexInvalid, SourceError, UsageError
from hilt.knowledge.file_lock import locked
from hilt.knowledge.lineage.index import write
from hilt.knowledge.lineage.index.changes import add, export, made, mark, merge, remove
from hilt.knowledge.lineage.index.entry import LONGEST, Entry, decode
from hilt.knowledge.lineage.index.index import Index
from known_models import LIMITS, index_of, known, model_print, moved, sketches

TESTS = Path(__file__).parents[3]


def names(path: Path) -> list[str]:
    with Index(path) as index:
        return [entry.name for entry in index.entries()]


def entry(path: Path, name: str) -> Entry:
    with Index(path) as index:
        return next(one for one in index.entries() if one.name == name)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return index_of(tmp_path / "known.index", known("org/one", 1), known("org/two", 2))


def test_an_entry_comes_back_as_it_was() -> None:
    whole = Entry(
        name="org/\udcffname\n", revision="a" * 40, files=("a", "b/c"), digest="0" * 64, licences=("mit",),
        bases=("org/base",), added="2026-11-21", stale="it answers with keys", newer="b" * 40,
    )  # fmt: skip
    assert decode(whole.encode()) == whole
    assert len(whole.identity) == 16
    assert replace(whole, stale="", licences=()).identity == whole.identity
    for other in ({"name": "x"}, {"revision": ""}, {"files": ("a",)}):
        assert replace(whole, **other).identity != whole.identity


def test_what_is_there_already_is_not_added_again(path: Path) -> None:
    before = path.read_bytes()
    added = add(path, [known("org/one", 1, added="2031-01-01")], LIMITS)
    assert ([one.name for one in added.known], added.new, added.replaced) == (["org/one"], (), ())
    assert path.read_bytes() == before


def test_the_same_model_twice_in_one_call_is_one(tmp_path: Path) -> None:
    path = tmp_path / "new.index"
    assert len(add(path, [known("org/one", 1), known("org/one", 1)], LIMITS).new) == 1
    assert len(add(path, [known("org/two", 1), known("org/two", 1)], LIMITS).new) == 1
    assert names(path) == ["org/one", "org/two"]


def test_who_adds_a_model_again_with_other_weights_replaces_it(path: Path) -> None:
    added = add(path, [known("org/one", 9)], LIMITS)
    assert [one.name for one in added.replaced] == ["org/one"]
    assert names(path) == ["org/one", "org/two"]
    with Index(path) as index:
        (found, *_) = index.search(model_print(sketches(9)))
        assert found.relative.name == "org/one"
        assert index.search(model_print(sketches(1))) == ()


def test_what_is_said_anew_counts_and_what_is_not_said_stays(path: Path) -> None:
    mark(path, "org/one", None, stale="leaks", newer="", limits=LIMITS)
    said = Entry(name="org/one", files=("model.safetensors",), licences=("mit",))
    assert len(add(path, [made(said, model_print(sketches(1)), b"sketch")], LIMITS).replaced) == 1
    assert len(add(path, [known("org/one", 1)], LIMITS).known) == 1
    held = entry(path, "org/one")
    assert (held.licences, held.stale) == (("mit",), "leaks")
    with Index(path) as index:
        assert index.writers(0) == b"sketch"


def test_a_pack_brings_what_is_new_and_changes_nothing_else(path: Path, tmp_path: Path) -> None:
    other = index_of(tmp_path / "other", known("org/two", 2), known("org/one", 77), known("org/three", 3))
    mark(other, "org/two", None, stale="an advisory", newer="org/three", limits=LIMITS)
    pack = tmp_path / "zoo.hiltpack"
    assert len(export(other, pack, (), LIMITS)) == 3
    merged = merge(path, pack, LIMITS)
    told = {word: [one.name for one in some] for word, some in merged._asdict().items() if some}
    assert told == {"new": ["org/three"], "differing": ["org/one"], "marked": ["org/two"]}
    assert names(path) == ["org/one", "org/two", "org/three"]
    assert (entry(path, "org/two").stale, entry(path, "org/two").newer) == ("an advisory", "org/three")
    with Index(path) as index:
        assert index.search(model_print(sketches(77))) == ()
        assert index.search(model_print(sketches(1)))[0].relative.kinship.related
    again = merge(path, pack, LIMITS)
    assert {word: len(some) for word, some in again._asdict().items() if some} == {"known": 2, "differing": 1}


def test_a_pack_does_not_take_back_what_the_index_says(path: Path, tmp_path: Path) -> None:
    pack = index_of(tmp_path / "pack", known("org/one", 1))
    mark(path, "org/one", None, stale="our own reason", newer="", limits=LIMITS)
    mark(pack, "org/one", None, stale="another reason", newer="org/evil", limits=LIMITS)
    assert len(merge(path, pack, LIMITS).known) == 1
    assert (entry(path, "org/one").stale, entry(path, "org/one").newer) == ("our own reason", "")


def test_a_pack_makes_an_index_where_there_is_none(path: Path, tmp_path: Path) -> None:
    assert len(merge(tmp_path / "new.index", path, LIMITS).new) == 2
    assert names(tmp_path / "new.index") == ["org/one", "org/two"]


def test_a_pack_may_hold_some_models_only(path: Path, tmp_path: Path) -> None:
    export(path, tmp_path / "some", ("org/two",), LIMITS)
    assert names(tmp_path / "some") == ["org/two"]
    with pytest.raises(UsageError, match=r"has no model org/tow; did you mean org/two\?"):
        export(path, tmp_path / "some", ("org/tow",), LIMITS)


def test_a_sketch_in_a_pack_that_is_none_is_refused(path: Path, tmp_path: Path) -> None:
    said = Entry(name="org/odd", files=("model.safetensors",))
    pack = index_of(tmp_path / "pack", made(said, model_print(sketches(5)), b"no sketch at all"))
    with pytest.raises(IndexInvalid, match="'org/odd': sketches of this version begin with"):
        merge(path, pack, LIMITS)


def test_what_is_removed_is_gone_with_its_bytes(path: Path) -> None:
    size = path.stat().st_size
    assert [one.name for one in remove(path, "org/one", None, LIMITS)] == ["org/one"]
    assert names(path) == ["org/two"]
    assert path.stat().st_size < 0.6 * size
    with pytest.raises(UsageError, match="has no model org/one"):
        remove(path, "org/one", None, LIMITS)


def test_one_revision_may_be_removed_or_marked_alone(tmp_path: Path) -> None:
    path = index_of(tmp_path / "index", known("org/one", 1, revision="r1"), known("org/one", 2, revision="r2"))
    mark(path, "org/one", "r1", stale="replaced", newer="r2", limits=LIMITS)
    with Index(path) as index:
        assert [(one.revision, one.newer) for one in index.entries()] == [("r1", "r2"), ("r2", "")]
    remove(path, "org/one", "r1", LIMITS)
    with Index(path) as index:
        assert [one.revision for one in index.entries()] == ["r2"]


def test_a_relative_is_told_with_all_that_the_index_says_of_it(tmp_path: Path) -> None:
    said = Entry(name="org/one", revision="r1", files=("m",), licences=("mit",), bases=("org/base",))
    path = index_of(tmp_path / "index", made(said, model_print(sketches(1))))
    mark(path, "org/one", None, stale="leaks", newer="r2", limits=LIMITS)
    with Index(path) as index:
        (found,) = index.search(model_print(moved(sketches(1), 0.98)))
        relative = found.relative
        assert found.number == 0
        assert relative.kinship.related
        assert (relative.name, relative.revision, relative.licences, relative.bases, relative.stale, relative.newer) == (
            "org/one", "r1", ("mit",), ("org/base",), "leaks", "r2",
        )  # fmt: skip
        assert index.search(model_print(sketches(2))) == ()


def test_what_files_name_is_held_to_the_weights_kin_or_not(path: Path) -> None:
    with Index(path) as index:
        (found,) = index.named("hf:Org/ONE", model_print(sketches(2)))
        assert not found.relative.kinship.related
        assert index.named("org/other", model_print(sketches(2))) == ()


def test_nothing_is_lost_of_what_several_processes_add_at_once(tmp_path: Path) -> None:
    path = tmp_path / "index"
    script = (
        "import sys; from pathlib import Path; from known_models import index_of, known\n"
        "for number in range(6): index_of(Path(sys.argv[1]), known(f'{sys.argv[2]}/{number}', number))"
    )
    command = [sys.executable, "-c", script, str(path)]
    writers = [subprocess.Popen([*command, who], cwd=TESTS) for who in ("a", "b", "c")]
    assert [writer.wait(timeout=100) for writer in writers] == [0, 0, 0]
    assert sorted(names(path)) == sorted(f"{who}/{number}" for who in "abc" for number in range(6))


def test_who_waits_too_long_for_another_writer_is_told(path: Path) -> None:
    with locked(path), pytest.raises(SourceError, match="another process has been writing to it"), locked(path, 0.1):
        pass
    with locked(path, 0.1):
        pass


def test_a_change_that_fails_leaves_the_index_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write.os, "fsync", full)
    for change in (
        lambda: remove(path, "org/one", None, LIMITS),
        lambda: mark(path, "org/one", None, stale="x", newer="", limits=LIMITS),
        lambda: add(path, [known("org/three", 3)], LIMITS),
    ):
        with pytest.raises(OSError, match="No space"):
            change()
    monkeypatch.undo()
    assert path.read_bytes()[: len(before)] == before
    assert names(path) == ["org/one", "org/two"]
    assert [one.name for one in path.parent.iterdir() if one.suffix == ".part"] == []


def test_where_there_is_no_index_the_way_to_one_is_told(tmp_path: Path) -> None:
    for call in (
        lambda: Index(tmp_path / "none"),
        lambda: export(tmp_path / "none", tmp_path / "pack", (), LIMITS),
        lambda: remove(tmp_path / "none", "org/one", None, LIMITS),
    ):
        with pytest.raises(UsageError, match=r"there is no index that could be read.*hilt index add REF --index"):
            call()
    with pytest.raises(UsageError, match="an index is a regular file, and this is none"):
        Index(tmp_path)


@pytest.mark.parametrize("said", [{"name": "n" * (LONGEST + 1)}, {"name": " "}, {"name": "a", "added": "today"}])
def test_what_nobody_could_read_again_is_not_written(path: Path, said: dict[str, str]) -> None:
    model = made(Entry(**{"name": "a", "files": ("m",), **said}), model_print(sketches(5)))
    with pytest.raises(FormatError):
        add(path, [model], LIMITS)
    assert names(path) == ["org/one", "org/two"]
    with pytest.raises(FormatError):
        add(path.with_name("new"), [model], LIMITS)
    assert not path.with_name("new").exists()


def test_nothing_but_an_index_is_written_over(path: Path, tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"weights")
    with pytest.raises(UsageError, match="left as it is"):
        export(path, weights, (), LIMITS)
    assert weights.read_bytes() == b"weights"
    with pytest.raises(UsageError, match="no regular file"):
        export(path, tmp_path, (), LIMITS)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="regular file"):
        Index(tmp_path / "pipe")
