"""The `serve` of the settings: where `hilt serve` answers, and for how long somebody stays signed in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hilt.core.errors import UsageError
from hilt.gate.configured.notification_settings import MailSettings, Webhook, read_mail, read_webhooks
from hilt.gate.configured.oidc_settings import OidcSettings, read_oidc
from hilt.gate.configured.setting import Setting

KEYS = (
    "host",
    "port",
    "address",
    "tls",
    "session_hours",
    "idle_hours",
    "answer_days",
    "oidc",
    "folders",
    "uploads",
    "checks",
    "mail",
    "webhooks",
)
TLS = ("certificate", "key")
_TLS = {
    "certificate": "name the file of the certificate and its chain, in PEM",
    "key": "name the file of its private key, in PEM",
}
_ADDRESS = re.compile(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""How a folder is called: without a slash, for what follows one is the way into it."""
LONGEST_SESSION = 24 * 30
MOST_CHECKS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """The files of a certificate and of its private key, both in PEM."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSettings:
    """Where uploaded files lie until they are checked (empty for beside the key of the log), and how many bytes and files one
    upload may have; with no bytes, nothing is uploaded.
    """

    folder: str = ""
    bytes: int = 20_000_000_000
    files: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Where the pages are. `address` is what people type (https://hilt.acme.example), where that is not `host` and `port`.

    A session ends after `session_hours`, or after `idle_hours` in which nobody used it (0 for never); over a long lunch it stays.
    `folders` leads from names to folders of this machine that people may choose models from. `answer_days` is within how many days
    a case is to be answered, as its page tells. `checks` is how many are carried out at once; a server with none leaves
    them to others.
    """

    host: str = "127.0.0.1"
    port: int = 8791
    address: str = ""
    tls: Tls | None = None
    session_hours: int = 12
    idle_hours: int = 2
    answer_days: int = 3
    oidc: OidcSettings | None = None
    folders: Mapping[str, str] = field(default_factory=dict)
    uploads: UploadSettings = field(default_factory=UploadSettings)
    checks: int = 1
    mail: MailSettings | None = None
    webhooks: tuple[Webhook, ...] = ()


def read_serve(setting: Setting, beside: Path) -> ServeSettings:
    """What `serve` says; files are looked for `beside` the settings. Raises `SettingsInvalid`."""
    told, usual = setting.table(KEYS), ServeSettings()
    return ServeSettings(
        host=told["host"].line() if "host" in told else usual.host,
        port=told["port"].whole(0, 65535) if "port" in told else usual.port,
        address=_address(told["address"]) if "address" in told else "",
        tls=_tls(told["tls"], beside) if "tls" in told else None,
        session_hours=told["session_hours"].whole(1, LONGEST_SESSION)
        if "session_hours" in told
        else usual.session_hours,
        idle_hours=told["idle_hours"].whole(0, LONGEST_SESSION) if "idle_hours" in told else usual.idle_hours,
        answer_days=told["answer_days"].whole(1, 365) if "answer_days" in told else usual.answer_days,
        oidc=read_oidc(told["oidc"]) if "oidc" in told else None,
        folders=_folders(told["folders"], beside) if "folders" in told else {},
        uploads=_uploads(told["uploads"], beside) if "uploads" in told else usual.uploads,
        checks=told["checks"].whole(0, MOST_CHECKS) if "checks" in told else usual.checks,
        mail=read_mail(told["mail"]) if "mail" in told else None,
        webhooks=read_webhooks(told["webhooks"]) if "webhooks" in told else (),
    )


def _address(setting: Setting) -> str:
    text = setting.text().rstrip("/").lower()
    found = _ADDRESS.fullmatch(text)
    if not found or int((found[2] or ":443")[1:]) > 65535:
        raise setting.wrong("an address without a path, such as https://hilt.acme.example,")
    return text


def _tls(setting: Setting, beside: Path) -> Tls:
    told = setting.table(TLS, _TLS)
    return Tls(certificate=str(beside / told["certificate"].text()), key=str(beside / told["key"].text()))


def _folders(setting: Setting, beside: Path) -> dict[str, str]:
    names = setting.value if isinstance(setting.value, dict) else {}
    told = setting.table([name for name in names if isinstance(name, str)])
    for name, folder in told.items():
        if not _FOLDER.fullmatch(name):
            raise folder.refused("a folder is called by up to 40 letters, digits, dots, dashes and underscores")
    return {name: str((beside / folder.text()).absolute()) for name, folder in told.items()}


def with_folders(told: Mapping[str, str], more: Iterable[str]) -> dict[str, str]:
    """The listed folders and `more` of them, each called by its own name. Raises `UsageError`."""
    listed = dict(told)
    for folder in more:
        place = Path(folder).absolute()
        if not _FOLDER.fullmatch(place.name) or place.name in listed:
            why = (
                "another one is listed by this name" if place.name in listed else "its name has blanks or rare letters"
            )
            raise UsageError(
                f"--folder {folder!r:.200}: {why}; list it in the settings: serve: {{folders: {{NAME: FOLDER}}}}"
            )
        listed[place.name] = str(place)
    return listed


def _uploads(setting: Setting, beside: Path) -> UploadSettings:
    told, usual = setting.table(("folder", "bytes", "files")), UploadSettings()
    return UploadSettings(
        folder=str((beside / told["folder"].text()).absolute()) if "folder" in told else "",
        bytes=told["bytes"].whole(0, 1 << 50) if "bytes" in told else usual.bytes,
        files=told["files"].whole(1, 1_000_000) if "files" in told else usual.files,
    )
