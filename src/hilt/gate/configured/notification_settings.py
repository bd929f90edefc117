"""The `mail` and the `webhooks` of `serve` in the settings: how people, and programs of the organisation, are told what happens."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from hilt.core.errors import SettingsInvalid
from hilt.core.notification import Occasion
from hilt.gate.configured.setting import Setting

MAIL = ("host", "port", "from", "user", "password_env", "tls", "holders")
_MAIL = {
    "host": "name the server that takes mail, such as smtp.acme.example",
    "from": "say from which address mail comes, such as hilt@acme.example",
}
WEBHOOK = ("url", "secret_env", "events")
_WEBHOOK = {
    "url": "say where the program answers, as https://hooks.acme.example/hilt",
    "secret_env": "name the environment variable with the secret that signs what is sent",
}
STARTTLS, TLS, PLAIN = "starttls", "tls", "none-on-loopback"
_PORTS = {STARTTLS: 587, TLS: 465, PLAIN: 25}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_DOMAIN = r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,254}}$)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@{_DOMAIN}")
SHORTEST_SECRET = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """The server that takes mail, and from whom it comes. `password_env` names the environment variable of the password.

    `holders` are domains to which mail may go where the words that tell who runs a model hold an address that is nobody's in the
    record: anybody may have typed it.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password_env: str = ""
    tls: str = STARTTLS
    holders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where a program is told of `events`, each signed with the secret in the environment variable `secret_env`."""

    url: str
    secret_env: str
    events: tuple[Occasion, ...] = tuple(Occasion)


def is_address(text: str) -> bool:
    """Is this a plain address for e-mail, which can do nothing but receive?"""
    return _ADDRESS.fullmatch(text) is not None


def read_mail(setting: Setting) -> MailSettings:
    """What `mail` says. Raises `SettingsInvalid`."""
    told = setting.table(MAIL, _MAIL)
    host = told["host"].line()
    tls = told["tls"].one_of(tuple(_PORTS), "way to encrypt mail") if "tls" in told else STARTTLS
    if not re.fullmatch(rf"{_DOMAIN}|[0-9A-Fa-f:]+", host):
        raise told["host"].wrong("the name of a host")
    if tls == PLAIN and host not in _LOOPBACK:
        raise told["tls"].refused(f"{host} is another machine: mail goes there encrypted alone ({STARTTLS} or {TLS})")
    if not is_address(told["from"].text()):
        raise told["from"].wrong("an address such as hilt@acme.example")
    if ("user" in told) != ("password_env" in told):
        raise setting.refused("user and password_env belong together: who signs in, and where the password is")
    return MailSettings(
        host=host,
        port=told["port"].whole(1, 65535) if "port" in told else _PORTS[tls],
        sender=told["from"].text(),
        user=told["user"].line() if "user" in told else "",
        password_env=told["password_env"].text() if "password_env" in told else "",
        tls=tls,
        holders=tuple(_domain(one) for one in told["holders"].items("domains")) if "holders" in told else (),
    )


def read_webhooks(setting: Setting) -> tuple[Webhook, ...]:
    """What `webhooks` says. Raises `SettingsInvalid`."""
    return tuple(_webhook(one) for one in setting.items("webhooks"))


def secret_of(variable: str, where: str) -> str:
    """What the environment variable holds. Raises `SettingsInvalid`."""
    if not (value := os.environ.get(variable, "")):
        raise SettingsInvalid(f"{variable}: there is no such environment variable, or it is empty", where=where)
    return value


def _webhook(setting: Setting) -> Webhook:
    told = setting.table(WEBHOOK, _WEBHOOK)
    url = told["url"].text()
    known = tuple(one.value for one in Occasion)
    if not _is_encrypted(url):
        raise told["url"].wrong("an address such as https://hooks.acme.example/hilt, encrypted unless on this machine,")
    chosen = told["events"].items("events") if "events" in told else []
    events = tuple(Occasion(one.one_of(known, "event")) for one in chosen)
    return Webhook(url=url, secret_env=told["secret_env"].text(), events=events or tuple(Occasion))


def _is_encrypted(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
    known = bool(parts.hostname) and port != 0 and parts.username is None and not parts.fragment
    return known and url.isascii() and url.isprintable() and " " not in url and (parts.scheme == "https" or plain)


def _domain(setting: Setting) -> str:
    if not re.fullmatch(_DOMAIN, text := setting.text()):
        raise setting.wrong("a domain such as acme.example")
    return text.lower()
