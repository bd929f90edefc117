"""Workstations that ask a hub how their caches stand: caches of real downloads, compared by the real command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import hf_hub_download, snapshot_download

from cache_layouts import hub_cache, sha256
from hilt.core.cache_comparison import Wanted
from hilt.core.cache_comparison_v1 import encode_question
from hilt.doors.http.problems import TooSlow
from hilt.doors.hub import bodies, comparing
from hilt.gate.cache import restore
from hub_served import Served, served_hub, serving_hub
from hub_server import COMMIT
from library_office import CARD, HONEST, LICENCE, safetensors
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
    files = frozenset(map(sha256, (WEIGHTS, LICENCE, CARD)))
    whole = ask(at, Wanted(files, frozenset({digest})), narrow)
    assert ask(at, Wanted(subjects=frozenset({digest})), narrow)["models"] == []
    named = ask(at, Wanted(names=frozenset({("hf:org/name", COMMIT)})), narrow)
    for told in (part, whole, named):
        assert "secret" not in str(told)
        assert (told["only"], "count" in told) == (["acme/*"], False)
    assert "README" not in str((part, named))
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
    by_record = at.shop.office.run("cache", "scan", cache)
    assert told.out.partition("(compared with")[0] == by_record.out.partition("(compared with")[0]
    assert "other evidence than the newest verdict" in told.text
    told = scan(at, cache, token=strange)
    assert "as far as this token is told: it is for acme/*" in told.text


def test_what_was_withdrawn_is_found_by_each_name_that_its_bytes_ever_had(at: Served, tmp_path: Path) -> None:
    cache, elsewhere = tmp_path / "hub", tmp_path / "elsewhere"
    digest = downloaded(at, elsewhere)
    hub_cache(cache, {"model.safetensors": b"changed"}, commit=COMMIT)
    withdrawn(at, digest)
    for _ in range(2):
        by_record, by_server = at.shop.office.run("cache", "scan", cache, "--json"), scan(at, cache, "--json")
        assert by_server.out == by_record.out
        (told,) = json.loads(by_server.out)["models"]
        assert (told["state"], told["by"], told["reference"]) == ("withdrawn", "name", "hf:org/name")
        snapshot = elsewhere / "models--org--name" / "snapshots" / COMMIT
        assert "recorded: entry" in at.shop.office.run("check", snapshot, "--record").text


def test_what_was_said_of_bytes_by_another_name_is_told_to_nobody_who_may_not_know_that(
    at: Served, tmp_path: Path
) -> None:
    repositories = at.shop.hub.repositories
    repositories["models/top/secret"] = repositories["models/org/name"]
    downloaded(at, tmp_path / "hub")
    other = at.shop.secret(use="codes")
    snapshot_download("top/secret", cache_dir=tmp_path / "other", endpoint=at.origin, token=other)
    wanted = Wanted(frozenset({sha256(WEIGHTS)}), names=frozenset({("hf:top/secret", COMMIT)}))
    (known,) = ask(at, wanted, other)["models"]
    assert [one["use"] for one in known["uses"]] == ["codes"]
    narrow = at.shop.secret(names=("org/*",))
    (told,) = ask(at, wanted, narrow)["models"]
    assert (told["reference"], told["uses"], told["names"]) == ("hf:org/name", [], [])
    assert "a name that this token is not for" in str(told["why"])
    withdrawn(at, known["subject"])
    (told,) = ask(at, wanted, narrow)["models"]
    assert (told["state"], "secret reason" in str(told)) == ("withdrawn", False)


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
        (b"[[],[],[],[],{}]", 413, "9 commas and brackets"),
    ],
)
def test_what_is_no_question_or_too_long_a_one_is_refused(
    at: Served, monkeypatch: pytest.MonkeyPatch, body: bytes, status: int, said: str
) -> None:
    monkeypatch.setattr(comparing, "QUESTION_BYTES", 99)
    monkeypatch.setattr(comparing, "QUESTION_PARTS", 9)
    told = at.ask("POST", COMPARE, token=at.shop.secret(), body=body)
    assert (told.status, said in told.body.decode()) == (status, True), told.body


def test_an_answer_of_too_many_models_is_refused(at: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloaded(at, tmp_path / "hub")
    monkeypatch.setattr("hilt.gate.caching.answering.MODELS", 0)
    done = scan(at, tmp_path / "hub")
    assert (done.code, "name fewer caches at once" in done.text) == (1, True), done.text
    told = ask(at, Wanted(files=frozenset({sha256(WEIGHTS)})), at.shop.secret(names=("acme/*",)))
    assert told["models"] == []  # nor is a stranger told that there are many


def test_questions_that_come_at_the_same_time_hold_no_more_than_is_set(
    at: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, token = json.dumps(encode_question(Wanted(), "")).encode(), at.shop.secret()
    for held, status in ((len(question) - 1, 503), (len(question), 200), (len(question), 200)):
        monkeypatch.setattr(comparing, "HELD", held)
        assert at.ask("POST", COMPARE, token=token, body=question).status == status


def test_a_large_question_that_comes_slowly_is_not_waited_for_as_long_as_an_upload(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter((0.0, 0.0, 50.0, 50.0))
    monkeypatch.setattr(bodies, "monotonic", lambda: next(clock))
    first = [{"type": "http.request", "body": bytes(1 << 20), "more_body": True}]

    async def receive() -> Any:
        return first.pop() if first else await asyncio.Event().wait()

    async def read() -> None:
        scope = {"type": "http", "headers": []}
        async for _ in bodies.pieces(scope, receive, 1 << 24, comparing.SLOWEST):
            pass

    with pytest.raises(TooSlow):
        asyncio.run(read())


def test_a_person_has_one_question_after_the_other_and_others_do_not_wait_for_it(
    at: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MOST", 1)
    question = json.dumps(encode_question(Wanted(), "")).encode()
    greedy, modest = at.shop.secret(), at.shop.secret("Ada")
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
        assert running.ask("POST", COMPARE, token=at.shop.secret(), body=question).status == 503
        assert running.ask("POST", COMPARE, token=modest, body=question).status == 200
