"""What every request passes and every answer carries."""

from __future__ import annotations

import re

import pytest

from hilt.doors.http.desk import hosts_of
from hilt.doors.http.static import KEPT
from web_echo import echoing
from web_office import Browser, WebOffice, complaint

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:8792", "127.0.0.1:8791.evil.example", "", "127.0.0.1:8791@evil", "é"],
)
def test_a_host_that_is_not_ours_is_not_answered(web: WebOffice, host: str) -> None:
    lena = web.browser("Lena")
    for path in ("/", "/sign-in", "/metrics", "/static/x/hilt.css"):
        answer = lena.get(path, headers=[(b"Host", host.encode())])
        assert (answer.status_code, answer.text) == (
            421,
            f"This server answers at {web.origin}, and to no other name.\n",
        )


def test_two_hosts_are_none(web: WebOffice) -> None:
    hosts = [(b"Host", b"127.0.0.1:8791"), (b"Host", b"127.0.0.1:8791")]
    assert web.browser("Lena").get("/", headers=hosts).status_code == 421


def test_on_loopback_each_name_of_it_is_ours_and_machines_that_ask_for_health_know_none(web: WebOffice) -> None:
    for host in ("localhost:8791", "LOCALHOST:8791", "[::1]:8791"):
        assert web.browser("Lena").get("/", headers={"Host": host}).status_code == 200
    assert web.browser().get("/healthz", headers={"Host": "10.0.0.7"}).json() == {"status": "ok"}


def test_the_hosts_of_an_address() -> None:
    assert hosts_of("https://hilt.example") == {"hilt.example", "hilt.example:443"}
    assert hosts_of("https://hilt.example:8443") == {"hilt.example:8443"}
    assert hosts_of("http://[2001:db8::1]:80") == {"[2001:db8::1]", "[2001:db8::1]:80"}
    assert hosts_of("http://127.0.0.1") >= {"localhost", "localhost:80", "[::1]"}


def test_every_answer_forbids_what_pages_do_not_need(web: WebOffice) -> None:
    lena = echoing(web)
    static = web.browser().get("/sign-in").text
    css = re.search(r"/static/\w+/hilt\.css", static)
    assert css
    pages = web.browser("Lena")
    answers = [pages.get(path) for path in ("/", "/index.json", "/nothing", "/healthz", "/metrics", css[0])]
    answers += [web.browser().get("/"), pages.get("/", headers={"Host": "evil"}), lena.post("/echo"), lena.get("/file")]
    for answer in answers:
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cache-control"] == (KEPT if "static" in str(answer.url) else "no-store")
        assert "strict-transport-security" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_under_tls_browsers_are_told_to_stay_there(web: WebOffice) -> None:
    told = WebOffice(web.office, "https://hilt.example").browser("Lena").get("/")
    assert (told.status_code, told.headers["strict-transport-security"]) == (200, "max-age=31536000")


def test_a_bug_is_told_as_that_and_shows_nothing_of_itself(web: WebOffice, capsys: pytest.CaptureFixture[str]) -> None:
    lena = echoing(web)
    page, told = lena.get("/bug"), lena.get("/bug.json")
    assert (page.status_code, told.status_code, told.json()["error"]["kind"]) == (500, 500, "bug")
    assert "secret" not in page.text + told.text
    assert "KeyError: '/bugsecret'" in capsys.readouterr().err


def test_nobody_is_sent_elsewhere(web: WebOffice) -> None:
    lena = echoing(web)
    for to in ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "\\/evil", "evil", "javascript:alert(1)",
               "/%0d%0aSet-Cookie:x=1\r\n", "/a b", "/é", "", "///evil.example", "/.//evil.example\n"):  # fmt: skip
        assert lena.get("/away", params={"to": to}).headers["location"] == "/", to
    assert (
        lena.get("/away", params={"to": "/cases/17?a=%20b&c=//d#e"}).headers["location"] == "/cases/17?a=%20b&c=//d#e"
    )


def test_a_download_is_kept_and_not_shown_whatever_its_name(web: WebOffice) -> None:
    answer = echoing(web).get("/file")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''a%22b%0D%0AX%3A%201%2F%E2%80%AE.html"
    assert answer.headers["content-type"] == "text/html"


def test_what_takes_a_role_is_not_shown_to_others(web: WebOffice) -> None:
    assert echoing(web, "Ada").get("/admin").json() == "hello"
    answer = echoing(web, "Lena").get("/admin")
    assert (answer.status_code, "this takes the role admin; you have legal" in complaint(answer)) == (403, True)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/0/..%2f..%2fapp.py", "/static/0/hilt.css", "/static/0/%00",
        "/static//hilt.css", "//evil.example/", "/sign-in/", "/%ff", "/sign-in%00", "/SIGN-IN", "/;a=b", "/" + "a" * 3000,
    ],
)  # fmt: skip
def test_tricks_with_paths_lead_nowhere(web: WebOffice, path: str) -> None:
    answer = web.browser("Lena").get(f"{web.origin}{path}")
    assert (answer.status_code, complaint(answer)) == (404, "there is no such page"), path[:99]


@pytest.mark.parametrize("path", ["/cases/", "/checks/", "/log/"])
def test_a_number_of_thousands_of_digits_leads_nowhere(web: WebOffice, path: str) -> None:
    for digits in (19, 5_000):
        for ending in ("", ".json"):
            assert web.browser("Lena").get(path + "1" * digits + ending).status_code == 404
    assert web.browser("Lena").get(path + "1" * 18).status_code == 404


def test_files_that_come_with_pages_are_kept_by_browsers_until_they_change(web: WebOffice) -> None:
    stranger = web.browser()
    for name, url in web.desk.static.items():
        answer = stranger.get(url)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, KEPT), name
    assert stranger.get(web.desk.static["hilt.css"]).headers["content-type"] == "text/css; charset=utf-8"
    assert stranger.get(web.desk.static["htmx.min.js"]).headers["content-encoding"] == "gzip"
    assert stranger.post(web.desk.static["hilt.css"]).status_code == 405


def test_a_part_of_a_page_is_not_replaced_by_the_page_to_sign_in_at(web: WebOffice) -> None:
    answer = web.browser().get("/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-refresh"], answer.text) == (401, "true", "")


def test_a_browser_without_a_session_that_never_was_one_is_a_stranger(web: WebOffice) -> None:
    for secret in ("x", "A" * 43, "é".encode().decode("latin-1"), "A" * 10_000, '"' + "A" * 43 + '"'):
        browser = Browser(web.application)
        answer = browser.get("/", headers=[(b"Cookie", f"hilt={secret}".encode("latin-1"))])
        assert (answer.status_code, answer.headers["location"][:9]) == (303, "/sign-in?"), secret[:50]
