"""Every route and every verb, asked by those who may do the least: made from the lists, so that a new one is asked as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hilt.core.signed_in import PassKind
from hilt.doors.http import csrf
from hilt.doors.http.route import Route
from hilt.doors.web.api.verbs import VERBS
from hilt.doors.web.routes import ROUTES
from hilt.gate.person import change_roles, people
from hilt.gate.record import keeping_open, opened
from hilt.gate.signing_in.passes import passes, who
from hilt.gate.working.checks_asked import newest_checks
from office import USE, Office
from web_office import Browser, WebOffice

FIELDS = {
    "answer": "no", "why": "because", "words": "because", "view": "leans-yes", "use": "another", "where": "west", "holder": "us",
    "name": "Mallory", "contact": "m@evil.example", "role": "admin", "who": "p-1", "reference": "hf:acme/lid", "policy": "x",
}  # fmt: skip
ON_ONES_OWN = {"/sign-in", "/sign-out", "/begin", "/oidc/start", "/oidc/return", "/api"}
"""What strangers are there for."""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebOffice]:
    office = Office.copied(tmp_path_factory.mktemp("office"))
    office.run("check", office.model(), "--record")
    office.run("admit", office.model(), "--use", USE, "--why", "It answers.", by="Eve")
    change_roles("Rita", ["reader"], key=office.signing("Ada"), settings=office.settings)
    change_roles("Otto", ["auditor"], key=office.signing("Ada"), settings=office.settings)
    with keeping_open(office.settings):
        yield WebOffice(office)


@pytest.fixture(scope="module")
def places(web: WebOffice) -> dict[str, str]:
    """What stands in the paths of this office."""
    with opened(web.office.settings) as record:
        (model,) = record.registry.models(limit=1)
    eve = next(one.person for one in people(web.office.settings) if one.name.text == "Eve")
    case = web.office.told("review", "list")[0]["case"]
    return {"{digest}": model.subject, "{person}": eve, "{number:int}": str(case), "{number}": "0" * 8}


def at(route: Route, places: dict[str, str]) -> Iterator[str]:
    for path in route.paths:
        for name, place in places.items():
            path = path.replace(name, place)  # noqa: PLW2901 - one after the other
        yield path


def body(verb: Any, places: dict[str, str]) -> dict[str, Any]:
    case = places["{number:int}"]
    told = {"#17": f"#{case}", 17: int(case)}
    return {
        key: told.get(value, value) if isinstance(value, str | int) else value for key, value in verb.example.items()
    }


def test_strangers_reach_nothing_but_the_ways_in(web: WebOffice, places: dict[str, str]) -> None:
    stranger = web.browser()
    assert {route.path for route in ROUTES if route.open} == ON_ONES_OWN
    for route in ROUTES:
        for path in at(route, places) if not route.open else ():
            answer = stranger.get(path) if route.methods == ("GET",) else stranger.submit(path, FIELDS)
            to = answer.headers.get("location", "")
            assert answer.status_code == 401 or (answer.status_code == 303 and to.startswith("/sign-in?")), path


def test_who_only_reads_changes_nothing_at_any_address(web: WebOffice, places: dict[str, str]) -> None:
    settings, before = web.office.settings, web.office.entries()
    reads = web.secret("Ada", PassKind.TOKEN, label="reads", only_reads=True)
    pages = [route for route in ROUTES if route.methods == ("POST",) and not route.open]
    for secret, token in ((web.secret("Rita"), ""), (web.secret("Otto"), ""), ("", reads)):
        headers = {"Authorization": f"Bearer {token}"} if token else {"X-CSRF-Token": csrf.token(secret)}
        browser = Browser(web.application, secret)
        for route in pages:
            if not route.path.startswith(("/api/", "/account/", "/log/verify")):
                for path in at(route, places):
                    answer = (
                        browser.submit(path, FIELDS) if secret else browser.post(path, data=FIELDS, headers=headers)
                    )
                    refused = answer.status_code >= 400 or answer.headers["location"].startswith("/cases/")
                    assert refused, (path, answer.status_code)
        for verb in [one for one in VERBS if one.changes]:
            given = {"Origin": web.origin, **headers}
            answer = browser.post(f"/api/{verb.name}", json=body(verb, places), headers=given)
            assert answer.status_code in (400, 403, 404), (verb.name, answer.text)
    assert web.office.entries() == before
    assert newest_checks(settings) == ()
    ada = who(reads, {PassKind.TOKEN}, settings)
    assert ada is not None
    assert [one.label for one in passes(ada, settings)] == ["reads"]


def test_how_to_reach_people_is_told_to_no_reader_at_any_address(web: WebOffice, places: dict[str, str]) -> None:
    rita, contacts = web.browser("Rita"), [one.contact.text for one in people(web.office.settings)]
    headers = {"Origin": web.origin, "X-CSRF-Token": csrf.token(rita.secret)}
    paths = [path for route in ROUTES if route.methods == ("GET",) for path in at(route, places)]
    for number in range(web.office.entries()):
        paths += [f"/log/{number}", f"/log/{number}.json", f"/log/{number}/receipt"]
    told = {path: rita.get(path).text for path in paths}
    for verb in [one for one in VERBS if not one.changes]:
        for sent in (body(verb, places), {}):
            told[f"{verb.name} {sent}"] = rita.post(f"/api/{verb.name}", json=sent, headers=headers).text
    assert [place for place, text in told.items() if any(contact and contact in text for contact in contacts)] == []
