"""Known models go into an index, and the relatives of others come out of it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hilt.core.errors import HiltError, IndexInvalid, NothingToCheck, UsageError
from hilt.core.lineage import Relation
from hilt.gate.index import Told, add_each, as_data, counts, listed, mark, place, remove, search, share, take
from hilt.gate.settings import Settings
from small_transformers import transformer, tuned, write

SETTINGS = Settings()


def added(index: Path, *references: Path, **options: object) -> list[Told]:
    told = list(add_each(references, index, settings=SETTINGS, **options))  # type: ignore[arg-type]
    assert not any(isinstance(one, HiltError) for one in told)
    return told  # type: ignore[return-value]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("base") / "model.safetensors", transformer()).parent
    (folder / "README.md").write_text("---\nlicense: apache-2.0\nbase_model: acme/first\n---\n# A model\n")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    """An index of two models; nobody changes it."""
    folder = tmp_path_factory.mktemp("made")
    added(folder / "zoo.hilt", base, name="acme/base")
    added(folder / "zoo.hilt", write(folder / "stranger" / "model.safetensors", transformer(seed=5)))
    return folder / "zoo.hilt"


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "zoo.hilt"))


def test_what_is_known_of_a_model_is_kept_with_it(made: Path) -> None:
    one, other = listed(made, SETTINGS)
    assert (one.name, one.files, one.licences, one.bases) == (
        "acme/base", ("model.safetensors",), ("apache-2.0",), ("acme/first",),
    )  # fmt: skip
    assert len(one.digest) == 64
    assert one.writers.size > 0
    assert other.name == str(made.parent / "stranger" / "model.safetensors")
    data = as_data(one)
    assert data["licences"] == ["apache-2.0"]
    assert set(data) == {"name", "digest", "added", "fingerprint", "sketch", "files", "licences", "bases"}


def test_the_nearest_relative_comes_first(index: Path, tmp_path: Path) -> None:
    near, nearer = tuned(transformer(), 0.05), tuned(transformer(), 0.001)
    added(index, write(tmp_path / "near" / "model.safetensors", near).parent, name="acme/near")
    kin = search(write(tmp_path / "child" / "model.safetensors", nearer).parent, index, settings=SETTINGS)
    assert [one.name for one in kin.relatives] == ["acme/base", "acme/near"]
    assert {one.kinship.relation for one in kin.relatives} == {Relation.FINE_TUNED}
    assert (kin.models, kin.sets, kin.untold) == (3, ("model.safetensors",), ())
    assert kin.relatives[0].weights == "model.safetensors"
    few = search(tmp_path / "child", index, settings=SETTINGS, most=1)
    assert [one.name for one in few.relatives] == ["acme/base"]


def test_a_renamed_shuffled_half_precision_copy_is_found(index: Path, tmp_path: Path) -> None:
    tensors = list(transformer().items())
    order = np.random.default_rng(2).permutation(len(tensors))
    shuffled = {
        f"t{place}": tensors[number][1].astype(np.float16).astype(np.float32) for place, number in enumerate(order)
    }
    kin = search(write(tmp_path / "copy" / "weights.safetensors", shuffled), index, settings=SETTINGS)
    assert [one.name for one in kin.relatives] == ["acme/base"]
    assert kin.relatives[0].kinship.related


def test_a_stranger_has_no_relative(index: Path, tmp_path: Path) -> None:
    kin = search(write(tmp_path / "new" / "model.safetensors", transformer(seed=77)), index, settings=SETTINGS)
    assert kin.relatives == ()


def test_what_cannot_be_known_again_is_said_and_not_guessed(index: Path, tmp_path: Path) -> None:
    constant = {"w": np.ones((64, 64), np.float32), "v": np.zeros((300, 300), np.float32)}
    folder = write(tmp_path / "odd" / "model.safetensors", constant).parent
    kin = search(folder, index, settings=SETTINGS)
    assert kin.relatives == ()
    assert kin.untold == ("model.safetensors: no tensor is large and varied enough to know a model by",)
    (told,) = added(index, folder)
    assert counts(told.added)["new"] == 0
    assert told.left_out == (("model.safetensors", "no tensor is large and varied enough to know a model by"),)


def test_without_weights_there_is_nothing_to_find(index: Path, tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "README.md").write_text("# Words")
    with pytest.raises(NothingToCheck, match="has no weights whose numbers hilt reads"):
        search(tmp_path / "words", index, settings=SETTINGS)
    (error,) = add_each([tmp_path / "words"], index, settings=SETTINGS)
    assert isinstance(error, NothingToCheck)


def test_rows_alone_may_be_read(tmp_path: Path, base: Path) -> None:
    path = tmp_path / "rows.hilt"
    added(path, base, rows_only=True)
    assert [one.writers.size for one in listed(path, SETTINGS)] == [0]
    (told,) = added(path, base)
    assert counts(told.added)["replaced"] == 1
    assert [one.writers.size > 0 for one in listed(path, SETTINGS)] == [True]
    (told,) = added(path, base, rows_only=True)
    assert counts(told.added)["known"] == 1
    assert [one.writers.size > 0 for one in listed(path, SETTINGS)] == [True]


def test_adding_a_model_twice_changes_nothing(index: Path, base: Path) -> None:
    before = index.read_bytes()
    (told,) = added(index, base, name="acme/base", rows_only=True)
    assert counts(told.added) == {"new": 0, "known": 1, "replaced": 0, "differing": 0, "marked": 0}
    assert index.read_bytes() == before


def test_a_pack_goes_from_one_index_to_another(index: Path, tmp_path: Path) -> None:
    pack, other = tmp_path / "acme.hiltpack", tmp_path / "other.hilt"
    mark(index, "acme/base", None, stale="it leaks its prompts", newer="acme/base-2", settings=SETTINGS)
    assert [one.name for one in share(index, pack, ("acme/base",), SETTINGS)] == ["acme/base"]
    assert counts(take(other, pack, SETTINGS))["new"] == 1
    child = write(tmp_path / "child" / "model.safetensors", tuned(transformer()))
    (found,) = search(child, other, settings=SETTINGS).relatives
    assert (found.name, found.stale, found.newer) == ("acme/base", "it leaks its prompts", "acme/base-2")
    remove(other, "acme/base", None, SETTINGS)
    assert search(child, other, settings=SETTINGS).relatives == ()


def test_every_set_of_weights_is_looked_for(index: Path, tmp_path: Path) -> None:
    write(tmp_path / "both" / "a.safetensors", tuned(transformer()))
    write(tmp_path / "both" / "b.safetensors", transformer(seed=9))
    kin = search(tmp_path / "both", index, settings=SETTINGS)
    assert sorted(kin.sets) == ["a.safetensors", "b.safetensors"]
    assert [(one.weights, one.name) for one in kin.relatives] == [("a.safetensors", "acme/base")]


def test_a_name_is_for_one_model(index: Path, base: Path) -> None:
    with pytest.raises(UsageError, match="--name: a name is for one model"):
        list(add_each([base, base], index, settings=SETTINGS, name="acme/base"))


def test_the_index_is_the_one_that_is_named_or_that_of_the_settings() -> None:
    assert place("a", replace(SETTINGS, kin_index="b")) == Path("a")
    assert place(None, replace(SETTINGS, kin_index="b")) == Path("b")
    with pytest.raises(UsageError, match="no index is named"):
        place(None, SETTINGS)


def test_a_damaged_index_is_told_and_not_written_over(index: Path, base: Path, tmp_path: Path) -> None:
    index.write_bytes(index.read_bytes()[:-1])
    before = index.read_bytes()
    for call in (
        lambda: search(base, index, settings=SETTINGS),
        lambda: share(index, tmp_path / "pack", (), SETTINGS),
        lambda: listed(index, SETTINGS),
    ):
        with pytest.raises(IndexInvalid, match="cut off"):
            call()
    (error,) = add_each([base], index, settings=SETTINGS)
    assert isinstance(error, IndexInvalid)
    assert index.read_bytes() == before


def test_where_nothing_can_be_written_that_is_told(index: Path, base: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "such" / "file"
    for call in (
        lambda: list(add_each([base], nowhere, settings=SETTINGS, rows_only=True)),
        lambda: share(index, nowhere, (), SETTINGS),
        lambda: take(nowhere, index, SETTINGS),
    ):
        with pytest.raises(UsageError, match="file: No such file or directory"):
            call()


def test_a_reference_that_is_not_there_keeps_no_other_out(tmp_path: Path) -> None:
    there = write(tmp_path / "a" / "model.safetensors", transformer())
    told = list(add_each([tmp_path / "nowhere", there], tmp_path / "zoo.hilt", settings=SETTINGS))
    assert isinstance(told[0], UsageError)
    assert isinstance(told[1], Told)
    again = list(add_each([there], tmp_path / "zoo.hilt", settings=SETTINGS))
    assert [len(one.added.known) for one in again if isinstance(one, Told)] == [1]
