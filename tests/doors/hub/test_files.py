"""Files that are still coming, files that turn out wrong, and clients that leave or take their time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hilt.doors.hub import files
from hub_served import Served, served_hub
from hub_server import Asked, File, Reply
from library_office import HONEST, safetensors

WEIGHTS = safetensors(8 << 20)
FILE = "/org/name/resolve/main/model.safetensors"
INFO = "/api/models/org/name"


class Held:
    """Weights that the upstream sends as a whole only when it `may`; parts of them it sends at once. If it `lies`, the last byte differs."""

    def __init__(self, *, lies: bool = False) -> None:
        self.file = File.of(WEIGHTS, large=True)
        self._data = WEIGHTS[:-1] + b"\0" if lies else WEIGHTS
        self.may = threading.Event()

    def twist(self, asked: Asked, reply: Reply) -> Reply:
        if asked.method == "GET" and asked.path.endswith("model.safetensors") and asked.span is None:
            self.may.wait(30)
            reply.body = self._data
        return reply


@pytest.fixture(autouse=True)
def answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers begin before there are bytes, as they do where these take long."""
    monkeypatch.setattr(files, "PATIENCE", 0.0)


@contextmanager
def held_hub(folder: Path, **options: Any) -> Iterator[tuple[Served, Held, str]]:
    """A hub whose upstream holds the weights back, the token of somebody, and a revision that is read."""
    held = Held(**options)
    with served_hub(folder, {**HONEST, "model.safetensors": held.file}) as at:
        at.shop.hub.twist = held.twist
        token = at.shop.secret()
        assert at.ask("GET", f"{INFO}/revision/main", token=token).status == 200
        try:
            yield at, held, token
        finally:
            held.may.set()


def gone(asked: Asked, reply: Reply) -> Reply:
    """The upstream has the weights no more, and takes its time to say so."""
    if asked.method == "GET" and asked.path.endswith("model.safetensors") and asked.span is None:
        reply.status, reply.body, reply.head_pause, reply.step = 404, b"", 0.3, 1 << 20
    return reply


def slowed(asked: Asked, reply: Reply) -> Reply:
    """The weights come in pieces, the last of them some time after the first."""
    if asked.method == "GET" and asked.path.endswith("model.safetensors") and asked.span is None:
        reply.pause, reply.step = 0.1, 1 << 20
    return reply


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_bytes_go_out_while_the_upstream_still_sends(tmp_path: Path) -> None:
    with served_hub(tmp_path, {**HONEST, "model.safetensors": File.of(WEIGHTS, large=True)}) as at:
        at.shop.hub.twist = slowed
        token, connection = at.shop.secret(), at.connect()
        at.ask("GET", f"{INFO}/revision/main", token=token)
        before = at.shop.hub.sent
        response = at.begin(connection, "GET", FILE, token=token)
        assert response.headers["X-Accel-Buffering"] == "no"
        first = response.read(1)
        assert at.shop.hub.sent - before < len(WEIGHTS)
        assert first + response.read() == WEIGHTS
        connection.close()


def test_whoever_asks_for_a_file_that_does_not_come_is_told_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE", 60.0)
    with served_hub(tmp_path) as at:
        at.shop.hub.twist = gone
        told = at.ask("GET", FILE, token=at.shop.secret())
        assert told.status == 502
        assert "404" in told.headers["x-error-message"]


def test_all_who_ask_for_a_file_that_comes_get_it_of_one_fetch(tmp_path: Path) -> None:
    with held_hub(tmp_path) as (at, held, token):
        got: list[bytes] = []
        asking = [threading.Thread(target=lambda: got.append(at.ask("GET", FILE, token=token).body)) for _ in range(12)]
        for one in asking:
            one.start()
        until(lambda: any(asked.path.endswith("model.safetensors") and not asked.span for asked in at.shop.hub.asked))
        held.may.set()
        for one in asking:
            one.join()
        assert got == [WEIGHTS] * 12
        whole = [one for one in at.shop.hub.asked if one.path.endswith("model.safetensors") and one.method == "GET"]
        assert sum(one.span is None for one in whole) == 1


def test_a_part_is_had_once_the_whole_is_there(tmp_path: Path) -> None:
    with held_hub(tmp_path) as (at, held, token):
        got: list[Any] = []
        asking = threading.Thread(target=lambda: got.append(at.ask("GET", FILE, token=token, range="bytes=3-9")))
        asking.start()
        until(lambda: any(asked.path.endswith("model.safetensors") and not asked.span for asked in at.shop.hub.asked))
        assert not got
        held.may.set()
        asking.join()
        assert (got[0].status, got[0].body) == (206, WEIGHTS[3:10])


def test_no_client_ever_has_the_whole_of_a_file_that_turns_out_wrong(tmp_path: Path) -> None:
    with held_hub(tmp_path, lies=True) as (at, held, token):
        connection = at.connect()
        response = at.begin(connection, "GET", FILE, token=token)
        assert response.headers["Content-Length"] == str(len(WEIGHTS))
        held.may.set()
        with pytest.raises((IncompleteRead, ConnectionError)) as broke:
            response.read()
        assert len(getattr(broke.value, "partial", b"")) < len(WEIGHTS)
        connection.close()
        assert at.ask("GET", FILE, token=token, range="bytes=0-5").status == 502


@contextmanager
def spoilt_hub(folder: Path) -> Iterator[tuple[Served, str]]:
    """A hub whose upstream lied once of weights that somebody asked for, and the token of that person."""
    with held_hub(folder, lies=True) as (at, held, token):
        connection = at.connect()
        response = at.begin(connection, "GET", FILE, token=token)
        held.may.set()
        with pytest.raises((IncompleteRead, ConnectionError)):
            response.read()
        connection.close()
        at.shop.hub.twist = lambda _, reply: reply
        yield at, token


def test_who_has_bytes_that_were_wrong_is_given_the_whole_and_not_the_rest(tmp_path: Path) -> None:
    with spoilt_hub(tmp_path) as (at, token):
        for _ in range(2):  # while it comes, and when it lies there
            told = at.ask("GET", FILE, token=token, range="bytes=2000000-")
            assert (told.status, told.body) == (200, WEIGHTS)
        for asked in ("bytes=5-9", "bytes=-7"):
            told = at.ask("GET", FILE, token=token, range=asked)
            assert (told.status, told.headers["content-range"]) == (416, f"bytes */{len(WEIGHTS)}")
            assert "ask for the whole" in told.headers["x-error-message"]
        told = at.ask("GET", FILE, token=token, range="bytes=0-0")
        assert (told.status, told.body) == (206, WEIGHTS[:1])


def test_whoever_digests_what_they_have_is_given_parts_all_the_same(tmp_path: Path) -> None:
    with spoilt_hub(tmp_path) as (at, token):
        digest = File.of(WEIGHTS, large=True).sha256
        told = at.ask("GET", f"/v2/org/name/blobs/sha256:{digest}", token=token, range="bytes=5-9")
        assert (told.status, told.body) == (206, WEIGHTS[5:10])


def test_whoever_leaves_takes_the_file_from_nobody(tmp_path: Path) -> None:
    with held_hub(tmp_path) as (at, held, token):
        leaves = at.connect()
        at.begin(leaves, "GET", FILE, token=token)
        leaves.close()
        held.may.set()
        assert at.ask("GET", FILE, token=token).body == WEIGHTS


def test_whoever_takes_it_slowly_gets_all_of_it(tmp_path: Path) -> None:
    with served_hub(tmp_path, {**HONEST, "model.safetensors": File.of(WEIGHTS, large=True)}) as at:
        token, parts = at.shop.secret(), urlsplit(at.origin)
        at.ask("GET", FILE, token=token)
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect((parts.hostname, parts.port))
            head = f"GET {FILE} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
            slow.sendall(head.encode())
            got = bytearray()
            while piece := slow.recv(1 << 16):
                got += piece
                if len(got) < 1 << 19:
                    time.sleep(0.005)
        assert got.partition(b"\r\n\r\n")[2] == WEIGHTS


def test_a_client_that_waits_for_a_reading_and_leaves_stops_nothing(tmp_path: Path) -> None:
    may = threading.Event()

    def stalled(asked: Asked, reply: Reply) -> Reply:
        if "/tree/" in asked.path:
            may.wait(30)
        return reply

    with served_hub(tmp_path) as at:
        at.shop.hub.twist = stalled
        token = at.shop.secret()
        connection = HTTPConnection(urlsplit(at.origin).netloc)
        connection.request("GET", f"{INFO}/revision/main", headers={"Authorization": f"Bearer {token}"})
        until(lambda: any("/tree/" in asked.path for asked in at.shop.hub.asked))
        connection.close()
        may.set()
        assert at.ask("GET", f"{INFO}/revision/main", token=token).status == 200
        assert sum("/tree/" in asked.path for asked in at.shop.hub.asked) == 1


def test_a_file_of_which_the_store_lost_bytes_is_fetched_again(tmp_path: Path) -> None:
    with served_hub(tmp_path) as at:
        token = at.shop.secret()
        assert at.ask("GET", FILE, token=token).status == 200
        offer = at.shop.offer()
        kept = offer.kept.file("model.safetensors")
        assert kept is not None
        place = at.shop.library.open(offer, kept, at.shop.reader())
        assert isinstance(place, Path)
        place.chmod(0o600)
        with place.open("r+b") as stream:
            stream.truncate(100)
        assert at.ask("GET", FILE, token=token).body == safetensors()
