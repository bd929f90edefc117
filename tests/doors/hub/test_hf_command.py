"""What people see in their terminal who have set an address and a token, and type `hf download`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from huggingface_hub import hf_hub_download

from hilt.doors.hub import waiting
from hilt.gate.withdraw import withdraw
from hub_served import Served, served_hub
from hub_server import COMMIT, File
from library_office import CARD, HONEST, safetensors
from office import KNOWN_ROAD, UNKNOWN_CALL

HF = Path(sys.executable).with_name("hf")


class Said(NamedTuple):
    code: int
    text: str
    """All that it said, wherever lines were broken."""


def hf(at: Served, home: Path, *words: str, token: str) -> Said:
    """The command in a process of its own."""
    told = {
        "HF_ENDPOINT": at.origin,
        "HF_HOME": str(home),
        "HF_TOKEN": token,
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    env = {key: value for key, value in os.environ.items() if not key.startswith("HF_")} | told
    done = subprocess.run([HF, *words], env=env, capture_output=True, text=True, timeout=100, check=False)
    return Said(done.returncode, " ".join((done.stdout + done.stderr).split()))


def test_a_model_is_downloaded_and_its_cache_is_whole(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop") as at:
        token = at.shop.secret()
        done = hf(at, tmp_path / "home", "download", "org/name", token=token)
        assert done.code == 0, done.text
        folder = tmp_path / "home/hub/models--org--name/snapshots" / COMMIT
        assert (folder / "model.safetensors").read_bytes() == safetensors()
        verified = hf(at, tmp_path / "home", "cache", "verify", "org/name", token=token)
        assert verified.code == 0, verified.text


@pytest.mark.parametrize(
    ("weights", "said"), [(KNOWN_ROAD, "hilt blocks org/name"), (UNKNOWN_CALL, "org/name waits for review")]
)
def test_what_is_not_handed_out_says_why_and_where_to_read_more(tmp_path: Path, weights: bytes, said: str) -> None:
    with served_hub(tmp_path / "shop", {"README.md": CARD, "model.pkl": File.of(weights, large=True)}) as at:
        done = hf(at, tmp_path / "home", "download", "org/name", token=at.shop.secret())
        assert done.code != 0
        assert said in done.text
        assert f"{at.origin}/models/{at.shop.read().subject.digest}" in done.text
        assert not list((tmp_path / "home").rglob("model.pkl"))


def test_a_copy_of_what_was_withdrawn_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    with served_hub(tmp_path / "shop", {**HONEST, "config.json": b"{}"}) as at:
        token, words = at.shop.secret(), ("download", "org/name", "config.json")
        hf_hub_download(*words[1:], endpoint=at.origin, token=token, cache_dir=tmp_path / "home/hub")
        key, digest = at.shop.office.signing("Ada"), at.shop.read().subject.digest
        withdraw(f"sha256:{digest}", why="it was tampered with", key=key, settings=at.shop.office.settings)
        done = hf(at, tmp_path / "home", *words, token=token)
        assert done.code != 0
        assert "it was tampered with" in done.text


def test_a_token_that_is_none_is_called_so(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop") as at:
        done = hf(at, tmp_path / "home", "download", "org/name", token="hf_" + "a" * 43)
        assert done.code != 0
        assert "Invalid credentials in Authorization header" in done.text
