"""transformers' AutoModel: a real model of the library computes what it computes from its folder, once people admitted it, and
no more after it was withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from client_programs import AUTOMODEL, WITH_TORCH, run
from crater.corpus import fetched
from hilt.doors.hub import waiting
from hilt.gate.withdraw import withdraw
from hub_served import served_hub
from hub_server import File
from office import USE
from python_packages import environment_with_torch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # where nothing was fetched yet, it fetches real models

SMALL = 1 << 20


def test_a_real_model_computes_what_it_does_from_its_folder_from_when_it_is_admitted_to_when_it_is_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    program = [environment_with_torch("NO AutoModel LOADED FROM THE LIBRARY", *WITH_TORCH), "-c", AUTOMODEL]
    folder = fetched() / "all-minilm-l6-v2.gt"
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    upstream = {path: File.of(data, large=len(data) > SMALL) for path, data in files.items()}
    with served_hub(tmp_path / "shop", upstream) as at:
        token = at.shop.secret()
        waits = run([*program, "org/name"], at, tmp_path / "home", token)
        assert waits.code == 1
        assert "org/name waits for review" in waits.text
        assert "LICENSE is MIT License; README.md says Apache License 2.0" in waits.text

        office, named = at.shop.office, f"sha256:{at.shop.read().subject.digest}"
        answer = "calls-are-known=its makers say Apache, and the package that brings it is MIT"
        office.run("admit", named, "--use", USE, "--why", "we need it", by="Eve")
        assert office.run("admit", named, "--use", USE, "--why", "read it", "--answer", answer, by="Otto").code == 0
        computed = run([*program, "org/name"], at, tmp_path / "home", token)
        assert computed.told["shape"] == [2, 7, 384], computed.text
        assert computed.told == run([*program, folder], at, tmp_path / "nothing", token).told

        withdraw(named, why="it was tampered with", key=office.signing("Ada"), settings=office.settings)
        refused = run([*program, "org/name"], at, tmp_path / "home", token)
        assert refused.code == 1, "though it is in the cache"
        assert "it was tampered with" in refused.text
