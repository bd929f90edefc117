"""Three people and an auditor decide a case, each in a window of a real Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hilt.gate import person
from office import USE, Office
from web_browser import chromium, page_of
from web_office import WebOffice
from web_server import running

POLICY = """
policy: acme
version: 1
rules:
  calls-are-known:
    require: "!findings.exists(f, f.severity == MEDIUM)"
    else: review
    by: [security, legal]
    approvals: 2
    ask: What does the code do that it calls?
"""

expect.set_options(timeout=30_000)  # no page may fail because the machine is busy


@pytest.fixture
def site(office: Office) -> Office:
    office.policy(POLICY)
    office.run("check", office.model(), "--record")
    person.change_roles("Rita", ["auditor"], key=office.key("Ada"), settings=office.settings)
    return office


def test_a_case_from_the_request_to_the_receipt(site: Office, tmp_path: Path) -> None:
    with running(site) as server, chromium() as browser:
        web = WebOffice(site, server.origin)
        with (
            page_of(browser, server.origin, web.secret("Eve")) as (eve, eves),
            page_of(browser, server.origin, web.secret("Otto")) as (otto, ottos),
            page_of(browser, server.origin, web.secret("Lena")) as (lena, lenas),
            page_of(browser, server.origin, web.secret("Rita")) as (rita, ritas),
        ):
            case = _ask(eve)
            expect(eve.get_by_text("This is your own request.")).to_be_visible()
            expect(eve.get_by_role("button", name="Sign this answer")).to_have_count(0)
            for page in (otto, lena):
                page.goto("/cases")
                page.keyboard.press("j")
                page.keyboard.press("Enter")
                page.wait_for_url(f"**{case}")
            expect(lena.get_by_text("Otto is looking at this since")).to_be_visible()
            _have_a_view(otto)
            lena.get_by_label("Why?", exact=True).fill("half a sentence")
            _say_yes(otto, "It puts layers together.")
            expect(lena.get_by_text("Otto (security) said yes")).to_be_visible()
            expect(lena.get_by_text("It has changed since you opened this page.")).to_be_visible()
            assert lena.get_by_label("Why?", exact=True).input_value() == "half a sentence"
            _say_yes(lena, "The same as Otto found.")
            expect(lena.get_by_text("You see it as it is now.")).to_be_visible()
            lena.get_by_role("button", name="Sign this answer").click()
            expect(lena.get_by_text("Not open any more.")).to_be_visible()
            expect(eve.get_by_text("Not open any more.")).to_be_visible()
            rita.goto(case)
            expect(rita.get_by_role("button", name="Sign this answer")).to_have_count(0)
            rita.get_by_role("link", name=str(site.folder / "acme-lid")).click()
            with rita.expect_download() as kept:
                rita.get_by_role("link", name="Receipt of entry").nth(1).click()
            kept.value.save_as(tmp_path / "receipt.json")
            assert [line for line in (*eves, *ottos, *lenas, *ritas) if "409" not in line] == []
    assert site.run("log", "verify", tmp_path / "receipt.json").code == 0
    (use,) = site.told("status", site.model(), "--use", USE)["uses"]
    assert use["outcome"] == "admit"


def test_everything_is_said_without_javascript(site: Office) -> None:
    with running(site) as server, chromium() as browser:
        web = WebOffice(site, server.origin)
        with (
            page_of(browser, server.origin, web.secret("Eve"), java_script_enabled=False) as (eve, eves),
            page_of(browser, server.origin, web.secret("Otto"), java_script_enabled=False) as (otto, ottos),
        ):
            case = _ask(eve)
            otto.goto(case)
            _have_a_view(otto)
            otto.get_by_label("No", exact=True).check()
            otto.get_by_label("Why?", exact=True).fill("Nobody could tell me what it calls.")
            otto.get_by_role("button", name="Sign this answer").click()
            expect(otto.get_by_text("Not open any more.")).to_be_visible()
            eve.reload()
            expect(eve.get_by_text("Nobody could tell me what it calls.").first).to_be_visible()
            assert [*eves, *ottos] == []
    (use,) = site.told("status", site.model(), "--use", USE)["uses"]
    assert use["outcome"] == "block"


def _ask(eve: Page) -> str:
    eve.goto("/models")
    eve.get_by_role("link", name="acme-lid").click()
    eve.wait_for_url("**/models/*")
    eve.locator("summary", has_text="Ask to use it").click()
    eve.get_by_label("For what use?").first.fill(USE)
    eve.get_by_label("Why this model?").fill("Our callers wait too long.")
    eve.get_by_role("button", name="Ask for this use").click()
    eve.wait_for_url("**/cases/*")
    return eve.url[eve.url.index("/cases") :]


def _have_a_view(page: Page) -> None:
    assert page.get_by_text("no yes before").count() == 0
    page.get_by_label("Towards yes").check()
    page.get_by_label("Why, in one line").fill("It is small.")
    page.get_by_role("button", name="Keep my view").click()
    expect(page.locator("#verdict .badge")).to_be_visible()


def _say_yes(page: Page, found: str) -> None:
    page.locator("h1").click()
    page.keyboard.press("y")
    page.get_by_label("What does the code do that it calls?").fill(found)
    page.get_by_label("Why?", exact=True).fill("I read layers.py.")
    page.get_by_role("button", name="Sign this answer").click()
