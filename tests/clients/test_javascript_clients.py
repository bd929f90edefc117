"""@huggingface/hub and transformers.js: what they load, and what their users read where they may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from client_programs import DIGESTS, MODEL, Ran, run
from hilt.doors.hub import waiting
from hilt.gate.withdraw import withdraw
from hub_served import Served, served_hub
from hub_server import COMMIT, File
from npm_packages import installed
from office import KNOWN_ROAD, USE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # the first one installs what all need

ANYBODY = f"  anonymous: {USE!r}\n"
BLOCKED = {**MODEL, "model.pkl": File.of(KNOWN_ROAD, large=True)}


@pytest.fixture(scope="module")
def packages() -> Path:
    return installed(Path(__file__).parent / "node", "NO CLIENT IN JavaScript LOADED FROM THE LIBRARY", "load.mjs")


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("honest"), MODEL, more=ANYBODY) as at:
        at.shop.offer()
        yield at


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_hub(tmp_path_factory.mktemp("blocked"), BLOCKED, more=ANYBODY) as at:
        yield at


def load(packages: Path, client: str, at: Served, folder: Path, token: str = "") -> Ran:
    return run(["node", packages / "load.mjs", client, at.origin, token, folder], at, folder / "home", "")


def test_the_hub_package_lists_reads_and_stores_what_was_admitted(
    packages: Path, honest: Served, tmp_path: Path
) -> None:
    ran = load(packages, "hub", honest, tmp_path, honest.shop.secret())
    assert ran.told == {"sha": COMMIT, "files": DIGESTS, "stored": DIGESTS, "exists": [True, False]}, ran.text


def test_the_hub_package_says_why_something_may_not_be_had(packages: Path, blocked: Served, tmp_path: Path) -> None:
    ran = load(packages, "hub", blocked, tmp_path, blocked.shop.secret())
    assert "hilt blocks org/name" in ran.told["error"]
    assert f"{blocked.origin}/models/{blocked.shop.read().subject.digest}" in ran.told["error"]


def test_transformers_in_javascript_loads_as_whoever_shows_no_token(
    packages: Path, honest: Served, tmp_path: Path
) -> None:
    assert load(packages, "transformers", honest, tmp_path).told == {"hidden": 32, "ids": [2, 3]}


def test_transformers_in_javascript_loads_nothing_that_is_blocked_and_does_not_say_why(
    packages: Path, blocked: Served, tmp_path: Path
) -> None:
    ran = load(packages, "transformers", blocked, tmp_path)
    assert "Forbidden access to file" in ran.told["error"]
    assert "hilt blocks" not in ran.text


def test_what_was_withdrawn_is_refused_where_the_client_asks(
    packages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FRESH", -1.0)
    with served_hub(tmp_path / "shop", MODEL, more=ANYBODY) as at:
        token, kept = at.shop.secret(), at.shop.offer().kept
        for client in ("hub", "transformers"):
            assert "error" not in load(packages, client, at, tmp_path / client, token if client == "hub" else "").told
        office = at.shop.office
        withdraw(
            f"sha256:{kept.subject.digest}",
            why="it was tampered with",
            key=office.signing("Ada"),
            settings=office.settings,
        )
        for client in ("hub", "snapshot"):
            assert "it was tampered with" in load(packages, client, at, tmp_path / "hub", token).told["error"]
        assert "error" in load(packages, "transformers", at, tmp_path / "anew").told
        again = load(packages, "transformers", at, tmp_path / "transformers")
        assert again.told == {"hidden": 32, "ids": [2, 3]}, "asks nobody for what is in its cache"
