"""`hilt index` as its users meet it: what it prints, as words and as JSON, and what it says of a wrong call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hilt.core.errors import HiltError
from hilt.doors.cli import hilt
from known_models import index_of, known
from small_transformers import transformer, tuned, write


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")
    monkeypatch.delenv("HILT_CONFIG", raising=False)


def run(*words: str | Path) -> Result:
    done = CliRunner(env={"COLUMNS": "100"}).invoke(hilt, ["index", *map(str, words)], standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return index_of(tmp_path / "zoo.hilt", known("acme/one", 1, revision="r1"), known("acme/two", 2))


def test_a_model_is_added_and_its_child_found(tmp_path: Path) -> None:
    index = tmp_path / "zoo.hilt"
    base = write(tmp_path / "base" / "model.safetensors", transformer()).parent
    done = run("add", base, "--name", "acme/base", "--rows-only", "--index", index)
    assert done.stdout == f"{base}: 1 new\n"
    done = run("add", base, "--name", "acme/base", "--rows-only", "--index", index, "--json")
    assert json.loads(done.stdout)[0]["known"] == 1
    child = write(tmp_path / "child" / "model.safetensors", tuned(transformer()))
    told = run("search", child, "--index", index).stdout
    assert "among 1 set of weights" in " ".join(told.split())
    assert told.splitlines()[-1].split() == ["certain", "100%", "fine-tuned", "acme/base"]
    (relative,) = json.loads(run("search", child, "--index", index, "--json").stdout)["relatives"]
    assert (relative["name"], relative["kinship"]["relation"]) == ("acme/base", "fine-tuned")
    stranger = write(tmp_path / "stranger" / "model.safetensors", transformer(seed=8))
    assert "no relative is known" in run("search", stranger, "--index", index).stdout


def test_what_is_wrong_with_one_model_keeps_no_other_out(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "README.md").write_text("# Words")
    base = write(tmp_path / "base" / "model.safetensors", transformer()).parent
    done = run("add", tmp_path / "words", base, "--rows-only", "--index", tmp_path / "zoo.hilt")
    assert done.return_value == 3
    assert "words has no weights whose numbers hilt reads" in done.stderr
    assert done.stdout == f"{base}: 1 new\n"


def test_the_models_of_an_index_are_listed(index: Path) -> None:
    run("stale", "acme/one", "--why", "it leaks", "--newer", "r2", "--index", index)
    assert run("list", "--index", index).stdout.splitlines() == [
        "acme/one at r1  model.safetensors",
        "  stale: it leaks; newer: r2",
        "acme/two  model.safetensors",
        "",
        "2 sets of weights",
    ]
    first, second = json.loads(run("list", "--index", index, "--json").stdout)
    assert (first["stale"], first["newer"], second["name"]) == ("it leaks", "r2", "acme/two")


def test_a_pack_is_written_and_read(index: Path, tmp_path: Path) -> None:
    pack, other = tmp_path / "acme.hiltpack", index_of(tmp_path / "other", known("acme/two", 9))
    run("stale", "acme/two", "--newer", "acme/three", "--index", index)
    assert run("export", pack, "--index", index).stdout == f"{pack}: 2 sets of weights\n"
    assert run("import", pack, "--index", other).stdout.splitlines() == [
        f"{pack}: 1 new, 1 differing",
        "  not taken, the index has other weights of this name: acme/two",
    ]
    third = index_of(tmp_path / "third", known("acme/two", 2))
    assert run("import", pack, "--index", third).stdout.splitlines() == [
        f"{pack}: 1 new, 1 marked",
        "  stale, as the pack says: acme/two: replaced by acme/three",
    ]
    assert json.loads(run("import", pack, "--index", third, "--json").stdout)["known"] == 2
    assert run("export", tmp_path / "one", "--model", "acme/one", "--index", index).stdout.endswith(
        "1 set of weights\n"
    )


def test_a_model_is_taken_out_and_a_mark_taken_back(index: Path) -> None:
    assert run("stale", "acme/one", "--why", "x", "--index", index).stdout == "acme/one: 1 set of weights stale\n"
    assert run("stale", "acme/one", "--not", "--index", index).stdout == "acme/one: 1 set of weights not stale\n"
    assert "stale" not in run("list", "--index", index).stdout
    assert (
        run("remove", "acme/one", "--revision", "r1", "--index", index).stdout == "acme/one: 1 set of weights removed\n"
    )
    assert run("list", "--index", index).stdout.splitlines()[0] == "acme/two  model.safetensors"


def test_hostile_names_of_a_pack_reach_no_terminal(tmp_path: Path) -> None:
    pack = index_of(tmp_path / "pack", known("acme/\x1b[31mred\u202e", 1), known("a\nb", 2))
    shown = run("list", "--index", pack).stdout
    assert not {"\x1b", "\u202e"} & set(shown)
    assert len(shown.splitlines()) == 4


def test_the_index_of_the_settings_is_the_usual_one(index: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"lineage:\n  index: {index.name}\n")
    assert "2 sets of weights" in run("list", "--config", settings).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["list"], "no index is named: give --index FILE"),
        (["list", "--index", "none.hilt"], "none.hilt: there is no index that could be read"),
        (["stale", "acme/one", "--index", "x"], "give --why, --newer or both"),
        (["stale", "acme/one", "--not", "--why", "x", "--index", "x"], "give --why, --newer or both"),
    ],
)
def test_a_wrong_call_is_told_with_the_way_out(words: list[str], message: str) -> None:
    with pytest.raises(HiltError, match=message):
        run(*words)
