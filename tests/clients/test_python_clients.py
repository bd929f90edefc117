"""huggingface_hub as it is and as it was, its command, and transformers: what they load, and what their users read where they may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from client_programs import DIGESTS, HUB, MODEL, NEWEST, TRANSFORMERS, Ran, run
from hilt.doors.hub import waiting
from hilt.gate.withdraw import withdraw
from hub_served import Served, served_hub
from hub_server import COMMIT, File
from office import KNOWN_ROAD, UNKNOWN_CALL, USE
from python_packages import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first one installs what all need

VERSIONS = {
    "0.36": ("huggingface_hub==0.36.2", "hf_xet==1.8.0"),
    "1.2": ("huggingface_hub==1.2.4", "click"),  # its command imports what it does not name
    "newest": NEWEST,
}
BLOCKED = {**MODEL, "model.pkl": File.of(KNOWN_ROAD, large=True)}
WAITS = {**MODEL, "model.pkl": File.of(UNKNOWN_CALL, large=True)}


class Client(NamedTuple):
    """Somebody with one of the environments, an address, a token and a cache."""

    python: Path
    at: Served
    token: str
    home: Path

    def hub(self, what: str, revision: str = "") -> Ran:
        return run([self.python, "-c", HUB, what, revision], self.at, self.home, self.token)

    def transformers(self, what: str, revision: str = "") -> Ran:
        return run([self.python, "-c", TRANSFORMERS, what, revision], self.at, self.home, self.token)

    def command(self) -> Ran:
        return run([self.python.with_name("hf"), "download", "org/name"], self.at, self.home, self.token)

    def everything(self) -> dict[str, Ran]:
        """Whatever loads a branch in this environment."""
        ran = {"snapshot": self.hub("snapshot"), "file": self.hub("config.json"), "command": self.command()}
        if self.python == _python("newest"):
            ran |= {"config": self.transformers("config"), "tokenizer": self.transformers("tokenizer")}
        return ran

    def caches(self) -> set[str]:
        """The files that a cache has something in."""
        return {one.name for one in self.home.rglob("*") if one.is_file() and "snapshots" in one.parts}


def _python(version: str) -> Path:
    return environment(f"NO huggingface_hub {version} LOADED FROM THE LIBRARY", *VERSIONS[version])


@pytest.fixture(scope="module", params=VERSIONS)
def python(request: pytest.FixtureRequest) -> Path:
    return _python(request.param)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("honest"), MODEL) as at:
        yield at


@pytest.fixture(scope="module", params=[(BLOCKED, "hilt blocks org/name"), (WAITS, "org/name waits for review")])
def refused(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    files, said = request.param
    with served_hub(tmp_path_factory.mktemp("refused"), files) as at:
        yield at, said


def test_what_was_admitted_is_loaded_byte_for_byte(python: Path, honest: Served, tmp_path: Path) -> None:
    client = Client(python, honest, honest.shop.secret(), tmp_path)
    assert client.hub("snapshot").told == DIGESTS
    assert client.hub("model.safetensors", COMMIT).told == {"model.safetensors": DIGESTS["model.safetensors"]}
    done = Client(python, honest, client.token, tmp_path / "other").command()
    assert done.code == 0, done.text
    assert {one.name for one in (tmp_path / "other").rglob("*") if one.is_symlink()} == set(DIGESTS)


def test_transformers_finds_configuration_tokenizer_and_weights(honest: Served, tmp_path: Path) -> None:
    client = Client(_python("newest"), honest, honest.shop.secret(), tmp_path)
    assert client.transformers("config").told == {"hidden": 32}
    assert client.transformers("tokenizer", COMMIT).told == {"ids": [2, 3]}
    assert client.transformers("weights").told == {"w": [1 << 16]}, "by the call that AutoModel makes, without PyTorch"


def test_what_may_not_be_had_says_why_in_every_client(
    python: Path, refused: tuple[Served, str], tmp_path: Path
) -> None:
    at, said = refused
    client = Client(python, at, at.shop.secret(), tmp_path)
    for name, ran in client.everything().items():
        assert said in ran.text, name
        assert f"{at.origin}/models/{at.shop.read().subject.digest}" in ran.text, name
        assert "error" in ran.told or ran.code != 0, name
    assert client.caches() == set()


def test_what_was_withdrawn_is_not_loaded_though_it_is_in_the_cache(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    with served_hub(tmp_path / "shop", MODEL) as at:
        client = Client(python, at, at.shop.secret(), tmp_path / "home")
        for name, ran in client.everything().items():
            assert "error" not in ran.told, name
            assert ran.code == 0, name
        office, digest = at.shop.office, at.shop.read().subject.digest
        withdraw(f"sha256:{digest}", why="it was tampered with", key=office.signing("Ada"), settings=office.settings)
        for name, ran in client.everything().items():
            assert "was withdrawn" in ran.text, name
            assert "it was tampered with" in ran.text, name
            assert "error" in ran.told or ran.code != 0, name
        assert client.hub("config.json", COMMIT).told == {"config.json": DIGESTS["config.json"]}, "asks nobody"
        whole = client.hub("snapshot", COMMIT)
        if python == _python("newest"):
            assert whole.told == DIGESTS, "a commit that is all there is loaded without a question"
            assert client.transformers("config", COMMIT).told == {"hidden": 32}
        else:
            assert "was withdrawn" in whole.text


def test_whoever_waits_for_people_is_led_to_the_case(tmp_path: Path) -> None:
    with served_hub(tmp_path / "shop", WAITS) as at:
        named = f"sha256:{at.shop.read().subject.digest}"
        assert at.shop.office.run("admit", named, "--use", USE, "--why", "we need it", by="Eve").code == 10
        client = Client(_python("newest"), at, at.shop.secret(), tmp_path / "home")
        for name, ran in client.everything().items():
            assert re.search(
                r"case (\d+) of org/name waits for people, .* http://127\.0\.0\.1:\d+/cases/\1\b", ran.text
            ), name
