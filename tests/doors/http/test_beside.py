"""Another application at the same origin: what it shares with the pages, and what it has for itself."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import Response

from hilt.doors.http.app import Beside
from hilt.doors.http.bare import bare
from hilt.doors.http.front import ROUTE
from hilt.doors.web.app import pages
from web_office import ORIGIN, Browser, WebOffice

LARGE = b"a" * 10_000


async def other(scope: Any, receive: Any, send: Any) -> None:
    scope[ROUTE] = "hub other"
    own = {"Content-Security-Policy": "sandbox", "Cache-Control": "private"} if scope["path"] == "/other/own" else {}
    await Response(LARGE, headers=own)(scope, receive, send)


BESIDE = Beside(lambda scope: scope["path"].startswith("/other/"), other)


@pytest.fixture(params=["pages", "bare"])
def browser(web: WebOffice, request: pytest.FixtureRequest) -> Browser:
    served = (pages if request.param == "pages" else bare)(web.office.settings, ORIGIN, beside=BESIDE)
    return Browser(served.application)


def test_what_is_meant_for_it_reaches_it_and_all_else_does_not(browser: Browser) -> None:
    assert browser.get("/other/a").content == LARGE
    assert browser.post("/other/a").content == LARGE
    assert browser.get("/another").status_code == 404
    assert browser.get("/healthz").json() == {"status": "ok"}


def test_it_is_behind_the_same_checks(browser: Browser) -> None:
    assert browser.get("/other/a", headers={"Host": "evil.example"}).status_code == 421
    assert browser.get("/other/a", headers={"X": "a" * 20_000}).status_code == 431
    both = {"Content-Length": "1", "Transfer-Encoding": "chunked"}
    assert browser.post("/other/a", content=b"a", headers=both).status_code == 400


def test_what_it_sends_is_not_packed_again(browser: Browser) -> None:
    answer = browser.get("/other/a", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == str(len(LARGE))


def test_it_forbids_what_pages_forbid_or_what_it_says_itself(browser: Browser) -> None:
    usual, own = browser.get("/other/a").headers, browser.get("/other/own").headers
    assert (usual["cache-control"], own["cache-control"]) == ("no-store", "private")
    assert (usual["content-security-policy"][:18], own["content-security-policy"]) == ("default-src 'none'", "sandbox")
    for headers in (usual, own):
        assert headers["x-content-type-options"] == "nosniff"
        assert len(headers.get_list("content-security-policy")) == 1


def test_what_it_answers_is_counted(web: WebOffice) -> None:
    served = bare(web.office.settings, ORIGIN, beside=BESIDE)
    Browser(served.application).get("/other/a")
    assert b'hilt_requests_total{method="GET",route="hub other",status="200"} 1.0' in served.desk.metrics.text()


def test_a_server_without_pages_has_none(web: WebOffice) -> None:
    served = bare(web.office.settings, ORIGIN, beside=BESIDE)
    lena = Browser(served.application, web.secret("Lena"))
    for path in ("/", "/sign-in", "/begin", "/live?about=log", "/api", "/account", "/static/x/hilt.css", "/<b>"):
        answer = lena.get(path)
        assert (answer.status_code, "there is no such page" in answer.text) == (404, True), path
        assert "<b>" not in answer.text
    assert lena.post("/sign-in", data={"name": "Lena", "password": "x"}).status_code == 404
