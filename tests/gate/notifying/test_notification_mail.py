"""E-mail of a server, to a real mail server on this machine: who gets what, and what becomes of it where that misbehaves."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
import trustme

from hilt.core.notification import Occasion
from hilt.gate.notifying import notification_mail
from hilt.gate.notifying.undelivered import undelivered
from hilt.gate.signing_in.invite import invite
from mail_sink import Sink, sinking
from notifying import (
    ORIGIN,
    SINK,
    _secrets,  # noqa: F401 - pytest finds it by its name
    asked,
    certificate,
    closed_port,
    make_due,
    postponed,
    put,
    send_all,
    told_by,
    trusted,
)
from office import USE, Office


def test_ten_thousand_notifications_are_few_mails(office: Office) -> None:
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""), gather=60.0)
        put(office, 10_000)
        put(office, 3, occasion=Occasion.STOPPED, line="A model is blocked: m{}")
        assert send_all(server) == 1
        put(office, 5, occasion=Occasion.STOPPED, line="A model is blocked: n{}")
        assert send_all(server) == 0  # they were told a moment ago
    (got,) = sink.got
    assert got.mail["Subject"] == "hilt: 3 were stopped, 10000 cases wait for you"
    assert got.text.index("A model is blocked: m0") < got.text.index("Case #")
    assert f"And 9953 more: {ORIGIN}/" in got.text
    assert len(got.raw) < 10_000


def test_who_erased_their_contact_left_or_has_another_one_gets_nothing(office: Office) -> None:
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""))
        invite("Telly", "call me at 555", ["legal"], key=office.signing("Ada"), settings=office.settings)
        asked(office)
        assert office.run("erase-person", "Lena", by="Ada").code == 0
        office.run("person", "roles", "Otto", "--none", by="Ada")
        server.look()
        send_all(server)
    assert sink.got == []
    assert undelivered(office.settings) == (0, 0, "")


@pytest.mark.parametrize(("holders", "to"), [("", []), (", holders: [ml.example]", ["team@ml.example"])])
def test_words_that_tell_who_holds_a_model_lead_to_domains_of_the_settings_alone(
    office: Office, holders: str, to: list[str]
) -> None:
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, holders))
        holder = "Team (team@ml.example, boss@elsewhere.example) or x@sub.ml.example; <a@ml.example\nBcc: b>"
        office.run("hold", "add", office.model(), "--where", "eu-1", "--holder", holder, "--use", USE, by="Eve")
        office.run("withdraw", office.model(), "--why", "bad", by="Otto")
        server.look()
        send_all(server)
    told = [one for got in sink.got for one in got.to]
    assert "eve@acme.example" in told
    assert [one for one in told if one.startswith("team")] == to
    assert not any("elsewhere" in one or "sub" in one or one.startswith("b") for one in told)


def test_a_model_whose_name_is_full_of_headers_adds_none(office: Office) -> None:
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""))
        asked(office, "a\r\nBcc: eve@evil.example\r\n\r\n.\r\nMAIL FROM:<x>\u202e\u0000"[:-1])
        server.look()
        send_all(server)
    assert [got.to for got in sink.got] in (
        [["lena@acme.example"], ["otto@acme.example"]],
        [["otto@acme.example"], ["lena@acme.example"]],
    )
    for got in sink.got:
        assert got.mail["Bcc"] is None
        assert r"a\r\nBcc: eve@evil.example" in got.text
        assert "\u202e" not in got.text + got.mail["Subject"]


def test_starttls_with_a_password(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = trusted(tmp_path, monkeypatch)
    serve = "mail: {host: localhost, port: %d, from: hilt@acme.example, user: hilt, password_env: SMTP_PASSWORD}"
    with sinking(starttls=certificate(known, "localhost")) as sink:
        server = told_by(office, serve % sink.port)
        put(office, 1)
        assert send_all(server) == 1
        assert (len(sink.got), sink.got[0].encrypted, sink.signed_in) == (1, True, ["hilt"])
        monkeypatch.setenv("SMTP_PASSWORD", "wrong")
        put(office, 1)
        make_due(office)
        send_all(server)
    assert len(sink.got) == 1
    assert "535" in undelivered(office.settings).why


def test_mail_that_is_encrypted_from_the_first_byte(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = trusted(tmp_path, monkeypatch)
    serve = "mail: {host: localhost, port: %d, from: hilt@acme.example, tls: tls}"
    with sinking(tls=certificate(known, "localhost")) as sink:
        server = told_by(office, serve % sink.port)
        put(office, 1)
        send_all(server)
    assert len(sink.got) == 1


@pytest.mark.parametrize("how", ["no starttls", "another name", "unknown authority"])
def test_a_server_that_is_not_who_it_says_gets_no_mail(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    known = trusted(tmp_path, monkeypatch)
    issuer = trustme.CA() if how == "unknown authority" else known
    context = (
        None if how == "no starttls" else certificate(issuer, "mail.example" if how == "another name" else "localhost")
    )
    with sinking(starttls=context) as sink:
        server = told_by(office, f"mail: {{host: localhost, port: {sink.port}, from: hilt@acme.example}}")
        put(office, 1)
        send_all(server)
    assert sink.got == []
    told = undelivered(office.settings)
    assert (told.waiting, told.given_up) == (1, 0)
    assert ("STARTTLS" if how == "no starttls" else "certificate verify failed") in told.why


def test_a_mail_server_that_is_away_gets_all_of_it_in_one_letter_when_it_is_back(office: Office) -> None:
    with closed_port() as port:
        server = told_by(office, SINK % (port, ""))
        put(office, 2)
        assert send_all(server) == 1
        assert undelivered(office.settings).waiting == 2
        assert "refused" in undelivered(office.settings).why
        assert 0.01 < postponed(office) < 0.02
        for _ in range(8):
            make_due(office)
            assert send_all(server) == 1
        assert 23 < postponed(office) <= 24
    with sinking(Sink(port=port)) as sink:
        put(office, 1)
        make_due(office)
        send_all(server)
    assert [len(got.text.split("- Case")) for got in sink.got] == [4]


@pytest.mark.parametrize(("answer", "waiting", "given_up"), [("451 later", 1, 0), ("554 no such words", 0, 1)])
def test_what_a_mail_server_does_not_take_is_tried_again_or_given_up(
    office: Office, answer: str, waiting: int, given_up: int
) -> None:
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""))
        sink.answers = [answer]
        put(office, 1)
        send_all(server)
        assert undelivered(office.settings) == (waiting, given_up, f"the mail server answers {answer}")
        make_due(office)
        send_all(server)
    assert len(sink.got) == waiting


@pytest.mark.parametrize(("answer", "waiting", "given_up"), [("450 busy", 1, 0), ("550 no such user ada", 0, 1)])
def test_a_recipient_whom_the_mail_server_does_not_know(
    office: Office, answer: str, waiting: int, given_up: int
) -> None:
    with sinking() as sink:
        sink.refused = {"lena@acme.example": answer}
        server = told_by(office, SINK % (sink.port, ""))
        put(office, 1)
        send_all(server)
    assert undelivered(office.settings) == (waiting, given_up, f"the mail server refuses the recipient ({answer[:3]})")


def test_a_mail_server_that_hangs_is_left_after_a_while_and_the_letter_stays_the_same(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notification_mail, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = told_by(office, SINK % (silent.getsockname()[1], ""))
        put(office, 1)
        begun = time.monotonic()
        send_all(server)
    assert time.monotonic() - begun < 5
    assert "timed out" in undelivered(office.settings).why
