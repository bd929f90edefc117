"""The verbs for programs."""

from __future__ import annotations

import time
from typing import Any

import click
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from hilt.core.signed_in import PassKind
from hilt.doors.cli import VERBS as SPOKEN
from hilt.doors.cli import hilt
from hilt.doors.web.api.verbs import LEFT_OUT, VERBS
from hilt.gate.person import change_roles
from office import USE, Office
from web_office import ORIGIN, Browser, WebOffice


@pytest.fixture
def case(office: Office) -> int:
    """Eve asks to use a model that Otto and Lena decide on."""
    model = office.model()
    office.run("check", model, "--record")
    office.run("admit", model, "--use", USE, "--why", "It answers what customers ask.", by="Eve")
    return office.entries() - 1


@pytest.fixture
def web(office: Office) -> WebOffice:
    return WebOffice(office)


def token(web: WebOffice, name: str, **more: Any) -> str:
    secret: str = web.secret(name, PassKind.TOKEN, label="tests", **more)
    return secret


def ask(web: WebOffice, name: str, verb: str, body: Any = None, *, secret: str = "") -> Any:
    headers = {"Authorization": f"Bearer {secret or token(web, name)}"}
    return Browser(web.application).post(f"/api/{verb}", json=body or {}, headers=headers)


def wrong(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


def test_a_case_is_decided_by_programs_as_by_people(web: WebOffice, case: int) -> None:
    (waiting,) = ask(web, "Otto", "review/list", {"person": "me"}).json()
    assert waiting["case"] == case
    body = {"reference": f"#{case}", "why": "We read it.", "answers": {"calls-are-known": "It rebuilds layers."}}
    said = ask(web, "Otto", "admit", body).json()
    assert (said["outcome"], said["recorded"]["by"]) == ("review", web.office.told("person", "list")[3]["person"])
    body["answers"] = {"licence-has-a-text": "The MIT licence."}
    assert ask(web, "Lena", "admit", body).json()["outcome"] == "admit"
    digest = said["subject"]
    assert ask(web, "Eve", "status", {"reference": digest}).json()["outcome"] == "admit"
    assert ask(web, "Lena", "withdraw", {"reference": digest, "why": "It turned out bad."}).json()["outcome"] == "block"


def test_programs_may_answer_what_they_were_shown_and_nothing_that_came_since(web: WebOffice, case: int) -> None:
    shown = {
        "reference": f"#{case}",
        "why": "no",
        "seen": ask(web, "Otto", "review/show", {"case": case}).json()["seen"],
    }
    yes = {**shown, "answers": {"calls-are-known": "It rebuilds layers."}}
    assert ask(web, "Otto", "admit", yes).status_code == 200
    for verb, name, body in (
        ("refuse", "Lena", shown),
        ("admit", "Lena", {**shown, "answers": {"licence-has-a-text": "MIT"}}),
    ):
        assert wrong(ask(web, name, verb, body))[0] == 409
    digest = ask(web, "Lena", "status", {"reference": f"#{case}"}).json()["subject"]
    code, complaint = wrong(ask(web, "Lena", "refuse", {**shown, "reference": digest, "use": USE}))
    assert (code, "name its number" in complaint) == (400, True)


def test_a_token_that_only_reads_only_asks(web: WebOffice, case: int) -> None:
    reads = token(web, "Lena", only_reads=True)
    assert ask(web, "", "status", {"reference": f"#{case}"}, secret=reads).status_code == 200
    refused = ask(web, "", "refuse", {"reference": f"#{case}", "why": "no"}, secret=reads)
    assert wrong(refused)[0] == 403
    assert "only reads" in wrong(refused)[1]


def test_paths_of_the_server_mean_nothing_here(web: WebOffice, case: int) -> None:
    for reference in ("/etc/passwd", str(web.office.folder / "acme-lid"), "https://hub.example/a", "file:///etc", "."):
        assert "paths mean nothing here" in wrong(ask(web, "Lena", "status", {"reference": reference}))[1]
    assert "nothing is recorded under this name" in wrong(ask(web, "Lena", "status", {"reference": "hf:a/b"}))[1]


def test_what_is_sent_is_read_to_the_last_key(web: WebOffice, case: int) -> None:
    for body, told in (
        ({"reference": "#1", "uses": "x"}, "'uses': there is no such key here; known are reference, use"),
        ({}, "reference: this is missing"),
        ({"reference": 17}, "reference: a text is needed here"),
        ({"reference": "a\0b"}, "reference: a text is needed here"),
    ):
        assert told in wrong(ask(web, "Lena", "status", body))[1]
    for limits in ({"limit": True}, {"limit": 10**30}, {"limit": 10**9}, {"outcome": "perhaps"}):
        assert ask(web, "Lena", "models", limits).status_code == 400
    assert ask(web, "Lena", "nothing").status_code == 404


def test_a_cookie_alone_decides_nothing(web: WebOffice, case: int) -> None:
    lena = web.browser("Lena")
    body = {"reference": f"#{case}", "why": "no"}
    assert lena.post("/api/refuse", json=body).status_code == 403
    assert lena.post("/api/refuse", json=body, headers={"Origin": "https://evil.example"}).status_code == 403
    assert lena.post("/api/refuse", json=body, headers={"Origin": ORIGIN}).status_code == 403
    assert (
        Browser(web.application).post("/api/status", json={"reference": "#1"}, headers={"Origin": ORIGIN}).status_code
        == 401
    )


def test_contacts_are_for_auditors_and_administrators(web: WebOffice, case: int) -> None:
    assert all("contact" not in one for one in ask(web, "Eve", "person/list").json())
    assert ask(web, "Ada", "person/list").json()[0]["contact"] == "ada@acme.example"
    assert ask(web, "Eve", "person/roles", {"name": "Eve", "roles": ["admin"]}).status_code == 403
    for body in ({}, {"kind": "person"}):
        assert "@acme.example" not in ask(web, "Eve", "log/entries", body).text
        assert "ada@acme.example" in ask(web, "Ada", "log/entries", {"kind": "person"}).text


def test_what_is_no_text_or_leads_nowhere_is_told_as_that(web: WebOffice, case: int) -> None:
    for verb, field in (("person/invite", "name"), ("review/stats", "by"), ("check", "reference"), ("log/key", "x")):
        half = f'{{"{field}": "a\\ud800"}}'.encode()
        headers = {"Authorization": f"Bearer {token(web, 'Ada')}", "Content-Type": "application/json"}
        answer = Browser(web.application).post(f"/api/{verb}", content=half, headers=headers)
        assert wrong(answer) == (400, "what was sent is not JSON in UTF-8")
    for entry in (-5, 10**15):
        assert wrong(ask(web, "Eve", "log/proof", {"entry": entry})) == (404, f"the log has no entry {entry}")
    assert wrong(ask(web, "Eve", "models", {"matching": "a" * 60_000}))[0] == 400


def test_the_document_is_openapi_and_names_every_verb(web: WebOffice) -> None:
    told = Browser(web.application).get("/api").json()
    OpenAPIV31SpecValidator(told).validate()
    assert set(told["paths"]) == {f"/api/{verb.name}" for verb in VERBS}


@pytest.mark.slow
def test_the_example_of_each_verb_is_taken(web: WebOffice, case: int) -> None:
    """Refused are only those that this office has nothing for, in words about that."""
    office = web.office
    change_roles("Ada", ["admin", "policy-owner"], key=office.signing("Ada"), settings=office.settings)
    for verb in VERBS:
        ended = time.monotonic() + 60
        while any(not one.over for one in web.desk.jobs.all()) and time.monotonic() < ended:
            time.sleep(0.02)
        body = {
            key: f"#{case}" if value == "#17" else case if value == 17 else value for key, value in verb.example.items()
        }
        name = "Otto" if verb.name == "admit" else "Ada"
        answer = ask(web, name, verb.name, body)
        nothing = {"job", "job/stop", "hold/end", "exceptions/renew", "person/let-in"}
        assert answer.status_code == 200 or verb.name in nothing, (verb.name, answer.text)
        assert "no such key" not in answer.text
    assert {one.kind: one.error for one in web.desk.jobs.all()} == {"recheck": "", "policy/try": "", "log/verify": ""}


def test_each_verb_of_the_command_line_is_here_or_left_out_for_a_reason() -> None:
    def spoken(command: click.Command, name: str) -> list[str]:
        if isinstance(command, click.Group):
            return [one for word, inner in command.commands.items() for one in spoken(inner, f"{name}/{word}")]
        return [name]

    context = click.Context(hilt)
    words = {one for verb in SPOKEN for one in spoken(hilt.get_command(context, verb), verb)}  # type: ignore[arg-type]
    here = {verb.name for verb in VERBS}
    assert words - here - set(LEFT_OUT) == set()
    assert set(LEFT_OUT) <= words
    assert here - words == {
        "models",
        "log/entries",
        "check/list",
        "check/show",
        "check/stop",
        "job",
        "job/stop",
        "policy/try",
        "person/waiting",
    }
