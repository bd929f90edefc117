"""Requests for files of a model that nobody asked for before, while it is still being read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from hilt.doors.hub import app, waiting
from hub_served import Served, served_hub
from hub_server import COMMIT, Asked, File, Reply
from library_office import CARD, HONEST
from office import KNOWN_ROAD

FILE = "/org/name/resolve/main/model.safetensors"


@contextmanager
def stalling(folder: Path, where: str, files: object = None) -> Iterator[tuple[Served, threading.Event]]:
    """A hub whose upstream does not answer what asks for `where` until it may."""
    may = threading.Event()

    def stalled(asked: Asked, reply: Reply) -> Reply:
        if where in asked.path and asked.method == "GET":
            may.wait(30)
        return reply

    with served_hub(folder, files) as at:
        at.shop.hub.twist = stalled
        try:
            yield at, may
        finally:
            may.set()


def until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "PATIENCE", 0.3)


def test_what_is_not_listed_yet_is_to_be_asked_for_again(tmp_path: Path) -> None:
    with stalling(tmp_path, "/tree/") as (at, may):
        token = at.shop.secret()
        for method in ("HEAD", "GET"):
            told = at.ask(method, FILE, token=token)
            assert (told.status, told.headers["retry-after"]) == (503, "5")
        may.set()
        at.shop.read()
        assert at.ask("HEAD", FILE, token=token).status == 200


def test_a_head_is_answered_from_the_list_while_the_files_are_read(tmp_path: Path) -> None:
    with stalling(tmp_path, "/resolve/") as (at, may):
        token = at.shop.secret()
        told = at.ask("HEAD", FILE, token=token)
        weights = HONEST["model.safetensors"]
        assert isinstance(weights, File)
        assert (told.status, told.headers["x-repo-commit"]) == (200, COMMIT)
        assert told.headers["etag"] == f'"{weights.sha256}"'
        assert at.ask("HEAD", "/org/name/resolve/main/none", token=token).status == 503
        assert at.ask("GET", FILE, token=token).status == 503
        may.set()
        at.shop.read()
        assert at.ask("GET", FILE, token=token).status == 200


def test_no_byte_goes_out_of_what_is_not_judged(tmp_path: Path) -> None:
    files = {"README.md": CARD, "model.pkl": File.of(KNOWN_ROAD, large=True)}
    with stalling(tmp_path, "/resolve/", files) as (at, may):
        token = at.shop.secret()
        told = at.ask("GET", "/org/name/resolve/main/model.pkl", token=token)
        assert (told.status, KNOWN_ROAD in told.body) == (503, False)
        may.set()
        at.shop.read()
        assert at.ask("GET", "/org/name/resolve/main/model.pkl", token=token).status == 403


def test_lists_are_waited_for(tmp_path: Path) -> None:
    with stalling(tmp_path, "/resolve/") as (at, may):
        token, got = at.shop.secret(), list[int]()
        path = "/api/models/org/name/revision/main"
        asking = threading.Thread(target=lambda: got.append(at.ask("GET", path, token=token).status))
        asking.start()
        assert at.ask("GET", FILE, token=token).status == 503
        assert not got
        may.set()
        asking.join()
        assert got == [200]


def asked_by_a_stranger(at: Served, path: str) -> HTTPConnection:
    connection = at.connect()
    connection.request("GET", path)
    return connection


def test_strangers_who_ask_a_slow_upstream_stop_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "OPEN", 40)
    may = threading.Event()

    def stalled(asked: Asked, reply: Reply) -> Reply:
        if "/slow/" in asked.path:
            may.wait(60)
        return reply

    with served_hub(tmp_path, more="  anonymous: evaluation\n") as at:
        at.shop.hub.twist = stalled
        token = at.shop.secret()
        at.shop.read()
        assert at.ask("GET", FILE, token=token).status == 200
        strangers = [asked_by_a_stranger(at, f"/api/models/slow/{number}/refs") for number in range(40)]
        strangers += [asked_by_a_stranger(at, f"/api/models/slow/{number}") for number in range(32)]
        until(lambda: sum("/slow/" in asked.path for asked in at.shop.hub.asked) >= 2 * waiting.SHARE)
        assert at.ask("GET", FILE, token=token).status == 200
        assert at.ask("GET", "/api/models/org/name/refs", token=token).status == 200
        assert at.ask("GET", "/api/models/org/name/revision/" + COMMIT, token=token).status == 200
        for path in ("/api/models/slow/40/refs", "/api/models/slow/40"):
            told = at.ask("GET", path)
            assert (told.status, told.headers["retry-after"]) == (503, "5")
            assert "wait for" in told.headers["x-error-message"]
        assert sum("/slow/" in asked.path for asked in at.shop.hub.asked) == 2 * waiting.SHARE
        may.set()
        for one in strangers:
            one.close()


def test_what_nobody_waits_for_any_more_is_not_asked(tmp_path: Path) -> None:
    with stalling(tmp_path, "/slow/") as (at, may):
        token, waits = at.shop.secret(), []
        for number in range(20):
            connection = at.connect()
            connection.request("GET", f"/api/models/slow/{number}", headers={"Authorization": f"Bearer {token}"})
            waits.append(connection)
        until(lambda: sum("/slow/" in asked.path for asked in at.shop.hub.asked) == waiting.SHARE)
        for connection in waits:
            connection.close()
        assert at.ask("GET", "/api/whoami-v2", token=token).status == 200  # by then it is known that they left
        connection = at.connect()
        connection.request("GET", "/api/models/org/name", headers={"Authorization": f"Bearer {token}"})
        may.set()
        assert connection.getresponse().status == 200
        connection.close()
        assert sum("/slow/" in asked.path for asked in at.shop.hub.asked) < 20
