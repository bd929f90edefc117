"""Signing in and out, and the links that are of use once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from hilt.doors.web.app import pages
from hilt.gate.record import keeping_open
from hilt.gate.settings import Settings, read_settings
from hilt.gate.signing_in.invite import invite
from office import Office
from web_office import ORIGIN, Browser, WebOffice, complaint

PASSWORD = "four words in a row"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebOffice]:
    office = Office.copied(tmp_path_factory.mktemp("office"))
    with keeping_open(office.settings):
        yield WebOffice(office)


def invited(web: WebOffice, name: str) -> str:
    """Where the link of a new person leads."""
    told = invite(
        name, f"{name}@acme.example", ("reader",), key=web.office.signing("Ada"), settings=web.office.settings
    )
    return f"/begin?link={told.secret}"


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def test_whoever_is_invited_chooses_a_password_once_and_signs_in_with_it(web: WebOffice) -> None:
    link, mia = invited(web, "Mia"), web.browser()
    page = mia.get(link)
    assert "Mia" in page.text
    assert mia.get(link).status_code == 200, "to look at it uses nothing up: mail programs do"
    fields = {"link": hidden(page.text, "link"), "password": PASSWORD, "again": PASSWORD}
    assert "not the same" in complaint(mia.submit("/begin", {**fields, "again": "x"}))
    assert "where 12 are needed" in complaint(mia.submit("/begin", {**fields, "password": "short", "again": "short"}))
    done = mia.submit("/begin", fields)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert "HttpOnly; Path=/; SameSite=lax" in done.headers["set-cookie"]
    assert "Max-Age" not in done.headers["set-cookie"]
    assert "Mia" in mia.get("/").text
    late = web.browser().get(link)
    assert (late.status_code, "Whoever came in by it signs in" in late.text) == (403, True)
    again = web.browser().submit("/begin", fields)
    assert (again.status_code, "this link was used already, or is over" in complaint(again)) == (403, True)
    assert PASSWORD not in again.text

    other = web.browser()
    wrong = other.submit("/sign-in", {"name": "Mia", "password": "wrong", "next": "/cases"})
    assert (wrong.status_code, "the name or the password is wrong" in complaint(wrong)) == (403, True)
    assert (hidden(wrong.text, "next"), 'value="Mia"' in wrong.text) == ("/cases", True)
    before = other.cookies.get("hilt")
    done = other.submit("/sign-in", {"name": "mia", "password": PASSWORD, "next": "/cases?a=1"})
    assert (done.status_code, done.headers["location"]) == (303, "/cases?a=1")
    assert other.cookies["hilt"] not in (before, mia.cookies["hilt"])
    assert other.get("/sign-in?next=/log").headers["location"] == "/log"
    assert b"hilt_sign_ins_failed_total 1.0" in web.desk.metrics.text()


def test_a_session_that_somebody_prepared_is_not_the_one_that_begins(web: WebOffice) -> None:
    link, noa = invited(web, "Noa"), web.browser("Eve")
    noa.submit("/begin", {"link": link.partition("=")[2], "password": PASSWORD, "again": PASSWORD})
    assert noa.cookies["hilt"] != noa.secret
    assert "Noa" in noa.get("/").text


def test_signing_in_leads_to_no_other_site(web: WebOffice) -> None:
    page = web.browser().get("/sign-in", params={"next": "//evil.example"})
    assert hidden(page.text, "next") == "/"
    assert web.browser("Lena").get("/sign-in?next=https://evil.example").headers["location"] == "/"


def test_nobody_is_signed_in_by_another_site(web: WebOffice) -> None:
    answer = web.browser().post(
        "/sign-in", data={"csrf": "", "name": "Eve", "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_whoever_asks_for_a_page_gets_it_after_signing_in(web: WebOffice) -> None:
    asked = "/?about=a%26b&since=7"
    to = web.browser().get(asked).headers["location"]
    page = web.browser().get(to)
    assert hidden(page.text, "next") == asked
    assert "Your session is over" not in page.text
    over = Browser(web.application, "A" * 43).get("/")
    assert "Your session is over" in web.browser().get(over.headers["location"]).text


def test_names_full_of_markup_are_shown_as_they_are(web: WebOffice) -> None:
    answer = web.browser().submit("/sign-in", {"name": '"><script>alert(1)</script>', "password": "x"})
    assert "<script>alert" not in answer.text


def test_a_session_that_nobody_uses_ends_and_open_pages_do_not_use_it(
    web: WebOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    lena, now = web.browser("Lena"), [1000.0]
    monkeypatch.setattr(web.desk.idle, "_clock", lambda: now[0])
    assert lena.get("/").status_code == 200
    now[0] += 7000
    assert lena.get("/").status_code == 200
    now[0] += 7000
    assert lena.get("/", headers={"HX-Request": "true"}).status_code == 200
    now[0] += 300
    assert lena.get("/").headers["location"] == "/sign-in?next=%2F&over=1"
    now[0] -= 7000
    assert lena.get("/").status_code == 303, "and it is over for good"


@pytest.mark.parametrize(("hours", "ends"), [(0, False), (5, True)])
def test_after_how_many_idle_hours_a_session_ends_the_settings_say(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, hours: int, ends: bool
) -> None:
    office.settings_file.write_text(office.settings_file.read_text() + f"serve: {{idle_hours: {hours}}}\n")
    web, now = WebOffice(office), [1000.0]
    lena = web.browser("Lena")
    monkeypatch.setattr(web.desk.idle, "_clock", lambda: now[0])
    assert lena.get("/").status_code == 200
    now[0] += 5 * 3600 + 1
    assert (lena.get("/").status_code == 303) == ends
    told = web.browser().get("/sign-in?over=1").text
    assert "12 hours after it began" in told
    assert ("5 hours in which nobody used it" in told) == ends


def test_the_first_administrator_comes_in_by_the_link_of_the_terminal(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    settings = new_record(tmp_path_factory)
    with keeping_open(settings):
        application, desk = pages(settings, ORIGIN)
        link = desk.first_link.path()
        ada = Browser(application)
        assert ada.get("/begin?link=" + "A" * 43).status_code == 403
        page = ada.get(link)
        assert "Nobody is here yet" in page.text
        fields = {"link": link.partition("=")[2], "name": "Ada", "contact": "", "password": PASSWORD, "again": PASSWORD}
        again = ada.submit("/begin", fields)
        assert (again.status_code, hidden(again.text, "name")) == (400, "Ada")
        assert ada.submit("/begin", {**fields, "contact": "ada@acme.example"}).status_code == 303
        assert "Ada" in ada.get("/").text
        assert desk.first_link.path() == ""
        assert Browser(application).get(link).status_code == 403


def new_record(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a record that has nobody yet."""
    from hilt.gate.init import init

    file = tmp_path_factory.mktemp("new") / "settings.yaml"
    file.write_text("record: {database: record.db, checkpoint: kept, checks: false}\n")
    settings = read_settings(file)
    init(settings)
    return settings
