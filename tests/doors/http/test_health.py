"""How a server is, as machines ask for it, and what waits in sessions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hilt.core.errors import RecordUnreachable
from hilt.core.signed_in import PassKind
from hilt.doors.http.sessions import MOST, Idle
from office import Office
from web_office import Browser, WebOffice


def metrics(web: WebOffice, client: str, secret: str = "", **headers: str) -> int:
    """The status of /metrics for somebody on the machine `client`."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await web.application({**scope, "client": (client, 5000)}, receive, send)

    status: int = Browser(application, secret).get("/metrics", headers=headers).status_code
    return status


nearby, from_afar = partial(metrics, client="127.0.0.1"), partial(metrics, client="203.0.113.7")


def test_numbers_are_for_this_machine_and_for_whoever_may_see_them(web: WebOffice) -> None:
    assert nearby(web) == 200
    assert nearby(web, **{"X-Forwarded-For": "203.0.113.7"}) == 401, "a server before this one asks for somebody else"
    assert nearby(web, Via="1.1 proxy") == 401
    assert from_afar(web) == 401
    assert from_afar(web, secret=web.secret("Lena")) == 403
    assert from_afar(web, secret=web.secret("Ada")) == 200
    token = web.secret("Ada", PassKind.TOKEN, label="prometheus", only_reads=True)
    assert from_afar(web, Authorization=f"Bearer {token}") == 200


def test_behind_another_server_nobody_is_on_this_machine() -> None:
    """A proxy that says nothing of whom it asks for looks like this machine."""
    with TemporaryDirectory() as folder:
        proxied = WebOffice(Office.copied(Path(folder)), "https://hilt.acme.example")
        assert nearby(proxied, Host="hilt.acme.example") == 401


def test_the_numbers_name_routes_and_never_what_somebody_sent(web: WebOffice) -> None:
    lena = web.browser("Lena")
    lena.get("/no-such-page-1")
    lena.request("BREW", "/")
    lena.get("/")
    told = web.desk.metrics.text().decode()
    assert 'hilt_requests_total{method="GET",route="/",status="200"}' in told
    assert 'hilt_requests_total{method="GET",route="elsewhere",status="404"}' in told
    assert 'hilt_requests_total{method="other",route="elsewhere",status="405"}' in told
    assert "no-such-page" not in told
    assert "BREW" not in told
    assert f"hilt_log_entries {web.office.entries():.1f}" in told
    assert "hilt_live_streams 0.0" in told


def test_a_record_that_cannot_be_read_is_no_good_health(web: WebOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise RecordUnreachable("/srv/secret/record.db: gone")

    monkeypatch.setattr("hilt.doors.http.health.changes", away)
    told = web.browser().get("/healthz")
    assert (told.status_code, told.json()) == (503, {"status": "the record cannot be read"})


def test_a_session_in_which_something_long_is_sent_is_not_idle() -> None:
    now = [0.0]
    idle = Idle(1, lambda: now[0])
    assert not idle.is_over("sends", used=True)
    for _ in range(5):
        now[0] += 3000
        idle.use("sends")
        idle.use("nobody asked in it yet")
    assert not idle.is_over("sends", used=False)
    now[0] += 3601
    assert idle.is_over("sends", used=False)
    assert list(idle._used) == ["sends"]


def test_no_more_idle_sessions_are_remembered_than_there_can_be() -> None:
    now = [0.0]
    idle = Idle(1 / 60, lambda: now[0])
    for number in range(MOST + 1):
        assert not idle.is_over(str(number), used=True)
        now[0] += 0.1
    assert len(idle._used) < 700
