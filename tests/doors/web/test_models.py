"""The list of all models, and the page of one: what is told, and what can be done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hilt.core.verdict import Outcome
from hilt.gate.overview.model import model
from office import KNOWN_ROAD, POLICY, USE, Office
from web_office import Browser, WebOffice


@pytest.fixture
def web(office: Office) -> WebOffice:
    return WebOffice(office)


def checked(office: Office, *arguments: Any, **more: Any) -> str:
    """The digest of a model that was checked."""
    folder = office.model(*arguments, **more)
    told: list[dict[str, Any]] = office.told("check", "--record", folder)["verdicts"]
    return str(told[0]["report"]["subject"]["digest"])


def readable(page: Any) -> str:
    """The words of a page, without its markup."""
    assert page.status_code == 200, page.text
    return " ".join(re.sub("<[^>]*>", " ", page.text.partition("<main")[2]).split())


def acted(browser: Browser, subject: str, verb: str, **fields: str) -> str:
    """What the page says to which a form leads."""
    answer = browser.submit(f"/models/{subject}/{verb}", fields)
    assert answer.status_code == 303, readable_problem(answer)
    return readable(browser.get(answer.headers["location"]))


def readable_problem(answer: Any) -> str:
    return " ".join(re.sub("<[^>]*>", " ", answer.text).split())


def test_where_nothing_was_checked_a_link_leads_to_the_first_check(web: WebOffice) -> None:
    lena = web.browser("Lena")
    for address in ("/", "/models"):
        assert 'href="/check"' in lena.get(address).text
    assert "Your policy judges that: admit, review or block." in readable(lena.get("/"))


def test_of_what_nobody_may_admit_nothing_is_asked(web: WebOffice, office: Office) -> None:
    subject = checked(office, "acme-bad", KNOWN_ROAD)
    assert "Ask for this use" in web.browser("Eve").get(f"/models/{subject}").text
    office.policy(POLICY.replace("override: {by: risk-officer}\n", ""))
    page = readable(web.browser("Eve").get(f"/models/{checked(office, 'acme-bad', KNOWN_ROAD)}"))
    assert "names nobody who may make an exception" in page
    assert "Ask for this use" not in page
    assert "Admit it for this use" not in page


def test_models_are_found_by_name_and_by_what_is_known_of_them(web: WebOffice, office: Office) -> None:
    checked(office)
    checked(office, "acme-bad", KNOWN_ROAD)
    checked(office, "acme-good", b"", licence="MIT License")
    lena = web.browser("Lena")
    for query, names in {
        "": ["acme-good", "acme-bad", "acme-lid"],
        "?q=LID": ["acme-lid"],
        "?verdict=block": ["acme-bad"],
        "?licence=mit&verdict=admit": ["acme-good"],
        "?licence=none": [],
        "?openness=1": [],
        "?use=nobody asked": [],
    }.items():
        page = lena.get(f"/models{query}")
        found = re.findall(r'<th scope="row"><a href="/models/[0-9a-f]{64}"><bdi>([^<]*)', page.text)
        assert (query, found) == (query, names)
        assert [
            one["reference"].rpartition("/")[2] for one in lena.get(f"/models.json{query}").json()["models"]
        ] == names
    assert "Nothing was found" in readable(lena.get("/models?q=nothing"))
    assert 'href="/models?q=lid&amp;verdict=block"' in lena.get("/models?q=lid").text
    assert lena.get("/models?verdict=perhaps").status_code == 400
    for after in ("x", "9" * 19, "\u00b2"):
        assert lena.get("/models", params={"after": after}).status_code == 400


def test_pages_of_models_go_on_where_the_one_before_ended(web: WebOffice, office: Office, monkeypatch: Any) -> None:
    from hilt.gate.overview import models

    monkeypatch.setattr(models, "MOST", 2)
    for number in range(3):
        checked(office, f"model-{number}", b"", licence=f"MIT License {number}")
    lena = web.browser("Lena")
    first = lena.get("/models").text
    onwards = re.search(r'href="(/models\?after=\d+)"', first)
    assert onwards is not None
    second = readable(lena.get(onwards[1]))
    assert ("model-2" in first, "model-1" in first, "model-0" in first) == (True, True, False)
    assert ("model-0" in second, "model-1" in second, "To the newest" in second) == (True, False, True)


def test_a_model_is_told_with_its_report_and_without_a_style_of_its_own(web: WebOffice, office: Office) -> None:
    subject = checked(office)
    page = web.browser("Lena").get(f"/models/{subject}")
    told = readable(page)
    for words in ("acme-lid", "judged it review", "What you gain", "pickle-unknown-call", "Nobody has asked to use it"):
        assert words in told
    assert "style=" not in page.text
    assert "<style" not in page.text
    assert page.text.count("<h1") == 1
    data = web.browser("Lena").get(f"/models/{subject}.json").json()
    assert data["verdict"]["outcome"] == "review"
    assert [one["kind"] for one in data["entries"]] == ["verdict"]


def test_what_is_no_digest_of_a_model_leads_nowhere(web: WebOffice) -> None:
    for wrong in ("0" * 64, "x", "A" * 64, "..%2f"):
        assert web.browser("Lena").get(f"/models/{wrong}").status_code == 404


def test_a_person_asks_records_who_runs_it_ends_that_and_withdraws(web: WebOffice, office: Office) -> None:
    subject = checked(office, "acme-good", b"", licence="MIT License")
    eve, rita = web.browser("Eve"), web.browser("Rita")
    assert "said yes" in (said := acted(eve, subject, "ask", use=USE, why="It is good.")) or "admitted it" in said
    assert "cluster-1 : Team B, b@acme.example" in acted(
        eve, subject, "hold", where="cluster-1", holder="Team B, b@acme.example", use=USE
    )
    assert f"withdrew it for {USE}" in acted(rita, subject, "withdraw", use=USE, why="It is not.")
    assert "Runs, and should not 1" in readable(eve.get("/"))
    assert "Tell Team B, b@acme.example" in readable(eve.get("/"))
    shown = model(subject, settings=office.settings)
    assert [one.standing.outcome for one in shown.status.uses] == [Outcome.BLOCK]
    assert "is over" in acted(eve, subject, "end", holding=str(shown.status.holdings[0].index))
    assert "Nobody, as far as the record knows" in readable(eve.get(f"/models/{subject}"))


def test_whoever_asks_for_what_is_asked_for_comes_to_the_case_and_decides_nothing(
    web: WebOffice, office: Office
) -> None:
    subject = checked(office)
    asked = web.browser("Eve").submit(f"/models/{subject}/ask", {"use": USE, "why": "We need it."})
    case = office.entries() - 1
    assert (asked.status_code, asked.headers["location"]) == (303, f"/cases/{case}")
    again = web.browser("Otto").submit(f"/models/{subject}/ask", {"use": USE.upper(), "why": "So do we."})
    assert (again.headers["location"], office.entries()) == (f"/cases/{case}", case + 1)


def test_what_is_missing_or_not_allowed_is_told_and_nothing_is_recorded(web: WebOffice, office: Office) -> None:
    subject, bad = checked(office), checked(office, "acme-bad", KNOWN_ROAD)
    office.policy("policy: acme\nversion: 1\nrules:\n  never: {require: 'false', else: block}\n")
    entries = office.entries()
    eve = web.browser("Eve")
    for verb, fields, status in (
        ("ask", {"use": "", "why": "x"}, 400),
        ("ask", {"use": USE, "why": " "}, 400),
        ("hold", {"where": "", "holder": "x"}, 400),
        ("withdraw", {"why": ""}, 400),
        ("end", {"holding": "1"}, 400),
        ("end", {"holding": "x"}, 400),
    ):
        assert (verb, eve.submit(f"/models/{subject}/{verb}", fields).status_code) == (verb, status)
    assert office.entries() == entries
    refused = web.browser("Eve").submit(f"/models/{bad}/ask", {"use": USE, "why": "We need it."})
    assert (refused.status_code, "names nobody who may make an exception" in refused.text) == (403, True)


def test_a_form_of_another_site_or_session_changes_nothing(web: WebOffice, office: Office) -> None:
    subject, eve = checked(office), web.browser("Eve")
    entries = office.entries()
    theirs = eve.post(f"/models/{subject}/withdraw", data={"why": "x"}, headers={"Origin": "https://evil.example"})
    without = eve.post(f"/models/{subject}/withdraw", data={"why": "x"}, headers={"Origin": web.origin})
    assert (theirs.status_code, without.status_code, office.entries()) == (403, 403, entries)
