from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from cache_layouts import GGUF, OTHER, hub_cache, llama_cache, ollama_store
from office import KNOWN_ROAD, POLICY, Office, carried_out

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
        "1 model can still be loaded: the same call with --enforce moves such away",
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
    ("words", "said"),
    [
        (("{there}",), "no cache that hilt knows"),
        (("--use", " "), "name the use"),
        (("--server", ""), "give the address of a server"),
    ],
)
def test_a_call_that_means_nothing_is_refused(
    office: Office, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = office.run("cache", "scan", *(word.format(there=tmp_path) for word in words))
    assert (done.code, said in done.text) == (2, True)


def test_a_machine_without_a_record_is_told_of_the_server_and_asks_nobody_by_itself(
    office: Office, tmp_path: Path
) -> None:
    cache = hub_cache(tmp_path / "hub", {"a": b"a"}).parents[2]
    (settings := tmp_path / "settings.yaml").write_text("limits: {}\n")
    env = {**office.homes, "XDG_DATA_HOME": str(tmp_path)}
    for endpoint, said in (("http://127.0.0.1:9", True), ("", False)):
        done = carried_out(["cache", "scan", str(cache), "--config", str(settings)], env | {"HF_ENDPOINT": endpoint})
        assert (done.code, "there is no record here" in done.text) == (1, True)
        assert ('hilt cache scan --server "$HF_ENDPOINT"' in done.text) == said


def test_every_command_of_the_page_says_what_stands_there(office: Office, tmp_path: Path) -> None:
    office.policy(POLICY[: POLICY.index("  calls-are-known")])
    home = tmp_path / "eve"
    hub = home / ".cache" / "huggingface" / "hub"
    lid = {"README.md": b"---\nlicense: mit\n---\n# A model\n", "model.bin": b"w"}
    good = hub_cache(hub, lid, name="models--acme--lid")
    bad = hub_cache(hub, {"README.md": b"# x\n", "model.pkl": KNOWN_ROAD}, name="models--acme--odd", commit=OTHER)
    ollama_store(home / ".ollama" / "models", {"model": GGUF, "template": b"x"})
    office.run("check", good, bad, "--record")
    office.run("admit", good, "--use", "support chatbot", "--why", "cheap", "--until", "2099-01-31", by="Eve")
    env = {"HOME": str(home)} | dict.fromkeys(("XDG_CACHE_HOME", "HF_HOME", "HF_HUB_CACHE", "LLAMA_CACHE"), "")
    page = (Path(__file__).parents[3] / "docs" / "cache.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n\$ hilt (cache [^\n]*)\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 3
    for command, said in blocks:
        note = next(hub.rglob("note.json"), "")
        words = [str(note) if word.endswith("note.json") else word for word in shlex.split(command)]
        config = [] if words[1] == "restore" else ["--config", str(office.settings_file)]
        done = carried_out([*words, *config], {"COLUMNS": "100", "NO_COLOR": "1", **env})
        told = plain(done.out.replace(str(home), "/home/eve"))
        for part in said.split("...\n"):
            assert plain(part) in told


def plain(text: str) -> str:
    """Words without days and times, wherever lines were broken."""
    words = " ".join(text.split())
    return re.sub(r"\d{8}T\d{6}Z", "TIME", re.sub(r"20[2-8]\d-\d\d-\d\d", "DAY", words))
