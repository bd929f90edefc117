"""The whole way of a request on PostgreSQL: asked, looked at, decided by two people, and verified; at one server, and at two."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from httpx2 import Client

from hilt.doors.http import csrf
from hilt.gate.record import keeping_open
from office import USE, Office
from record.conftest import postgresql, postgresql_server  # noqa: F401 - pytest finds them by their names
from web_office import WebOffice
from web_server import running


class Window(Protocol):
    """A browser of somebody who is signed in."""

    def get(self, path: str) -> Any: ...

    def submit(self, path: str, fields: Mapping[str, Any]) -> Any: ...


class Visitor(Client):
    """The browser of somebody, at a server in a process of its own."""

    def __init__(self, origin: str, secret: str) -> None:
        super().__init__(base_url=origin, cookies={"hilt": secret}, timeout=60)
        self.origin, self.secret = origin, secret

    def submit(self, path: str, fields: Mapping[str, Any]) -> Any:
        told = {"csrf": csrf.token(self.secret), **fields}
        return self.post(path, data=told, headers={"Origin": self.origin, "Sec-Fetch-Site": "same-origin"})


@pytest.fixture
def moved(office: Office, request: pytest.FixtureRequest) -> Office:
    """The office with a model that was judged, on PostgreSQL from now on."""
    office.run("check", office.model(), "--record")
    backup = office.folder / "backup"
    assert office.run("backup", backup).code == 0
    told, address = office.settings_file.read_text(), request.getfixturevalue("postgresql")
    office.settings_file.write_text(told.replace("record.db", f"'{address}', key: log.key"))
    assert office.run("restore", backup).code == 0
    return office


def decided(asks: Window, first: Window, second: Window) -> int:
    """The number of the case, once it is decided."""
    (model,) = asks.get("/models.json").json()["models"]
    asked = asks.submit(f"/models/{model['subject']}/ask", {"use": USE, "why": "It tells languages apart."})
    path = asked.headers["location"].partition("#")[0]
    for window, rule in ((first, "calls-are-known"), (second, "licence-has-a-text")):
        assert window.submit(f"{path}/view", {"view": "for", "why": "It is small."}).status_code == 303
        shown = window.get(f"{path}.json").json()
        yes = {"answer": "yes", "why": "I read it.", f"answer:{rule}": "It is as it says.", "seen": shown["seen"]}
        assert window.submit(f"{path}/answer", yes).status_code == 303
        assert window.submit(f"{path}/answer", yes).status_code in (403, 409)
    assert asks.get(f"/models/{model['subject']}.json").json()["status"]["uses"][0]["outcome"] == "admit"
    return int(path.rpartition("/")[2])


def over(window: Window, path: str) -> Any:
    """A job once it is over."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if (job := window.get(f"{path}.json").json()["job"])["ended"]:
            return job
        time.sleep(0.05)
    raise AssertionError(path)


def test_a_request_is_decided_and_the_log_verified_on_postgresql(moved: Office) -> None:
    with keeping_open(moved.settings):
        web = WebOffice(moved)
        case = decided(*map(web.browser, ("Eve", "Otto", "Lena")))
    assert moved.run("log", "verify").code == 0
    assert moved.told("status", f"#{case}")["outcome"] == "admit"


@pytest.mark.slow  # two servers in processes of their own
def test_of_two_servers_on_one_database_each_knows_at_once_what_people_do_at_the_other(moved: Office) -> None:
    with ExitStack() as after:

        def visitor(name: str, origin: str) -> Visitor:
            return after.enter_context(Visitor(origin, WebOffice(moved, origin).secret(name)))

        one, other = (after.enter_context(running(moved)).origin for _ in range(2))
        eve, otto, lena, ada = visitor("Eve", one), visitor("Otto", one), visitor("Lena", other), visitor("Ada", other)
        case = decided(eve, otto, lena)
        whole = ada.submit("/log/verify", {"checkpoint": ada.get("/log/checkpoint").text})
        assert over(ada, whole.headers["location"])["result"]["damaged"] == 0
        assert "Not open any more" in otto.get(f"/cases/{case}").text
        at_once = at_the_same_moment(eve, otto, lena)
        assert sorted(at_once) in ([303, 303], [303, 409])
        ended = ada.submit(f"/people/{otto.get('/account.json').json()['person']}/end", {})
        assert (ended.status_code, otto.get("/account").status_code) == (303, 303)
    assert moved.run("log", "verify").code == 0


def at_the_same_moment(eve: Window, otto: Window, lena: Window) -> list[int]:
    """How two people are answered who refuse the same at two servers at once."""
    (model,) = eve.get("/models.json").json()["models"]
    asked = eve.submit(f"/models/{model['subject']}/ask", {"use": "another use", "why": "It is small."})
    path = asked.headers["location"].partition("#")[0]

    def refuse(window: Window, seen: str) -> int:
        code: int = window.submit(f"{path}/answer", {"answer": "no", "why": "No.", "seen": seen}).status_code
        return code

    shown = [(window, window.get(f"{path}.json").json()["seen"]) for window in (otto, lena)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda both: refuse(*both), shown))
