"""Pages that are there for a while only, before axe-core: work that goes on, invitations, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from endless import endless
from hilt.core.asked_check import Origin, Reached
from hilt.doors.http import server
from hilt.doors.web.pages import log, policy_try
from hilt.gate.record import keeping_open, opened
from hilt.gate.signing_in.invite import invite
from hilt.gate.working.checks_asked import clock
from office import Office
from web_axe import BRIEFLY, axe, found
from web_browser import chromium, page_of
from web_office import WebOffice


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebOffice]:
    """Pages that this process serves, and nobody who carries out checks: what runs goes on running."""
    office = Office.copied(tmp_path_factory.mktemp("office"))
    office.run("person", "roles", "Ada", "--role", "admin", "--role", "policy-owner", by="Ada")
    with server.listen("127.0.0.1", 0, "a test") as listening, keeping_open(office.settings):
        told = WebOffice(office, server.address(listening))
        serving = uvicorn.Server(uvicorn.Config(told.application, lifespan="off", log_level="error"))
        thread = Thread(target=serving.run, kwargs={"sockets": [listening]})
        thread.start()
        yield told
        told.desk.live.close()
        serving.should_exit = True
        thread.join()


def test_axe_finds_nothing_on_pages_of_work_that_goes_on(web: WebOffice, browser: Browser) -> None:
    script, wrong = axe(), dict[str, Any]()
    waits, runs = _checks(web)
    jobs = [web.desk.jobs.start(kind, "p-00000000", endless) for kind in (policy_try.KIND, log.KIND)]
    pages = [f"/checks/{runs}", f"/checks/{waits}", *(f"/{one.kind}/{one.number}" for one in jobs)]
    try:
        with page_of(browser, web.origin, web.secret("Ada"), reduced_motion="reduce") as (page, said):
            for address, words in zip(pages, ("3 of 10 files", "It comes next.", "of 27", "of 27"), strict=True):
                page.goto(address)
                page.get_by_text(words).wait_for()
                wrong |= found(page, script, BRIEFLY)
            assert (wrong, said) == ({}, [])
    finally:
        for job in jobs:
            web.desk.jobs.stop(job.number)


def test_what_is_fetched_anew_keeps_the_focus_on_the_button_that_stops_it(web: WebOffice, browser: Browser) -> None:
    _, runs = _checks(web)
    with page_of(browser, web.origin, web.secret("Ada")) as (page, said):
        page.goto(f"/checks/{runs}")
        page.get_by_role("button", name="Stop it").focus()
        with opened(web.office.settings) as record:
            record.asked_checks.reach(runs, "another", Reached(4, 10, 30_000, 90_000))
        page.get_by_text("4 of 10 files").wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Stop it"
        assert said == []


def test_a_model_is_asked_for_and_admitted_without_a_mouse(web: WebOffice, browser: Browser) -> None:
    web.office.run("check", web.office.model(), "--record")
    with page_of(browser, web.origin, web.secret("Eve")) as (page, said):
        page.goto("/")
        _press(page, "g", "m")
        page.wait_for_url("**/models")
        _press(page, "/")
        page.keyboard.type("lid")
        page.wait_for_url("**/models?q=lid")
        _press(page, "Tab", "j", "o")
        page.wait_for_url("**/models/*")
        _press(page, "a", "Tab", *"kiosk", "Tab", *"It hears.", "Tab", "Enter")
        page.wait_for_url("**/cases/*")
        address, complaints = page.url, list(said)
    with page_of(browser, web.origin, web.secret("Otto")) as (page, said):
        page.goto("/")
        _press(page, "g", "c")
        page.wait_for_url("**/cases")
        _press(page, "?")
        page.get_by_role("dialog").get_by_text("Next row").wait_for()
        _press(page, "Escape", "j", "o")
        page.wait_for_url(address)
        _press(page, "v")
        assert page.evaluate("document.activeElement.textContent") == "Keep my view"
        _press(page, "Shift+Tab", *"It calls code.", "Shift+Tab", "Space", "Tab", "Tab", "Enter")
        page.get_by_text("Your view,").wait_for()
        _press(page, "y", "Tab", *"It puts layers together.", "Tab", "Tab", "Tab", "Tab", "Tab")
        assert page.evaluate("document.activeElement.textContent.slice(0, 8)") == "6 months"
        _press(page, "Enter", "Tab", "Tab", *"I read it.", "Tab", "Tab")
        assert page.evaluate("document.activeElement.textContent") == "Sign this answer"
        assert page.evaluate("document.getElementById('until').value") > "2026"
        _press(page, "Enter")
        page.get_by_text("said yes to case").first.wait_for()
        assert (complaints, said) == ([], [])


def test_axe_finds_nothing_on_invitations_and_on_what_went_wrong(web: WebOffice, browser: Browser) -> None:
    script, wrong = axe(), dict[str, Any]()
    key, settings = web.office.signing("Ada"), web.office.settings
    link = invite("Mia", "mia@acme.example", ("reader",), key=key, settings=settings).secret
    with page_of(browser, web.origin, reduced_motion="reduce") as (page, _):
        page.goto(f"/begin?link={link}")
        wrong |= found(page, script, BRIEFLY)
        page.get_by_label("Password").fill("four words in a row")
        page.get_by_label("The same again").fill("four other words in a row")
        page.get_by_role("button", name="Begin").click()
        page.get_by_role("alert").wait_for()
        wrong |= found(page, script, BRIEFLY)
    with page_of(browser, web.origin, web.secret("Ada"), reduced_motion="reduce") as (page, _):
        for address in ("/nowhere", "/models?verdict=perhaps"):
            page.goto(address)
            wrong |= found(page, script, BRIEFLY)
        _invite(page, "Noa")
        page.get_by_role("textbox", name="Link").wait_for()
        wrong |= found(page, script, BRIEFLY)
        _invite(page, "Noa again", forged=True)
        page.get_by_role("heading", name="What you typed is still here").wait_for()
        wrong |= found(page, script, BRIEFLY)
    assert wrong == {}


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _invite(page: Page, name: str, *, forged: bool = False) -> None:
    page.goto("/people")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("How to reach them").fill("at the second desk")
    if forged:
        page.evaluate("document.querySelectorAll('[name=csrf]').forEach((one) => { one.value = 'forged'; })")
    page.get_by_role("button", name="Make a link for them").click()


def _checks(web: WebOffice) -> tuple[int, int]:
    """The numbers of two checks: one that waits, and one that another server carries out."""
    with opened(web.office.settings) as record:
        ada = record.person("Ada").person
        asked = [record.asked_checks.add(ada, Origin.UPSTREAM, f"hf:acme/{n}", clock(), most=20) for n in "ab"]
        taken = record.asked_checks.take("another", clock(), store="")
        assert asked[1] is not None
        assert taken is not None
        record.asked_checks.reach(taken.check.number, "another", Reached(3, 10, 20_000, 90_000))
    return asked[1].number, taken.check.number
