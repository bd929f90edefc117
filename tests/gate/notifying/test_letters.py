"""People choose of what they get letters."""

from __future__ import annotations

from hilt.core.notification import Occasion
from hilt.core.signed_in import PassKind
from hilt.gate.record import opened
from hilt.gate.signing_in.invite import invite
from mail_sink import sinking
from notifying import (
    SINK,
    _secrets,  # noqa: F401 - pytest finds it by its name
    asked,
    send_all,
    told_by,
)
from office import Office
from web_office import WebOffice


def choose(office: Office, name: str, *wanted: Occasion) -> int:
    told = {"letter": [one.value for one in wanted]}
    code: int = WebOffice(office).browser(name).submit("/account/letters", told).status_code
    return code


def test_who_wants_no_letters_of_something_gets_none_of_that_alone(office: Office) -> None:
    assert choose(office, "Lena", Occasion.STOPPED) == 303
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""))
        asked(office)
        server.look()
        send_all(server)
        assert [got.to for got in sink.got] == [["otto@acme.example"]]
        assert choose(office, "Lena", *Occasion) == 303
        office.asks("Eve", "another use", "cheap")
        server.look()
        send_all(server)
    assert sorted(got.to for got in sink.got[1:]) == [["lena@acme.example"], ["otto@acme.example"]]


def test_that_somebody_else_signs_in_their_name_is_told_to_everybody(office: Office) -> None:
    assert choose(office, "Lena") == 303
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""))
        invite("Lena", key=office.signing("Ada"), settings=office.settings)
        server.look()
        send_all(server)
    assert [got.to for got in sink.got] == [["lena@acme.example"]]


def test_what_somebody_chose_outlasts_an_invitation_and_a_backup_and_is_erased_with_them(office: Office) -> None:
    choose(office, "Lena", Occasion.WAITS)
    web, backup = WebOffice(office), office.folder / "backup"
    chosen = web.browser("Lena").get("/account.json").json()["letters"]
    assert chosen == {
        "model.stopped": False,
        "case.waits": True,
        "case.asked": False,
        "use.ends": False,
        "library.damaged": False,
        "account.changed": True,
    }
    invite("Lena", key=office.signing("Ada"), settings=office.settings)
    assert unwanted(office) == {"model.stopped", "case.asked", "use.ends", "library.damaged"}
    assert office.run("backup", backup).code == 0
    (office.settings_file.parent / "record.db").unlink()
    assert office.run("restore", backup).code == 0
    assert unwanted(office) == {"model.stopped", "case.asked", "use.ends", "library.damaged"}
    assert office.run("erase-person", "Lena", by="Ada").code == 0
    assert unwanted(office) == set()


def test_a_token_that_only_reads_chooses_nothing(office: Office) -> None:
    web = WebOffice(office)
    assert web.browser("Lena", only_reads=True).submit("/account/letters", {"letter": []}).status_code == 403
    assert unwanted(office) == set()


def test_a_question_reaches_whoever_asked_from_every_door(office: Office) -> None:
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""))
        asked(office)
        case = office.entries() - 1
        server.look()
        send_all(server)
        web, before = WebOffice(office), len(sink.got)
        otto, form = web.browser("Otto"), {"answer": "ask", "why": "What does it load?"}
        shown = otto.get(f"/cases/{case}.json").json()["seen"]
        assert otto.submit(f"/cases/{case}/answer", {**form, "seen": shown}).status_code == 303
        program = {"Authorization": f"Bearer {web.secret('Otto', PassKind.TOKEN, label='tests')}"}
        body = {"case": case, "why": "And what does it call?"}
        assert web.browser().post("/api/review/ask", json=body, headers=program).status_code == 200
        told = office.told("review", "ask", case, "--why", "And from where?", by="Lena")
        assert (told["says"], told["case"], told["why"]) == ("asks", case, "And from where?")
        assert office.run("review", "say", case, "--why", "It loads layers.", by="Eve").code == 0
        server.look()
        send_all(server)
    questions = sink.got[before:]
    assert {one for got in questions for one in got.to} == {"eve@acme.example"}
    text = "".join(got.text for got in questions)
    assert text.count(f"Somebody asks you for more in case #{case}: ") == 3
    assert "What does it load" not in text


def unwanted(office: Office) -> set[str]:
    with opened(office.settings) as record:
        return {occasion for _, occasion in record.accounts.unwanted_letters()}
