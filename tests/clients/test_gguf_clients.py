"""llama.cpp's `-hf`, and skopeo for Ollama's routes: a registry's client that somebody else wrote."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from attacks.gguf import gguf
from client_programs import Ran, run
from hilt.doors.hub import waiting
from hilt.gate.withdraw import withdraw
from hub_served import Served, served_hub
from hub_server import COMMIT, File
from library_office import CARD, LICENCE
from llama_client import puller
from office import KNOWN_ROAD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first one installs what all need

WEIGHTS = gguf()
FILES = {
    "README.md": CARD,
    "LICENSE": LICENCE,
    "m-Q4_0.gguf": File.of(WEIGHTS, large=True),
    "deep/m-Q8_0-00001-of-00002.gguf": File.of(gguf(metadata=[("split.count", 2)]), large=True),
    "deep/m-Q8_0-00002-of-00002.gguf": File.of(gguf(metadata=[("split.no", 1)]), large=True),
}
BLOCKED = {**FILES, "model.pkl": File.of(KNOWN_ROAD, large=True)}


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("honest"), FILES) as at:
        yield at


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("blocked"), BLOCKED) as at:
        yield at


def llama(at: Served, home: Path, tag: str) -> Ran:
    return run([puller(), f"org/name:{tag}"], at, home, at.shop.secret())


@pytest.fixture(scope="module")
def skopeo() -> str:
    """Skips the test where it is missing; in CI that is a failure."""
    found = shutil.which("skopeo")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("NO OTHER CLIENT READ A MANIFEST: apt-get install skopeo")
    if found is None:
        pytest.skip("NO OTHER CLIENT READ A MANIFEST: apt-get install skopeo")
    return found


def inspected(skopeo: str, at: Served, *options: str) -> subprocess.CompletedProcess[str]:
    where = f"docker://{urlsplit(at.origin).netloc}/org/name:Q4_0"
    command = [skopeo, "inspect", "--raw", "--tls-verify=false", *options, where]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_llama_cpp_loads_weights_whole_and_in_parts(honest: Served, tmp_path: Path) -> None:
    ran = llama(honest, tmp_path, "Q4_0")
    assert ran.code == 0, ran.text
    snapshot = tmp_path / "hub" / "models--org--name" / "snapshots" / COMMIT
    assert (snapshot / "m-Q4_0.gguf").read_bytes() == WEIGHTS
    assert llama(honest, tmp_path, "Q8_0").code == 0
    parts = {one.name: one.read_bytes() for one in (snapshot / "deep").iterdir()}
    assert parts == {path[5:]: FILES[path].content.read(0, 1 << 20) for path in FILES if path.startswith("deep/")}


def test_llama_cpp_says_why_something_may_not_be_had(blocked: Served, tmp_path: Path) -> None:
    ran = llama(blocked, tmp_path, "Q4_0")
    assert ran.code != 0
    assert "GET failed (403): hilt blocks org/name" in ran.text
    assert f"{blocked.origin}/models/{blocked.shop.read().subject.digest}" in ran.text
    assert not list(tmp_path.rglob("*.gguf"))


def test_llama_cpp_is_told_of_what_was_withdrawn_and_loads_its_copy_nevertheless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    with served_hub(tmp_path / "shop", FILES) as at:
        assert llama(at, tmp_path / "home", "Q4_0").code == 0
        office, digest = at.shop.office, at.shop.read().subject.digest
        withdraw(f"sha256:{digest}", why="it was tampered with", key=office.signing("Ada"), settings=office.settings)
        fresh = llama(at, tmp_path / "other", "Q4_0")
        assert (fresh.code, "it was tampered with" in fresh.text) == (1, True)
        again = llama(at, tmp_path / "home", "Q4_0")
        assert (again.code, "it was tampered with" in again.text) == (0, True)


def test_skopeo_reads_a_manifest_with_a_token_as_password(skopeo: str, honest: Served) -> None:
    done = inspected(skopeo, honest, "--creds", f"anybody:{honest.shop.secret()}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["layers"][0]["digest"] == f"sha256:{sha256(WEIGHTS).hexdigest()}"
    refused = inspected(skopeo, honest)
    assert (refused.returncode, "make a token at" in refused.stderr) == (1, True), refused.stderr


def test_skopeo_says_why_something_may_not_be_had(skopeo: str, blocked: Served) -> None:
    done = inspected(skopeo, blocked, "--creds", f"anybody:{blocked.shop.secret()}")
    assert (done.returncode, "denied: hilt blocks org/name" in done.stderr) == (1, True), done.stderr
