"""Webhooks of a server, to a real program on this machine: signed, told once, and tried again where that misbehaves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from hilt.core.errors import SettingsInvalid
from hilt.gate.notifying.undelivered import undelivered
from hook_receiver import Receiver, receiving
from notifying import (
    ORIGIN,
    SECRET,
    _secrets,  # noqa: F401 - pytest finds it by its name
    asked,
    certificate,
    hooked,
    make_due,
    postponed,
    program,
    put,
    send_all,
    told_by,
)
from office import USE, Office


def test_webhooks_are_signed_as_their_standard_has_it(office: Office) -> None:
    with receiving() as receiver:
        server = hooked(office, receiver)
        asked(office)
        server.look()
        assert send_all(server) == 1
    (got,) = receiver.got
    told = Webhook(SECRET).verify(got.body, dict(got.headers))
    assert told["type"] == "case.waits"
    assert told["data"]["link"] == f"{ORIGIN}/cases/12"
    assert told["data"]["text"].startswith("Case #12 waits for legal, security: ")
    assert datetime.fromisoformat(told["timestamp"]) < datetime.now(UTC)
    for other, headers in [
        (got.body + b" ", got.headers),
        (got.body, {**got.headers, "webhook-id": "another"}),
        (got.body, {**got.headers, "webhook-timestamp": str(int(got.headers["webhook-timestamp"]) + 1)}),
    ]:
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(other, dict(headers))


def test_a_webhook_is_told_of_the_events_that_it_names(office: Office) -> None:
    with receiving() as receiver:
        server = hooked(office, receiver, ", events: [model.stopped, use.ends]")
        asked(office)
        office.run("hold", "add", office.model(), "--where", "eu-1", "--holder", "us", "--use", USE, by="Eve")
        office.run("withdraw", office.model(), "--why", "bad", by="Otto")
        server.look()
        send_all(server)
    assert [got.told["type"] for got in receiver.got] == ["model.stopped"]


@pytest.mark.parametrize(
    ("answer", "least", "says"),
    [
        ((500, {}), 0.01, "answers 500"),
        ((404, {}), 0.01, "answers 404"),
        ((302, {"Location": "/elsewhere"}), 0.01, "answers 302"),
        ((429, {"Retry-After": "7200"}), 1.9, "answers 429"),
        ((503, {"Retry-After": "99999999"}), 23.9, "answers 503"),
        ((503, {"Retry-After": "soon"}), 0.01, "answers 503"),
    ],
)
def test_what_a_program_does_not_take_is_posted_again_under_the_same_name(
    office: Office, answer: tuple[int, dict[str, str]], least: float, says: str
) -> None:
    with receiving(Receiver(answers=[answer])) as receiver:
        server = hooked(office, receiver)
        put(office, 1, to=program(server))
        assert send_all(server) == 1
        assert says in undelivered(office.settings).why
        assert least < postponed(office) <= 24
        make_due(office)
        assert send_all(server) == 1
        assert send_all(server) == 0
    assert {got.path for got in receiver.got} == {"/hilt"}
    assert len(receiver.got) == 2
    assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]


def test_a_program_that_is_gone_is_told_nothing_more_of_it(office: Office) -> None:
    with receiving(Receiver(answers=[(410, {})])) as receiver:
        server = hooked(office, receiver)
        put(office, 1, to=program(server))
        send_all(server)
        make_due(office)
        assert send_all(server) == 0
    assert undelivered(office.settings) == (0, 1, "the program answers 410")


def test_no_webhook_leads_into_the_own_network_unless_the_settings_name_the_host(office: Office) -> None:
    with receiving() as receiver:
        server = hooked(office, receiver, hosts="")
        put(office, 1, to=program(server))
        send_all(server)
    assert receiver.got == []
    assert "no address of the public internet" in undelivered(office.settings).why


@pytest.mark.parametrize("how", ["slow", "endless", "closed", "tls"])
def test_a_program_that_answers_badly_costs_little_time_and_nothing_is_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "0.3")
    monkeypatch.setenv("HF_HUB_ETAG_TIMEOUT", "0.3")
    bad = Receiver(delay=2.0 if how == "slow" else 0.0, endless=how == "endless", answers=[(200, {})])
    with receiving(bad, certificate(trustme.CA(), "localhost") if how == "tls" else None) as receiver:
        server = hooked(office, receiver)
        put(office, 1, to=program(server))
        if how != "closed":
            send_all(server)
    if how == "closed":
        send_all(server)
    assert undelivered(office.settings).waiting == 1
    assert postponed(office) < 0.02


def test_secrets_that_are_missing_or_can_be_guessed_are_told_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as receiver:
        for secret, says in [("", "no such environment"), ("short", "24 at least"), ("whsec_??", "comes base64")]:
            monkeypatch.setenv("HOOK_SECRET", secret)
            with pytest.raises(SettingsInvalid, match=says):
                hooked(office, receiver)
    monkeypatch.delenv("SMTP_PASSWORD")
    with pytest.raises(SettingsInvalid, match="no such environment"):
        told_by(office, "mail: {host: localhost, from: a@b.example, user: u, password_env: SMTP_PASSWORD}")
