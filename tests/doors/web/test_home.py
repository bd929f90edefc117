"""The first page."""

from __future__ import annotations

import pytest

from office import KNOWN_ROAD, USE, Office
from web_office import WebOffice


@pytest.fixture
def web(office: Office) -> WebOffice:
    return WebOffice(office)


def test_whoever_is_signed_in_sees_the_first_page_and_its_twin(web: WebOffice) -> None:
    lena = web.browser("Lena")
    page = lena.get("/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<title>Home · hilt</title>" in page.text
    assert "Lena" in page.text
    assert lena.get("/index.json").json()["title"] == "Home"


def test_whoever_is_not_signs_in_first(web: WebOffice) -> None:
    stranger = web.browser()
    assert stranger.get("/").headers["location"] == "/sign-in?next=%2F"
    told = stranger.get("/index.json")
    assert (told.status_code, told.json()["error"]["kind"]) == (401, "not-signed-in")


def test_a_page_that_is_not_there_is_told_as_that(web: WebOffice) -> None:
    page = web.browser("Lena").get("/nothing")
    assert (page.status_code, "There is no such page" in page.text) == (404, True)


def test_what_waits_for_somebody_is_told_to_them_first_and_to_others_as_that(web: WebOffice) -> None:
    office = web.office
    office.run("check", "--record", office.model())
    office.asks("Eve", USE, "We need it.")
    (case,) = web.browser("Otto").get("/index.json").json()["waiting"]
    assert case["request"]["use"] == USE
    assert (
        "Waits for you" in web.browser("Otto").get("/").text,
        "support chatbot, EU" in web.browser("Otto").get("/").text,
    ) == (True, True)
    assert "Nothing waits for you" in (own := web.browser("Eve").get("/").text)
    assert "These wait for others" in own


def test_models_are_counted_by_verdict_in_words_and_in_a_picture_that_says_so(web: WebOffice) -> None:
    office = web.office
    office.run("check", "--record", office.model())
    office.run("check", "--record", office.model("acme-bad", KNOWN_ROAD))
    page = web.browser("Lena").get("/").text
    assert '<desc id="estate-about">admit 0, review 1, block 1</desc>' in page
    assert 'href="/models?verdict=block"' in page
