"""The `oidc` of `serve` in the settings: who else vouches for people, by OpenID Connect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from hilt.gate.configured.setting import Setting

KEYS = ("issuer", "client_id", "client_secret_env", "name")
_NEEDED = {
    "issuer": "name who vouches for people, such as https://id.acme.example",
    "client_id": "say under which name hilt is registered there",
}
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ISSUER = re.compile(r"https?://[!-~]{1,280}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """`issuer` is spelled as its tokens spell it. `client_secret_env` names the environment variable with the secret of the client,
    empty where it has none; `name` is what people read on the button.
    """

    issuer: str
    client_id: str
    client_secret_env: str = ""
    name: str = ""


def read_oidc(setting: Setting) -> OidcSettings:
    """What `oidc` says. Raises `SettingsInvalid`."""
    told = setting.table(KEYS, _NEEDED)
    issuer = told["issuer"].text()
    if not is_safe(issuer) or urlsplit(issuer).query or urlsplit(issuer).fragment:
        raise told["issuer"].wrong("an address such as https://id.acme.example; without TLS only one of this machine")
    return OidcSettings(
        issuer=issuer,
        client_id=told["client_id"].text(),
        client_secret_env=told["client_secret_env"].text() if "client_secret_env" in told else "",
        name=told["name"].line() if "name" in told else urlsplit(issuer).hostname or issuer,
    )


def is_safe(address: str) -> bool:
    """Can nobody on the way read or change what goes to this address?"""
    if not _ISSUER.fullmatch(address):
        return False
    try:
        url = urlsplit(address)
        url.port  # noqa: B018 - which is read only now
    except ValueError:
        return False
    return url.username is None and (url.scheme == "https" or url.hostname in LOOPBACK) and bool(url.hostname)
