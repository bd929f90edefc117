"""Every page in a real Chromium: before axe-core, on a telephone and a desk, in light and dark; and full of what hostile models,
cards and people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser

from hilt.core.notification import Notification, Occasion
from hilt.core.verdict import Outcome
from hilt.doors.web.routes import ROUTES
from hilt.gate.check import verdict_on
from hilt.gate.record import opened
from hilt.gate.recording.verdicts import given
from hilt.gate.signing_in.passes import clock
from hilt.record.outbox.store import Item, Seen
from office import Office
from shelves import shelve
from web_axe import axe, found
from web_browser import chromium, page_of
from web_office import WebOffice
from web_server import running

EVIL = (
    "<script>window.ran=1</script><img src=x onerror=window.ran=1>\"'><svg onload=window.ran=1>{{7*7}}"
    "\u202egnp.eludom\u2066\x1b[31m\x07\u200b javascript:window.ran=1"
)
LONG = "W" * 10_000
HOSTILE = (
    "/models?q=%3Cscript%3E%E2%80%AE",
    f"/models?use={'W' * 2000}",
    "/library?use=%3Cscript%3E%E2%80%AE",
    f"/library?author=%22%3E%3Cscript%3E&licence={'W' * 2000}",
)
ROLES = ("admin", "policy-owner", "security", "legal")
"""Whoever has them sees every page, with all that can be done there."""
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
CARD = f"""---
license: "{EVIL.encode("unicode_escape").decode("ascii").replace('"', "'").replace(chr(92), "/")}"
base_model: "javascript:window.ran=1"
tags: ["<b onmouseover=window.ran=1>"]
---
# <script>window.ran=1</script>

[a link](javascript:window.ran=1) <iframe src="https://evil.example"></iframe> {LONG}
"""
SEEN = """() => {
  const root = document.documentElement;
  return {
    over: root.scrollWidth - root.clientWidth,
    ran: window.ran ?? 0,
    strange: [...document.querySelectorAll("main :is(script, img, iframe, object, embed, style, [style], [onerror], [onload])")]
      .map((one) => one.outerHTML.slice(0, 200)),
    links: [...document.querySelectorAll("a[href], form[action]")].map((one) => one.href ?? one.action)
      .filter((to) => !String(to).startsWith(location.origin)),
    headings: [...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1])),
    text: document.body.innerText,
  };
}"""


class Site(NamedTuple):
    """The pages of an office, and where they are: of an honest model, and of one that attacks."""

    web: WebOffice
    origin: str
    honest: tuple[str, ...]
    hostile: tuple[str, ...]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    office = Office.copied(tmp_path_factory.mktemp("office"))
    roles = [word for role in ROLES for word in ("--role", role)]
    office.run("person", "roles", "Ada", *roles, by="Ada")
    honest = _judged(office, office.model(), "")
    office.asks("Eve", "support chatbot, EU", "It tells languages apart.")
    asked = office.entries() - 1
    evil = _evil_model(office)
    shelve(office, "acme/evil", told={"pipeline_tag": EVIL, "tags": [EVIL]}, outcome=Outcome.BLOCK)
    shelve(
        office, f"{LONG[:96]}/{LONG[:96]}", told={"pipeline_tag": LONG}, facts={"rights.licences": (LONG[:80], EVIL)}
    )
    hostile = _judged(office, evil, f"hf:acme/{EVIL}{LONG[:2000]}")
    office.asks("Eve", EVIL, f"{EVIL}\n{LONG}")
    attack = office.entries() - 1
    office.asks("Eve", LONG, EVIL)
    _undelivered(office)
    with running(office) as server:
        yield Site(
            WebOffice(office, server.origin), server.origin, _addresses(honest, asked), _addresses(hostile, attack)
        )


def test_axe_finds_nothing_on_any_page_and_none_is_wider_than_its_screen(site: Site, browser: Browser) -> None:
    script, strangers = axe(), ("/sign-in?over=1", "/begin?link=x")
    wrong: dict[str, Any] = {}
    for secret, addresses in ((site.web.secret("Ada"), (*site.honest, "/library?author=acme")), ("", strangers)):
        with page_of(browser, site.origin, secret, reduced_motion="reduce") as (page, _):
            for address in addresses:
                page.goto(address)
                wrong |= found(page, script)
    assert wrong == {}


def test_nothing_that_models_cards_or_people_say_runs_hides_or_leads_elsewhere(site: Site, browser: Browser) -> None:
    with page_of(browser, site.origin, site.web.secret("Ada"), viewport={"width": 360, "height": 800}) as (page, said):
        for address in (*site.hostile, *HOSTILE):
            page.goto(address)
            told = page.evaluate(SEEN)
            what = {name: told[name] for name in ("over", "ran", "strange", "links")}
            assert (address, what) == (address, {"over": 0, "ran": 0, "strange": [], "links": []})
            assert HIDDEN.findall(told["text"]) == [], address
            assert told["headings"].count(1) == 1, address
        assert said == []


def test_keys_lead_through_the_pages_and_can_be_turned_off(site: Site, browser: Browser) -> None:
    with page_of(browser, site.origin, site.web.secret("Otto")) as (page, said):
        page.goto("/")
        page.keyboard.press("g")
        page.keyboard.press("m")
        page.wait_for_url("**/models")
        page.keyboard.press("/")
        page.keyboard.type("lid", delay=5)
        page.wait_for_url("**/models?q=lid")
        assert page.locator("#found tbody tr").count() == 1
        page.locator("#q").blur()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/models/*")
        page.keyboard.press("?")
        page.get_by_label("Use them").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("m")
        assert "/models/" in page.url
        assert said == []


@pytest.mark.slow
def test_a_page_that_is_open_tells_what_changed_and_keeps_the_focus(site: Site, browser: Browser) -> None:
    with page_of(browser, site.origin, site.web.secret("Lena")) as (page, said):
        page.goto("/")
        page.locator("#now").get_by_role("link").first.focus()
        focused = page.evaluate("document.activeElement.href")
        site.web.office.asks("Eve", "something new", "It came while the page was open.")
        page.get_by_text("something new").wait_for(timeout=15_000)
        assert page.evaluate("document.activeElement.href") == focused
        assert said == []


def _addresses(subject: str, case: int) -> tuple[str, ...]:
    """Every page that can be shown, those of one thing for this model, this case and its entry of the log."""
    named = {"digest": subject, "number:int": str(case)}
    pages = [one.path for one in ROUTES if one.json or one.path in ("/check", "/policy/try")]
    told = [re.sub("{(.*?)}", lambda found: named.get(found[1], found[0]), one) for one in pages]
    return tuple(one for one in told if "{" not in one and not one.startswith(("/api", "/checks/")))


def _evil_model(office: Office) -> Path:
    folder = office.model(f"{EVIL.replace('/', '_')[:120]}")
    (folder / "README.md").write_text(CARD)
    (folder / f"{EVIL.replace('/', '_')[:60]}{LONG[:100]}.pkl").write_bytes(
        b"\x80\x02c<script>window.ran=1\nalert\n)R."
    )
    return folder


def _judged(office: Office, folder: Path, reference: str) -> str:
    """Has it checked and recorded, as a model of this name."""
    verdict = verdict_on(folder, settings=office.settings)
    event, documents = given(verdict, reference=reference)
    with opened(office.settings, writing=True) as record:
        record.commit([event], documents=documents)
    return event.subject


def _undelivered(office: Office) -> None:
    """A letter that was not taken, so that there is something to be told of."""
    now = clock()
    told = Notification(key="waits-1", occasion=Occasion.WAITS, at=now, line=f"{EVIL} waits", path="/cases/1")
    with opened(office.settings) as record:
        outbox = record.outbox
        outbox.begin(Seen(0, now[:10]))
        outbox.put(Seen(0, now[:10]), Seen(0, now[:10]), [Item(told, "mail", record.person("Lena").person, now)])
        letter = outbox.take("mail", "hilt-1", now, now, gathers=True)
        assert letter is not None
        outbox.again(
            letter, clock(timedelta(hours=1)), f"the mail server answers {EVIL}", arrived=False, everybody=True
        )
