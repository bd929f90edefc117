"""The mail server and the webhooks of the settings: what is read, and what is refused with its key path."""

from __future__ import annotations

from pathlib import Path

import pytest

from hilt.core.errors import SettingsInvalid
from hilt.core.notification import Occasion
from hilt.gate.configured.notification_settings import MailSettings, Webhook, is_address
from hilt.gate.configured.serve_settings import ServeSettings
from hilt.gate.settings import read_settings

HOOK = "https://hooks.acme.example/hilt?team=ml"


def served(folder: Path, text: str) -> ServeSettings:
    path = folder / "settings.yaml"
    path.write_text(f"serve: {{{text}}}\n", encoding="utf-8")
    return read_settings(path).serve


def test_mail_goes_encrypted_by_the_usual_ports(tmp_path: Path) -> None:
    told = served(tmp_path, "mail: {host: smtp.acme.example, from: hilt@acme.example}")
    assert told.mail == MailSettings(host="smtp.acme.example", port=587, sender="hilt@acme.example")
    more = "user: hilt, password_env: SMTP_PASSWORD, tls: tls, holders: [Acme.example]"
    told = served(tmp_path, f"mail: {{host: smtp.acme.example, from: hilt@acme.example, {more}}}")
    assert told.mail is not None
    assert (told.mail.port, told.mail.user, told.mail.password_env) == (465, "hilt", "SMTP_PASSWORD")
    assert told.mail.holders == ("acme.example",)
    told = served(tmp_path, "mail: {host: '::1', from: hilt@acme.example, tls: none-on-loopback}")
    assert told.mail is not None
    assert told.mail.port == 25
    assert served(tmp_path, "port: 1").mail is None


def test_a_webhook_is_told_of_everything_unless_it_names_events(tmp_path: Path) -> None:
    told = served(
        tmp_path,
        f"webhooks: [{{url: '{HOOK}', secret_env: S}}, {{url: 'http://[::1]:8/', secret_env: S, events: [model.stopped]}}]",
    )
    assert told.webhooks == (
        Webhook(url=HOOK, secret_env="S", events=tuple(Occasion)),
        Webhook(url="http://[::1]:8/", secret_env="S", events=(Occasion.STOPPED,)),
    )


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("mail: {from: a@b.example}", "serve.mail", "the key host is missing"),
        ("mail: {host: h}", "serve.mail", "the key from is missing"),
        ("mail: {host: h, from: 'A <a@b.example>'}", "serve.mail.from", "an address such as"),
        ("mail: {host: 'h\\r\\nx', from: a@b.example}", "serve.mail.host", "the name of a host"),
        ("mail: {host: h, from: a@b.example, tls: none-on-loopback}", "serve.mail.tls", "encrypted alone"),
        (
            "mail: {host: h, from: a@b.example, tls: none}",
            "serve.mail.tls",
            "known are starttls, tls, none-on-loopback",
        ),
        ("mail: {host: h, from: a@b.example, user: u}", "serve.mail", "belong together"),
        ("mail: {host: h, from: a@b.example, holders: ['*']}", "serve.mail.holders[0]", "a domain such as"),
        ("mail: {host: h, from: a@b.example, port: 0}", "serve.mail.port", "from 1 to 65535"),
        ("webhooks: {}", "serve.webhooks", "a list of webhooks"),
        ("webhooks: [{url: 'https://h.example'}]", "serve.webhooks[0]", "secret_env is missing"),
        ("webhooks: [{url: 'http://h.example/', secret_env: S}]", "serve.webhooks[0].url", "encrypted unless on this"),
        ("webhooks: [{url: 'https://u:p@h.example/', secret_env: S}]", "serve.webhooks[0].url", "an address such as"),
        ("webhooks: [{url: 'https://h.example:99999/', secret_env: S}]", "serve.webhooks[0].url", "an address such as"),
        ("webhooks: [{url: 'file:///etc/passwd', secret_env: S}]", "serve.webhooks[0].url", "an address such as"),
        (
            f"webhooks: [{{url: '{HOOK}', secret_env: S, events: [case.wait]}}]",
            "serve.webhooks[0].events[0]",
            "case.waits",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, where: str, says: str) -> None:
    with pytest.raises(SettingsInvalid) as told:
        served(tmp_path, text)
    assert told.value.where == where
    assert says in str(told.value)


@pytest.mark.parametrize("text", ["ada@acme.example", "ada.l+hilt@mail.acme.example", "A_1@localhost"])
def test_an_address_is_what_receives_mail(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "ada", "@acme.example", "ada@", "Ada <ada@acme.example>", "a@b.example\nBcc: c@d.example", "a@b,c@d.example",
     "a b@c.example", '"a b"@c.example', "a@-b.example", "ада@acme.example", "a@b.example\n", "a..b@c.example", "a%b@c.example", f"{'a' * 250}@b.example"],
)  # fmt: skip
def test_whatever_else_somebody_gave_as_a_contact_gets_nothing(text: str) -> None:
    assert not is_address(text)
