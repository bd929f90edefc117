"""The page of a case: what it shows before anybody has a view, whose answer it takes, and that it is one to what was shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import unescape

import pytest

from office import USE, Office
from web_office import Browser, WebOffice

VERDICT = "no yes before what nobody knows is looked at"
CODE = {"answer:calls-are-known": "it puts layers together"}
TEXT = {"answer:licence-has-a-text": "MIT, in the card"}
BLOCKING = """
policy: acme
version: 1
override: {by: risk-officer}
rules: {no-known-attack: {require: "!findings.exists(f, f.severity >= MEDIUM)", else: block, ask: Who watches it?}}
"""


@pytest.fixture
def case(office: Office) -> int:
    """Eve asks to use a model; Otto decides one question of it, and Lena the other."""
    return asked(office)


@pytest.fixture
def web(office: Office) -> WebOffice:
    return WebOffice(office)


def asked(office: Office) -> int:
    office.run("check", office.model(), "--record")
    office.run("admit", office.model(), "--use", USE, "--why", "our callers wait", by="Eve")
    return office.entries() - 1


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def answered(
    browser: Browser, case: int, answer: str, shown: str = "", **fields: str | Mapping[str, str]
) -> tuple[int, str]:
    """What comes of an answer to what is shown now, or to what was `shown`."""
    more = fields.pop("more", {})
    assert isinstance(more, Mapping)
    told = {
        "seen": shown or seen(browser.get(f"/cases/{case}").text),
        "answer": answer,
        "why": "I read it",
        **fields,
        **more,
    }
    done = browser.submit(f"/cases/{case}/answer", told)
    alert = re.search(r'role="alert">(.*?)</div>', done.text, re.DOTALL)
    return done.status_code, " ".join(re.sub("<[^>]+>", "", alert[1]).split()) if alert else ""


def test_what_is_asked_comes_first_and_the_answer_last(web: WebOffice, case: int) -> None:
    page = web.browser("Otto").get(f"/cases/{case}").text
    titles = (
        "What a yes does",
        "Since the last decision",
        "What speaks against it",
        "What nobody knows",
        "Cases that are alike",
        "What hilt would say",
        "Your answer",
        "What exactly is signed",
    )
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
    assert "loading this file calls acme.layers.Rebuild()" in page
    assert "What does the code do that it calls?" in page
    assert "Which text grants us this use?" not in page, "that is for legal to answer"


def test_what_hilt_would_say_is_not_in_the_page_before_a_view_and_each_has_their_own(web: WebOffice, case: int) -> None:
    otto, lena = web.browser("Otto"), web.browser("Lena")
    assert VERDICT not in otto.get(f"/cases/{case}").text
    assert otto.get(f"/cases/{case}.json").json()["recommendation"] is None
    done = otto.submit(f"/cases/{case}/view", {"view": "unsure", "why": "nobody read layers.py"})
    assert (done.status_code, done.headers["location"]) == (303, f"/cases/{case}#verdict")
    page = otto.get(f"/cases/{case}").text
    assert (VERDICT in page, "nobody read layers.py" in page) == (True, True)
    hers = lena.get(f"/cases/{case}").text
    assert (VERDICT in hers, "nobody read layers.py" in hers, "has a view" in hers) == (False, False, True)
    entries = web.office.entries()
    otto.submit(f"/cases/{case}/view", {"view": "unsure", "why": "nobody read layers.py"})
    assert web.office.entries() == entries, "the same view is not recorded twice"


def test_a_view_of_other_evidence_is_none(web: WebOffice, case: int) -> None:
    otto = web.browser("Otto")
    otto.submit(f"/cases/{case}/view", {"view": "for", "why": "small"})
    web.office.policy(BLOCKING.replace("risk-officer", "security"))
    web.office.run("check", web.office.model(), "--record")
    page = otto.get(f"/cases/{case}").text
    assert "Folded until you have a view" in page
    assert "as an exception to what the policy blocks" in page


def test_two_people_say_yes_and_it_is_admitted_on_their_conditions(web: WebOffice, case: int) -> None:
    otto, lena = web.browser("Otto"), web.browser("Lena")
    assert answered(otto, case, "yes", more=CODE) == (303, "")
    assert "You have said yes" in otto.get(f"/cases/{case}").text
    assert answered(lena, case, "conditions", more=TEXT)[0] == 400, "without conditions"
    assert answered(lena, case, "conditions", conditions="EU only", until="2099-01-31", more=TEXT) == (303, "")
    (use,) = web.office.told("status", web.office.model(), "--use", USE)["uses"]
    assert (use["outcome"], use["conditions"], use["until"]) == ("admit", ["EU only"], "2099-01-31")
    page = lena.get(f"/cases/{case}").text
    assert ("Not open any more" in page, "/answer" in page) == (True, False)


def test_a_yes_without_an_answer_is_told_in_words_and_keeps_what_was_typed(web: WebOffice, case: int) -> None:
    otto = web.browser("Otto")
    shown = seen(otto.get(f"/cases/{case}").text)
    done = otto.submit(f"/cases/{case}/answer", {"seen": shown, "answer": "yes", "why": "a <b>long</b> reason"})
    assert done.status_code == 400
    assert "this one is still open: What does the code do that it calls?" in done.text
    assert "a &lt;b&gt;long&lt;/b&gt; reason</textarea>" in done.text
    assert re.findall(r'name="(answer:[a-z-]+)"[^>]* aria-invalid="true"', done.text) == ["answer:calls-are-known"]
    assert '<a href="#answer">To what you typed</a>' in done.text
    assert "--answer" not in done.text


def test_nobody_approves_their_own_request_nor_what_others_are_asked(web: WebOffice, case: int) -> None:
    eve, rita = web.browser("Eve"), web.browser("Rita")
    for browser, why in ((eve, "This is your own request"), (rita, "The policy asks others")):
        page = browser.get(f"/cases/{case}").text
        assert (why in page, "/answer" in page) == (True, False)
    shown = seen(web.browser("Otto").get(f"/cases/{case}").text)
    entries = web.office.entries()
    assert answered(eve, case, "yes", shown, more={**CODE, **TEXT})[0] == 403
    assert answered(rita, case, "yes", shown, more=CODE)[0] == 403
    assert web.office.entries() == entries


@pytest.mark.parametrize("change", ["policy", "decided", "stopped"])
def test_an_answer_to_what_has_changed_meanwhile_is_not_taken(web: WebOffice, case: int, change: str) -> None:
    otto, office = web.browser("Otto"), web.office
    shown = seen(otto.get(f"/cases/{case}").text)
    if change == "policy":
        office.policy(BLOCKING.replace("risk-officer", "security"))
    elif change == "decided":
        answered(web.browser("Lena"), case, "yes", more=TEXT)
    else:
        office.run("withdraw", office.model(), "--why", "it is bad", by="Ada")
    fields = {"seen": shown, "answer": "yes", "why": "it took me an hour to write this", **CODE}
    done = otto.submit(f"/cases/{case}/answer", fields)
    assert (done.status_code, "Nothing was recorded." in done.text) == (409, True)
    assert "said yes" not in str(
        [one for one in office.told("history", f"#{case}")[0]["entries"] if one.get("name") == "Otto"]
    )
    if change != "stopped":
        assert "it took me an hour to write this" in done.text


def test_of_the_same_form_sent_twice_at_once_one_counts(web: WebOffice, case: int) -> None:
    """At two servers of one record: one server alone takes forms in turn."""
    ottos = [WebOffice(web.office).browser("Otto") for _ in range(2)]
    fields = {"seen": seen(ottos[0].get(f"/cases/{case}").text), "answer": "no", "why": "no"}
    entries = web.office.entries()
    with ThreadPoolExecutor(2) as both:
        done = list(both.map(lambda otto: otto.submit(f"/cases/{case}/answer", fields).status_code, ottos))
    assert (sorted(done), web.office.entries()) == ([303, 409], entries + 1)


def test_a_question_waits_for_whoever_asked_and_is_answered(web: WebOffice, case: int) -> None:
    lena, eve = web.browser("Lena"), web.browser("Eve")
    assert answered(lena, case, "ask", why="Where is the text?")[0] == 303
    assert "Where is the text?" in eve.get(f"/cases/{case}").text
    assert eve.submit(f"/cases/{case}/say", {"words": "In the card."}).status_code == 303
    assert "In the card." in lena.get(f"/cases/{case}").text
    assert web.office.told("status", web.office.model(), "--use", USE)["uses"][0]["case"] == case


def test_an_exception_has_an_end(web: WebOffice) -> None:
    web.office.policy(BLOCKING)
    case, rita = asked(web.office), web.browser("Rita")
    said = {"answer:no-known-attack": "we do"}
    assert answered(rita, case, "yes", more=said)[0] == 400
    assert answered(rita, case, "yes", until="2099-01-31", more=said) == (303, "")


def test_what_waits_for_whoever_looks_comes_first(web: WebOffice, case: int) -> None:
    told = web.browser("Otto").get("/cases.json").json()
    assert ([one["case"] for one in told["mine"]], [one["case"] for one in told["all"]]) == ([case], [case])
    eves = web.browser("Eve").get("/cases").text
    assert "Nothing waits for you" in eves
    assert f'href="/cases/{case}"' in eves
    answered(web.browser("Otto"), case, "no")
    told = web.browser("Otto").get("/cases.json").json()
    assert (told["mine"], told["all"], told["decided"][0]["say"]) == ([], [], "no")


def test_whoever_looks_sees_how_long_it_may_still_wait(web: WebOffice, case: int) -> None:
    for address in ("/cases", f"/cases/{case}"):
        assert re.search("to be answered within [23] days", web.browser("Otto").get(address).text)


def test_what_is_no_case_is_not_there(web: WebOffice, case: int) -> None:
    otto = web.browser("Otto")
    for number in (case - 1, case + 1, 1 << 70):
        assert otto.get(f"/cases/{number}").status_code == 404


@pytest.mark.parametrize(("policy", "offered"), [("", {"6 months", "12 months"}), (BLOCKING, {"1 month", "3 months"})])
def test_ends_are_offered_and_none_is_filled_in(web: WebOffice, office: Office, policy: str, offered: set[str]) -> None:
    if policy:
        office.policy(policy)
    page = web.browser("Rita" if policy else "Otto").get(f"/cases/{asked(office)}").text
    found = dict(re.findall(r'data-fills="until" value="([0-9-]{10})">([^<]*)<', page))
    assert set(found.values()) == offered
    now = datetime.now(UTC)
    for day, words in found.items():
        months = 12 * (int(day[:4]) - now.year) + int(day[5:7]) - now.month
        assert (months, int(day[8:]) <= now.day) == (int(words.split()[0]), True)
    assert 'name="until" type="date" value=""' in page


def test_of_a_form_that_is_refused_only_the_words_are_shown_again(web: WebOffice, case: int) -> None:
    otto = web.browser("Otto")
    fields = {"csrf": "forged", "seen": seen(otto.get(f"/cases/{case}").text), "answer": "no", "why": "It is not ours."}
    page = otto.submit(f"/cases/{case}/answer", fields)
    assert page.status_code == 403
    assert '<input type="hidden" name="seen"' in page.text
    assert re.findall(r"<textarea[^>]*>\s*([^<]*)<", page.text) == ["It is not ours."]
