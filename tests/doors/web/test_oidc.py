"""Signing in at the organisation's own server, through the pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from hilt.core.signed_in import PassKind, Waiting
from hilt.gate.person import people
from hilt.gate.record import keeping_open, opened
from hilt.gate.settings import read_settings
from hilt.gate.signing_in.accounts import let_in, sign_in_as
from office import Office
from oidc_provider import SECRET, OidcProvider, provider, told_in
from web_office import ORIGIN, Browser, WebOffice

BACK = f"{ORIGIN}/oidc/return"


@pytest.fixture(scope="module")
def acme() -> Iterator[OidcProvider]:
    with provider(BACK) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OIDC_SECRET", SECRET)
        yield running


@pytest.fixture(scope="module")
def web(acme: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebOffice]:
    office = Office.copied(tmp_path_factory.mktemp("office"))
    told = yaml.safe_load(office.settings_file.read_text())
    office.settings_file.write_text(yaml.safe_dump({**told, "serve": {"oidc": acme.settings()}}))
    settings = office.settings
    with keeping_open(settings):
        came = sign_in_as(acme.issuer, "lena", "Lena B.", "lena@acme.example", settings)
        assert isinstance(came, Waiting)
        let_in(came.person, ["legal"], key=office.signing("Ada"), settings=settings)
        yield WebOffice(office)


def came_back(acme: OidcProvider, browser: Browser, subject: str, then: str = "/") -> str:
    """Where the browser is sent by the provider, after it asked to sign in there."""
    begun = browser.get("/oidc/start", params={"next": then})
    assert begun.status_code == 303, begun.text
    there = urlsplit(acme.sign_in(begun.headers["location"], subject))
    return f"{there.path}?{there.query}"


def test_a_program_of_an_administrator_lets_somebody_in(web: WebOffice, acme: OidcProvider) -> None:
    came = sign_in_as(acme.issuer, "noor", "Noor", "noor@acme.example", web.office.settings)
    assert isinstance(came, Waiting)

    def asked(name: str, verb: str, body: dict[str, object], **more: bool) -> Any:
        secret = web.secret(name, PassKind.TOKEN, label="tests", **more)
        return web.browser().post(f"/api/person/{verb}", json=body, headers={"Authorization": f"Bearer {secret}"})

    body = {"who": came.person, "roles": ["requester"], "name": "Noor K."}
    for name, reads in (("Eve", False), ("Ada", True)):
        assert asked(name, "waiting", {}, only_reads=reads).status_code == 403
        assert asked(name, "let-in", body, only_reads=reads).status_code == 403
    waits = [one for one in asked("Ada", "waiting", {}).json() if one["person"] == came.person]
    assert [(one["name"], one["contact"], one["issuer"]) for one in waits] == [
        ("Noor", "noor@acme.example", acme.issuer)
    ]
    told = asked("Ada", "let-in", body).json()
    assert (told["person"], told["name"], told["roles"]) == (came.person, "Noor K.", ["requester"])
    again = asked("Ada", "let-in", body)
    assert (again.status_code, "nobody waits here" in again.json()["error"]["message"]) == (400, True)


def test_who_is_there_already_keeps_their_roles(web: WebOffice, acme: OidcProvider) -> None:
    for number, way in enumerate(("by a program", "on the page")):
        came = sign_in_as(acme.issuer, f"otto-{number}", "Otto", "otto@acme.example", web.office.settings)
        assert isinstance(came, Waiting)
        if way == "by a program":
            secret = web.secret("Ada", PassKind.TOKEN, label="tests")
            body = {"who": came.person, "into": "Otto"}
            web.browser().post("/api/person/let-in", json=body, headers={"Authorization": f"Bearer {secret}"})
        else:
            done = web.browser("Ada").submit("/people/let-in", {"who": came.person, "into": "Otto", "role": "reader"})
            assert done.status_code == 303, done.text[-1500:]
        (otto,) = [one for one in people(web.office.settings) if one.name.text == "Otto"]
        assert (len(otto.keys), otto.roles) == (2, ("security",)), way


def test_somebody_waits_is_let_in_and_goes_on_where_they_were(web: WebOffice, acme: OidcProvider) -> None:
    browser = web.browser()
    page = browser.get("/sign-in?next=/models%3Fq=x%26y")
    assert 'href="/oidc/start?next=/models%3Fq%3Dx%26y">Sign in with Acme ID</a>' in page.text
    page = browser.get(came_back(acme, browser, "grace"))
    assert (page.status_code, "set-cookie" in page.headers) == (403, False)
    assert "an administrator of hilt has to let you in" in page.text
    assert "grace of Acme" in page.text
    with opened(web.office.settings) as record:
        (waits,) = [one for one in record.accounts.waiting(10) if one.subject == "grace"]
    assert waits.person in page.text
    assert "Sign out" not in browser.get("/sign-in").text
    let_in(waits.person, ["legal"], key=web.office.signing("Ada"), settings=web.office.settings)
    done = browser.get(came_back(acme, browser, "grace", "/models?q=x&y"))
    assert (done.status_code, done.headers["location"]) == (303, "/models?q=x&y")
    cookies = done.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in one and "SameSite=lax" in one for one in cookies)
    assert "hilt-elsewhere" not in browser.cookies
    assert "grace of Acme" in browser.get("/").text


def test_nobody_is_signed_in_by_a_link_of_somebody_else(web: WebOffice, acme: OidcProvider) -> None:
    mallory, victim = web.browser(), web.browser()
    link = came_back(acme, mallory, "mallory")
    for page in (victim.get(link), victim.get("/oidc/return"), victim.get("/oidc/return?state=&code=x")):
        assert page.status_code == 403
        assert "answers no question that your browser asked" in page.text
    came_back(acme, victim, "grace")
    assert victim.get(link).status_code == 403
    assert victim.get(f"/oidc/return?state={told_in(link)['state']}&error=%3Cscript%3E").status_code == 403


def test_nobody_is_sent_elsewhere_after_signing_in(web: WebOffice, acme: OidcProvider) -> None:
    for then in (
        "//mallory.example",
        "https://mallory.example",
        "/\\mallory.example",
        "javascript:x",
        "/" + "x" * 5000,
    ):
        browser = web.browser()
        done = browser.get(came_back(acme, browser, "lena", then))
        assert (done.status_code, done.headers["location"]) == (303, "/")
    browser = web.browser()
    link = came_back(acme, browser, "lena")
    secret = browser.cookies["hilt-elsewhere"].partition(".")[0]
    browser.cookies.set("hilt-elsewhere", f"{secret}.%%%", domain="127.0.0.1")
    assert browser.get(link).status_code in (303, 403)


def test_where_nobody_else_vouches_there_is_no_such_button(office: Office) -> None:
    with keeping_open(office.settings):
        browser = WebOffice(office).browser()
        assert "/oidc/start" not in browser.get("/sign-in").text
        assert browser.get("/oidc/start").status_code == 400


def test_a_provider_that_is_away_is_told_on_a_page(office: Office, acme: OidcProvider) -> None:
    told = yaml.safe_load(office.settings_file.read_text())
    away = {"oidc": acme.settings(issuer="http://127.0.0.1:9")}
    office.settings_file.write_text(yaml.safe_dump({**told, "serve": away}))
    settings = read_settings(office.settings_file)
    with keeping_open(settings):
        page = WebOffice(office).browser().get("/oidc/start")
    assert page.status_code == 502
    assert "Acme ID cannot be asked" in page.text
