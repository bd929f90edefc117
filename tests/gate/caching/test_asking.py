"""Servers that are asked how caches stand, and lie: nothing of it is believed, and nothing is moved."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cache_layouts import hub_cache, sha256
from hilt.core.cache_comparison_v1 import ANSWER, decode_question
from hilt.core.errors import HiltError
from hilt.gate.cache import scan
from hilt.gate.caching import asking
from hook_receiver import Receiver, receiving

WEIGHTS = b"weights"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="links take a right of their own there")


def stopped(**more: Any) -> dict[str, Any]:
    """A model that is withdrawn, as an honest server tells it."""
    told: dict[str, Any] = {"subject": "", "reference": "hf:org/name", "revision": "", "count": 1, "files": []}
    told |= {"shared": [sha256(WEIGHTS)], "telling": [sha256(WEIGHTS)], "state": "withdrawn", "why": ["it is bad"]}
    told |= {"names": []}
    return told | {"since": "2026-11-22T10:17:28Z", "uses": []} | more


def answer(*models: object, **more: Any) -> bytes:
    return json.dumps({"schema": ANSWER, "models": models, "count": 1, "problems": [], "only": []} | more).encode()


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(asking, "PATIENCE", 0.0)
    for name in ("HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_ETAG_TIMEOUT"):
        monkeypatch.setenv(name, "0.3")


def refused(receiver: Receiver, cache: Path) -> str:
    """What a scan says that fails; nothing was moved."""
    with pytest.raises(HiltError) as error:
        scan([cache], enforce=True, server=receiver.url.removesuffix("/hilt"))
    assert not (cache / ".hilt-quarantine").exists()
    return str(error.value)


def lies(body: bytes) -> Callable[[Receiver], None]:
    """Answers the first question, of nothing, as it should, and the next so."""

    def twist(receiver: Receiver) -> None:
        receiver.answers = [(200, {}), (200, {})]
        receiver.bodies = [answer(), body]

    return twist


def says(status: int, **headers: str) -> Callable[[Receiver], None]:
    def twist(receiver: Receiver) -> None:
        receiver.answers = [(status, {name.replace("_", "-"): value for name, value in headers.items()})] * 9

    return twist


def test_a_server_is_told_digests_and_names_with_the_token_and_what_it_stops_is_moved(tmp_path: Path) -> None:
    hub_cache(tmp_path / "hub", {"a.bin": WEIGHTS, "secret.txt": b"x"})
    with receiving() as receiver:
        lies(answer(stopped()))(receiver)
        told = scan([tmp_path / "hub"], use="chat", enforce=True, server=receiver.url.removesuffix("/hilt"))
    assert (told.exit_code, told.models[0].why[0], bool(told.models[0].moved)) == (20, "it is bad", True)
    first, second = receiver.got
    assert {one.headers["authorization"] for one in receiver.got} == {"Bearer hf_secret"}
    assert {one.path for one in receiver.got} == {"/api/cache/compare"}
    assert not any(decode_question(first.told)[0])
    wanted, use = decode_question(second.told)
    assert (wanted.files, use) == ({sha256(WEIGHTS), sha256(b"x")}, "chat")
    assert wanted.names == {("hf:org/name", "1" * 40)}
    assert b"secret.txt" not in second.body


@pytest.mark.parametrize(
    ("twist", "said"),
    [
        pytest.param(lies(b"<html>"), "not what this version of hilt asks for", id="no JSON"),
        pytest.param(lies(b"[" * 100_000), "not what this version", id="JSON that is too deep"),
        pytest.param(lies(b"[],[]," * 400_000), "1600000 commas and brackets", id="JSON of too many parts"),
        pytest.param(lies(answer(schema="hilt.cache-answer/2")), "hilt.cache-answer/1 is needed", id="another version"),
        pytest.param(lies(answer(stopped(state="gone"))), "models[0].state", id="a state that is none"),
        pytest.param(lies(answer(stopped(telling=["0" * 64]))), "not asked for", id="a file that was not asked for"),
        pytest.param(
            lies(answer(stopped(names=[["hf:a/b", ""]]))), "not asked for", id="a name that was not asked for"
        ),
        pytest.param(lies(answer(stopped(why="x"))), "models[0].why: a list", id="a wrong type"),
        pytest.param(says(200, Content_Length="99999999999"), "where at most", id="a huge answer"),
        pytest.param(says(307, Location="http://127.0.0.1:9/x"), "nobody else is asked", id="a redirect elsewhere"),
        pytest.param(says(302, Location="/x"), "nobody else is asked", id="a redirect to itself"),
        pytest.param(says(404), "one of an older version", id="no such address"),
        pytest.param(says(401), "is one of this server, and not over", id="a token that it does not know"),
        pytest.param(says(500), "the server answers 500", id="out of order", marks=pytest.mark.slow),
    ],
)
def test_an_answer_that_is_none_ends_in_words_and_moves_nothing(
    tmp_path: Path, twist: Callable[[Receiver], None], said: str
) -> None:
    hub_cache(tmp_path / "hub", {"a.bin": WEIGHTS})
    with receiving() as receiver:
        twist(receiver)
        assert said in refused(receiver, tmp_path / "hub")


def test_a_server_that_stalls_or_never_ends_is_left(tmp_path: Path) -> None:
    hub_cache(tmp_path / "hub", {"a.bin": WEIGHTS})
    with receiving(Receiver(delay=1.0)) as receiver:
        assert "no answer within 0.3 s" in refused(receiver, tmp_path / "hub")
    with receiving(Receiver(endless=True, answers=[(200, {})] * 9)) as receiver:
        assert "more" in refused(receiver, tmp_path / "hub")


@pytest.mark.parametrize(
    ("server", "env", "said"),
    [
        ("ftp://hilt.example", {}, "--server is 'ftp://hilt.example'"),
        ("file:///etc/passwd", {}, "must be the address"),
        ("http://eve:pw@hilt.example", {}, "holds a user name"),
        ("http://[x", {}, "Invalid IPv6"),
        ("http://hilt.example", {}, "could read the token"),
        ("http://localhost.hilt.example", {}, "could read the token"),
        ("http://10.0.0.1", {}, "use https"),
        ("https://hilt.example", {"HF_HUB_OFFLINE": "1"}, "so no server is asked"),
    ],
)
def test_an_address_that_is_none_is_asked_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str, env: dict[str, str], said: str
) -> None:
    hub_cache(tmp_path / "hub", {"a.bin": WEIGHTS})
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(HiltError) as error:
        scan([tmp_path / "hub"], server=server)
    assert said in str(error.value)
    assert "pw" not in str(error.value)


def test_no_proxy_reads_the_token_on_the_way_to_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub_cache(tmp_path / "hub", {"a.bin": WEIGHTS})
    with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/hilt"))
        lies(answer())(receiver)
        scan([tmp_path / "hub"], server=receiver.url.removesuffix("/hilt"))
    assert (len(receiver.got), proxy.got) == (2, [])


def test_the_address_that_downloads_go_to_is_asked_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub_cache(tmp_path / "hub", {"a.bin": WEIGHTS})
    with receiving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/hilt"))
        monkeypatch.setenv("HF_ENDPOINT", "http://hilt.example")
        lies(answer())(proxy)
        scan([tmp_path / "hub"], server="http://hilt.example")
    assert len(proxy.got) == 2


def test_many_models_are_asked_for_in_several_questions_and_each_with_all_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        files = {f"{number}-{part}.bin": bytes([number, part]) for part in range(2)}
        hub_cache(tmp_path / "hub", files, name=f"models--org--m{number}")
    monkeypatch.setattr("hilt.gate.cache.FILES", 3)
    with receiving() as receiver:
        receiver.answers, receiver.bodies = [(200, {})] * 4, [answer(problems=["one is damaged"])] * 4
        told = scan([tmp_path / "hub"], server=receiver.url.removesuffix("/hilt"))
    assert [len(decode_question(one.told)[0].files) for one in receiver.got] == [0, 2, 2, 2]
    assert (len(told.models), told.problems) == (3, ("one is damaged",))
