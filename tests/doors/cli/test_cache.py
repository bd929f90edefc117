from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cache_layouts import hub_cache, llama_cache
from office import KNOWN_ROAD, Office, carried_out

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")

BAD = {"README.md": b"# A model\n", "model.pkl": KNOWN_ROAD}


def blocked(office: Office, root: Path, name: str = "models--org--bad") -> Path:
    snapshot = hub_cache(root, BAD, name=name)
    assert office.run("check", snapshot, "--record").code == 20
    return snapshot


def test_a_scan_tells_what_lies_where_how_it_stands_and_what_to_do(office: Office, tmp_path: Path) -> None:
    snapshot = blocked(office, tmp_path / "hub")
    llama_cache(tmp_path / "llama")
    done = office.run("cache", "scan", tmp_path / "hub", tmp_path / "llama")
    assert done.code == 20
    for said in (
        f"blocked hf:org/bad@{snapshot.name}",
        "never admitted llama.cpp:org_name_tiny-q4.gguf",
        "Nobody has checked these bytes.",
        f"Hugging Face {tmp_path / 'hub'} 1 model",
        "2 models: 1 blocked, 1 never admitted (compared with 1 model of the record)",
        "1 model can still be loaded: hilt cache scan --enforce",
    ):
        assert said in done.text
    assert snapshot.exists()


def test_what_is_moved_away_is_put_back_by_the_note_that_is_told(office: Office, tmp_path: Path) -> None:
    snapshot = blocked(office, tmp_path / "hub")
    done = office.run("cache", "scan", "--enforce", tmp_path / "hub")
    assert done.code == 20
    assert not snapshot.exists()
    (note,) = (tmp_path / "hub").rglob("note.json")
    assert f"hilt cache restore {note}" in done.text
    again = office.run("cache", "scan", tmp_path / "hub")
    assert (again.code, "no models were found" in again.text) == (3, True)
    back = carried_out(["cache", "restore", str(note)], {"NO_COLOR": "1"})
    assert back.code == 0
    assert "hilt cache scan tells how it stands" in back.text
    assert snapshot.exists()


def test_what_lies_there_by_now_is_told_and_the_exit_code_is_one(office: Office, tmp_path: Path) -> None:
    snapshot = blocked(office, tmp_path / "hub")
    office.run("cache", "scan", "--enforce", tmp_path / "hub")
    (note,) = (tmp_path / "hub").rglob("note.json")
    snapshot.mkdir()
    back = carried_out(["cache", "restore", str(note), "--json"], {})
    assert back.code == 1
    assert json.loads(back.out)["left"] == [{"path": str(snapshot), "why": "something lies there now"}]


def test_the_same_as_json(office: Office, tmp_path: Path) -> None:
    snapshot = blocked(office, tmp_path / "hub")
    told = office.told("cache", "scan", "--enforce", tmp_path / "hub")
    (model,) = told["models"]
    assert (model["state"], model["by"], model["where"]) == ("blocked", "bytes", str(snapshot))
    assert model["subject"].startswith("sha256:")
    assert Path(model["moved"]).name == "note.json"
    assert told["caches"] == [
        {
            "cache": "hugging-face",
            "where": str(tmp_path / "hub"),
            "found": True,
            "models": 1,
            "strays": 0,
            "problems": [],
        }
    ]


def test_without_a_folder_the_usual_caches_are_looked_at_and_those_that_are_not_there_are_named(
    office: Office, tmp_path: Path
) -> None:
    blocked(office, tmp_path / "hub")
    gone = {name: str(tmp_path / name) for name in ("OLLAMA_MODELS", "LLAMA_CACHE", "TORCH_HOME")}
    done = office.run("cache", "scan", HF_HUB_CACHE=str(tmp_path / "hub"), HF_HOME="", HOME=str(tmp_path), **gone)
    assert done.code == 20
    for where in gone.values():
        assert f"{where} is not there" in done.text


def test_names_in_a_cache_reach_the_terminal_quoted(office: Office, tmp_path: Path) -> None:
    blocked(office, tmp_path / "hub", name="models--org--\x1b[2J\u202ebad")
    snapshot = hub_cache(tmp_path / "hub", {"a": b"a"})
    (snapshot / "\x1b[31mout\n").symlink_to(tmp_path)
    (tmp_path / "hub" / "models--\x07bell").symlink_to(tmp_path)
    done = office.run("cache", "scan", tmp_path / "hub")
    assert not {character for character in done.out if ord(character) < 32} - {"\n"}
    assert "\u202e" not in done.out
    assert r"\x1b[2J\u202ebad" in done.text
    assert json.loads(office.run("cache", "scan", tmp_path / "hub", "--json").out)["models"]


@pytest.mark.parametrize(
    ("words", "said"), [(("{there}",), "no cache that hilt knows"), (("--use", " "), "name the use")]
)
def test_a_call_that_means_nothing_is_refused(
    office: Office, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = office.run("cache", "scan", *(word.format(there=tmp_path) for word in words))
    assert (done.code, said in done.text) == (2, True)
