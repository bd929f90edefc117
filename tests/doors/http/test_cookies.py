"""The cookie of a session, and those that others toss."""

from __future__ import annotations

import pytest

from web_office import ORIGIN, Browser, WebOffice


def shown(web: WebOffice, *cookies: str, origin: str = "") -> int:
    application = WebOffice(web.office, origin).application if origin else web.application
    headers = [(b"Cookie", cookie.encode()) for cookie in cookies]
    status: int = Browser(application, origin=origin or ORIGIN).get("/", headers=headers).status_code
    return status


def test_a_session_without_tls_has_a_plain_cookie(web: WebOffice) -> None:
    secret = web.secret("Lena")
    assert shown(web, f"hilt={secret}") == 200
    assert shown(web, f"a=b; hilt={secret}; c") == 200
    assert shown(web, f"__Host-hilt={secret}") == 303
    assert shown(web, f"HILT={secret}") == 303


def test_under_tls_only_the_cookie_counts_that_no_other_host_can_set(web: WebOffice) -> None:
    secret = web.secret("Lena")
    assert shown(web, f"__Host-hilt={secret}", origin="https://hilt.example") == 200
    assert shown(web, f"hilt={secret}", origin="https://hilt.example") == 303


def test_of_two_cookies_none_counts_for_one_was_tossed(web: WebOffice) -> None:
    mine, theirs = web.secret("Lena"), web.secret("Otto")
    assert shown(web, f"hilt={mine}; hilt={theirs}") == 303
    assert shown(web, f"hilt={theirs}", f"hilt={mine}") == 303
    assert shown(web, f"hilt={mine}; hilt={mine}") == 200


@pytest.mark.parametrize("origin", [ORIGIN, "https://hilt.example"])
def test_signing_out_ends_the_session_and_forgets_the_cookie(web: WebOffice, origin: str) -> None:
    lena = WebOffice(web.office, origin).browser("Lena")
    answer = lena.submit("/sign-out")
    told = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert told.startswith(f'{lena.cookie}="";')
    assert "Max-Age=0" in told
    assert ("; Secure" in told) == origin.startswith("https")
    assert lena.get("/").headers["location"].startswith("/sign-in?")
    again = Browser(lena.app, lena.secret, origin)
    assert again.get("/").status_code == 303, "the secret is worth nothing any more"
