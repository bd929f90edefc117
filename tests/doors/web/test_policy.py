"""The policy, and changed ones that are tried."""

from __future__ import annotations

import time
from typing import Any

import pytest

from hilt.gate.person import change_roles
from office import POLICY, Office
from web_office import Browser, WebOffice


@pytest.fixture
def web(office: Office) -> WebOffice:
    office.run("check", office.model(), "--record")
    change_roles("Rita", ["risk-officer", "policy-owner"], key=office.signing("Ada"), settings=office.settings)
    return WebOffice(office)


def done(browser: Browser, path: str) -> Any:
    """The page of a job once it is over."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if browser.get(f"{path}.json").json()["job"]["ended"]:
            return browser.get(path)
        time.sleep(0.05)
    raise AssertionError(path)


def test_each_rule_says_who_decides_where_it_stands_and_what_it_did(web: WebOffice) -> None:
    page = web.browser("Eve").get("/policy")
    assert page.status_code == 200
    for words in (
        "calls-are-known",
        "What does the code do that it calls?",
        "acme.yaml",
        "sent 1 to people",
        "acme-lid",
    ):
        assert words in page.text
    assert "Try a changed policy" not in page.text
    told = web.browser("Eve").get("/policy.json").json()
    assert told["lately"]["calls-are-known"] == {"review": 1, "block": 0}
    assert told["in_force"]["policies"][0]["rules"][0]["strictest"] == "block"


def test_a_policy_owner_tries_a_policy_and_nothing_is_recorded(web: WebOffice) -> None:
    rita, entries = web.browser("Rita"), web.office.entries()
    assert "no-known-attack" in rita.get("/policy/try").text
    stricter = POLICY.replace("else: review", "else: block")
    answer = rita.submit("/policy/try", {"policy": stricter.replace("\n", "\r\n"), "instead": "0"})
    page = done(rita, answer.headers["location"])
    assert "1 of 1 model" in page.text
    assert "becomes" in page.text
    assert web.office.entries() == entries
    assert done(web.browser("Eve"), answer.headers["location"]).status_code == 200


def test_what_is_wrong_is_told_by_line_and_what_was_typed_is_kept(web: WebOffice) -> None:
    typed = POLICY.replace("else: block", "else: <script>", 1)
    page = web.browser("Rita").submit("/policy/try", {"policy": typed, "instead": "0"})
    assert (page.status_code, "rules.no-known-attack.else: line 6: " in page.text) == (400, True)
    assert "else: &lt;script&gt;" in page.text
    assert "<script>" not in page.text


def test_a_file_is_tried_in_place_of_what_stands_in_the_form(web: WebOffice) -> None:
    rita = web.browser("Rita")
    typed = {"policy": "what was typed", "instead": "0"}
    stricter = POLICY.replace("else: review", "else: block").replace("\n", "\r\n").encode()
    answer = rita.submit("/policy/try", typed, files={"file": ("strict.yaml", stricter)})
    assert "1 of 1 model" in done(rita, answer.headers["location"]).text
    wrong = rita.submit("/policy/try", typed, files={"file": ("x.yaml", POLICY.replace("block", "<b>", 1).encode())})
    assert (wrong.status_code, "rules.no-known-attack.else: line 6: " in wrong.text) == (400, True)
    assert "else: &lt;b&gt;" in wrong.text
    assert "what was typed" not in wrong.text
    none = rita.submit("/policy/try", {"policy": POLICY, "instead": "0"}, files={"file": ("", b"")})
    assert none.status_code == 303


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"policy: \xff", "UTF-8"), (b"", "a policy"), (b"a: \x00", "character"), (b"#" * 300_000, "More than")],
)
def test_a_file_that_is_no_policy_is_refused_in_words(web: WebOffice, content: bytes, told: str) -> None:
    answer = web.browser("Rita").submit(
        "/policy/try", {"policy": POLICY, "instead": "0"}, files={"file": ("p", content)}
    )
    assert answer.status_code in (400, 413)
    assert told in answer.text


def test_a_second_file_and_a_file_in_another_form_are_refused(web: WebOffice) -> None:
    rita, two = web.browser("Rita"), [("file", ("a", b"x")), ("file", ("b", b"y"))]
    assert "no second one" in rita.submit("/policy/try", {"policy": POLICY, "instead": "0"}, files=two).text
    assert rita.submit("/account/end-all", {}, files={"file": ("a", b"x")}).status_code == 400


def test_only_a_policy_owner_tries_and_a_lost_trial_is_told_as_that(web: WebOffice) -> None:
    eve = web.browser("Eve")
    assert eve.get("/policy/try").status_code == 403
    assert eve.submit("/policy/try", {"policy": POLICY, "instead": "0"}).status_code == 403
    lost = eve.get("/policy/try/3f9a12cd")
    assert (lost.status_code, "until the server begins anew" in lost.text) == (404, True)


def test_too_large_a_policy_is_refused(web: WebOffice) -> None:
    assert web.browser("Rita").submit("/policy/try", {"policy": "#" * 300_000, "instead": "0"}).status_code == 413
