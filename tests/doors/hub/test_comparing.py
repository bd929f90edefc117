"""Workstations that ask a hub how their caches stand: caches of real downloads, compared by the real command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import hf_hub_download, snapshot_download

from cache_layouts import hub_cache, sha256
from hilt.core.cache_comparison import Wanted
from hilt.core.cache_comparison_v1 import encode_question
from hilt.doors.hub import comparing
from hilt.gate.cache import restore
from hub_served import Served, served_hub, serving_hub
from hub_server import COMMIT
from library_office import HONEST, LICENCE, safetensors
from office import POLICY, USE, Done
from served import served

WEIGHTS = safetensors()
COMPARE = "/api/cache/compare"
OPEN = POLICY[: POLICY.index("  calls-are-known")]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Served]:
    with served_hub(tmp_path / "shop", HONEST, policy=OPEN, more="  anonymous: evaluation\n") as running:
        yield running


def downloaded(at: Served, cache: Path) -> str:
    snapshot_download("org/name", cache_dir=cache, endpoint=at.origin, token=at.shop.secret())
    return at.shop.read().digest


def scan(at: Served, cache: Path, *words: object, token: str = "") -> Done:
    """By the server, with settings that know of no record."""
    settings = cache.parent / "settings.yaml"
    settings.write_text("limits: {}\n")
    said = ("cache", "scan", cache, "--server", at.origin, *words, "--config", settings)
    return at.shop.office.run(*said, HF_TOKEN=token or at.shop.secret(), HF_HUB_OFFLINE="")


def ask(at: Served, wanted: Wanted, token: str) -> Any:
    told = at.ask("POST", COMPARE, token=token, body=json.dumps(encode_question(wanted, "")).encode())
    assert told.status == 200, told.body
    return json.loads(told.body)


def withdrawn(at: Served, digest: str) -> None:
    done = at.shop.office.run("withdraw", f"sha256:{digest}", "--why", "a secret reason", by="Eve")
    assert "recorded: entry" in done.text, done.text


def test_a_scan_by_the_server_tells_what_a_scan_by_the_record_does(at: Served, tmp_path: Path) -> None:
    cache = tmp_path / "hub"
    digest = downloaded(at, cache)
    hub_cache(cache, {"other.safetensors": WEIGHTS}, name="models--my--copy")
    hub_cache(cache, {"LICENSE": LICENCE, "model.bin": b"mine"}, name="models--my--own", commit="3" * 40)
    for _ in range(2):
        for words in ((), ("--use", USE), ("--use", "medicine")):
            by_record = at.shop.office.run("cache", "scan", cache, "--json", *words)
            by_server = scan(at, cache, "--json", *words)
            assert (by_server.code, by_server.out) == (by_record.code, by_record.out)
        withdrawn(at, digest)
    states = {one["name"]: one["state"] for one in json.loads(by_server.out)["models"]}
    assert states == {"hf:org/name": "withdrawn", "hf:my/copy": "withdrawn", "hf:my/own": "never admitted"}


def test_what_was_withdrawn_is_moved_away_and_put_back_where_no_record_is(at: Served, tmp_path: Path) -> None:
    cache = tmp_path / "hub"
    withdrawn(at, downloaded(at, cache))
    told = json.loads(scan(at, cache, "--enforce", "--json").out)
    assert not list((cache / "models--org--name" / "snapshots").iterdir())
    assert restore(told["models"][0]["moved"]).left == ()
    assert scan(at, cache).code == 20


@pytest.mark.slow
def test_hilt_serve_answers_beside_its_pages(at: Served, tmp_path: Path) -> None:
    with served(at.shop.office) as server:
        running = at._replace(origin=server.origin)
        downloaded(running, tmp_path / "hub")
        assert scan(running, tmp_path / "hub").code == 0


@pytest.mark.parametrize("state", ["admitted", "withdrawn"])
def test_a_token_for_other_models_tells_of_a_model_no_more_than_its_state(
    at: Served, tmp_path: Path, state: str
) -> None:
    digest, narrow = downloaded(at, tmp_path / "hub"), at.shop.secret(names=("acme/*",))
    if state == "withdrawn":
        withdrawn(at, digest)
    part = ask(at, Wanted(files=frozenset({sha256(WEIGHTS), sha256(LICENCE)})), narrow)
    whole = ask(at, Wanted(subjects=frozenset({digest})), narrow)
    named = ask(at, Wanted(names=frozenset({("hf:org/name", COMMIT)})), narrow)
    for told in (part, whole, named):
        assert "secret" not in str(told)
        assert "README" not in str(told)
        assert told["only"] == ["acme/*"]
    stopped = state == "withdrawn"
    assert [(one["state"], one["telling"]) for one in part["models"]] == [(state, [sha256(WEIGHTS)])] * stopped
    assert [(one["state"], one["reference"]) for one in whole["models"]] == [(state, "")]
    assert [(one["state"], one["subject"]) for one in named["models"]] == [(state, "")] * stopped
    done = scan(at, tmp_path / "hub", token=narrow)
    assert done.code == (20 if stopped else 0)
    assert ("this token is for other models" in done.text) == stopped


def test_the_same_bytes_are_known_by_the_name_that_a_token_is_for(at: Served, tmp_path: Path) -> None:
    cache = tmp_path / "hub"
    hf_hub_download("org/name", "model.safetensors", cache_dir=cache, endpoint=at.origin, token=at.shop.secret())
    elsewhere = snapshot_download("org/name", cache_dir=tmp_path / "x", endpoint=at.origin, token=at.shop.secret())
    done = at.shop.office.run("check", elsewhere, "--record")  # the newest verdict is about a path
    assert done.code == 0, done.text
    narrow, strange = at.shop.secret(names=("org/*",)), at.shop.secret(names=("acme/*",))
    told = scan(at, cache, token=narrow)
    assert told.out == at.shop.office.run("cache", "scan", cache).out
    assert "other evidence than the newest verdict" in told.text
    told = scan(at, cache, token=strange)
    assert "as far as this token is told: it is for acme/*" in told.text


def test_strangers_are_told_nothing_even_where_everybody_may_download(at: Served, tmp_path: Path) -> None:
    question = json.dumps(encode_question(Wanted(), "")).encode()
    for token in ("", "hf_" + "a" * 43):
        assert at.ask("POST", COMPARE, token=token, body=question).status == 401
    assert at.ask("GET", COMPARE, token=at.shop.secret()).status == 405
    done = scan(at, downloaded_cache(tmp_path), token="hf_" + "a" * 43)
    assert (done.code, "is one of this server, and not over" in done.text) == (1, True)


def downloaded_cache(folder: Path) -> Path:
    hub_cache(folder / "hub", {"model.bin": b"mine"})
    return folder / "hub"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "no question that this version of hilt reads"),
        (b"[]", 400, "no object of JSON"),
        (b'{"schema": "hilt.cache-question/2"}', 400, "hilt.cache-question/1 is needed"),
        (b"x" * 100, 413, "at most 99 are taken"),
    ],
)
def test_what_is_no_question_or_too_long_a_one_is_refused(
    at: Served, monkeypatch: pytest.MonkeyPatch, body: bytes, status: int, said: str
) -> None:
    monkeypatch.setattr(comparing, "QUESTION_BYTES", 99)
    told = at.ask("POST", COMPARE, token=at.shop.secret(), body=body)
    assert (told.status, said in told.body.decode()) == (status, True), told.body


def test_an_answer_of_too_many_models_is_refused(at: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloaded(at, tmp_path / "hub")
    monkeypatch.setattr("hilt.gate.caching.answering.MODELS", 0)
    done = scan(at, tmp_path / "hub")
    assert (done.code, "name fewer caches at once" in done.text) == (1, True), done.text


def test_a_token_has_one_question_after_the_other_and_others_do_not_wait_for_it(
    at: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MOST", 1)
    question = json.dumps(encode_question(Wanted(), "")).encode()
    greedy, modest = at.shop.secret(), at.shop.secret()
    with serving_hub(at.shop) as running:
        stalled = running.connect()
        stalled.putrequest("POST", COMPARE)
        stalled.putheader("Authorization", f"Bearer {greedy}")
        stalled.putheader("Content-Length", "9")
        stalled.endheaders()
        told = running.ask("POST", COMPARE, token=greedy, body=question)
        while told.status == 200:
            told = running.ask("POST", COMPARE, token=greedy, body=question)
        assert (told.status, told.headers["retry-after"]) == (503, "5")
        assert "1 answers of how caches stand" in told.body.decode()
        assert running.ask("POST", COMPARE, token=modest, body=question).status == 200
