"""oidc: people for whom the organisation's own server vouches, by OpenID Connect.

The authorization code flow with PKCE. What binds an answer to the browser that asked (state), to this question (nonce) and to us
(the code verifier) is all derived from one secret, which only that browser has, in a cookie of some minutes.

Specifications: OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (who answers), RFC 9700 (best practice).
"""

from __future__ import annotations

import json
import os
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote_plus, urlencode, urlsplit

from hilt.core.errors import KeyUnusable, NotAllowed, SourceError, UsageError
from hilt.core.version import __version__
from hilt.gate.configured.oidc_settings import OidcSettings, is_safe
from hilt.gate.settings import Settings
from hilt.gate.signing_in.id_token import verified
from hilt.sources.network import Network

if TYPE_CHECKING:
    from hilt.sources.connections import Connections

MINUTES = 10
"""How long somebody may take to sign in there."""
_FRESH = 300.0
"""Seconds for which it is remembered where the issuer answers."""
_LARGEST = 256 << 10
_HEADERS = {"Accept": "application/json", "User-Agent": f"hilt/{__version__}"}
_NOT_ASKED = "this answers no question that your browser asked a moment ago; sign in again"


class Started(NamedTuple):
    """Where to send a browser, and the `secret` that it has to keep until it comes back."""

    url: str
    secret: str


class Vouched(NamedTuple):
    """Somebody for whom the issuer vouches. `name` and `contact` are what it says of them."""

    issuer: str
    subject: str
    name: str
    contact: str


class _Provider(NamedTuple):
    """Where the issuer answers what."""

    authorization: str
    token: str
    keys: str
    userinfo: str
    posts_secret: bool


_known: dict[OidcSettings, tuple[float, _Provider]] = {}


def start(settings: Settings, back: str) -> Started:
    """Where a browser signs in; it comes `back` to this address. Raises `UsageError`, `SourceError`."""
    told, secret = told_of(settings), token_urlsafe(32)
    with _asking(told, settings) as connections:
        provider = _discovered(told, connections)
    question = {
        "response_type": "code",
        "client_id": told.client_id,
        "redirect_uri": back,
        "scope": "openid profile email",
        "state": _part(secret, "state"),
        "nonce": _part(secret, "nonce"),
        "code_challenge": _text(sha256(_part(secret, "verifier").encode()).digest()),
        "code_challenge_method": "S256",
    }
    sign = "&" if urlsplit(provider.authorization).query else "?"
    return Started(f"{provider.authorization}{sign}{urlencode(question)}", secret)


def finish(settings: Settings, back: str, secret: str, answer: Mapping[str, str]) -> Vouched:
    """Who came back with `answer`, in the browser that keeps `secret`. Raises `NotAllowed`, `SourceError`."""
    told = told_of(settings)
    if not secret or not compare_digest(
        answer.get("state", "").encode("utf-8", "replace"), _part(secret, "state").encode()
    ):
        raise NotAllowed(_NOT_ASKED)
    if answer.get("iss", told.issuer) != told.issuer:
        raise NotAllowed("another issuer answers than the one that was asked")
    if error := answer.get("error"):
        raise NotAllowed(f"{told.name} says {error[:100]!a}; sign in again")
    with _asking(told, settings) as connections:
        provider = _discovered(told, connections)
        tokens = _tokens(told, provider, back, secret, answer.get("code", ""), connections)
        keys = _json(connections, provider.keys)
        nonce = _part(secret, "nonce")
        claims = verified(tokens.get("id_token"), keys, issuer=told.issuer, client_id=told.client_id, nonce=nonce)
        if "name" not in claims and provider.userinfo and isinstance(access := tokens.get("access_token"), str):
            more = _json(connections, provider.userinfo, {"Authorization": f"Bearer {access}"})
            claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
    contact = _line(claims.get("email"))
    name = _line(claims.get("name")) or _line(claims.get("preferred_username")) or contact or _line(claims["sub"])
    return Vouched(told.issuer, claims["sub"], name, contact)


def told_of(settings: Settings) -> OidcSettings:
    """The issuer of the settings. Raises `UsageError` where they name none."""
    if settings.serve.oidc is None:
        raise UsageError("nobody else vouches for people here; the settings name an issuer: serve: {oidc: ...}")
    return settings.serve.oidc


@contextmanager
def _asking(told: OidcSettings, settings: Settings) -> Iterator[Connections]:
    """Connections that may lead to the issuer, wherever it is; elsewhere to public addresses alone."""
    from hilt.sources.connections import Connections

    network = Network.from_environment(os.environ, private_hosts=settings.private_hosts)
    connections = Connections(network, (told.issuer,))
    try:
        yield connections
    except SourceError as error:
        raise SourceError(f"{told.name} cannot be asked for whom it vouches: {error}") from None
    finally:
        connections.close()


def _discovered(told: OidcSettings, connections: Connections) -> _Provider:
    """Where the issuer answers. Raises `SourceError`, also where it says that it is somebody else."""
    asked, provider = _known.get(told, (0.0, None))
    if provider is not None and time.monotonic() - asked < _FRESH:
        return provider
    says = _json(connections, told.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if says.get("issuer") != told.issuer:
        raise SourceError(f"it calls itself {str(says.get('issuer'))[:200]!a}, and the settings {told.issuer}")
    methods = says.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    provider = _Provider(
        authorization=_address(says, "authorization_endpoint"),
        token=_address(says, "token_endpoint"),
        keys=_address(says, "jwks_uri"),
        userinfo=_address(says, "userinfo_endpoint") if "userinfo_endpoint" in says else "",
        posts_secret=isinstance(methods, list) and "client_secret_basic" not in methods,
    )
    _known[told] = time.monotonic(), provider
    return provider


def _address(says: Mapping[str, Any], key: str) -> str:
    address = says.get(key)
    if not isinstance(address, str) or not is_safe(address):
        raise SourceError(f"its {key} is {str(address)[:200]!a}, where nothing goes without TLS")
    return address


def _tokens(
    told: OidcSettings, provider: _Provider, back: str, secret: str, code: str, connections: Connections
) -> dict[str, Any]:
    """What the issuer gives for the code, once."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": _part(secret, "verifier"),
    }
    headers = {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
    shared = _client_secret(told)
    if shared and not provider.posts_secret:
        pair = f"{quote_plus(told.client_id)}:{quote_plus(shared)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": told.client_id} | ({"client_secret": shared} if shared else {})
    answer = connections.send(
        urlsplit(provider.token), headers, most=_LARGEST, body=urlencode(form, errors="replace").encode()
    )
    if answer.status != 200:
        said = _object(answer.body).get("error", answer.status)
        raise NotAllowed(f"{told.name} gives nothing for this code ({str(said)[:100]!a}); sign in again")
    return _object(answer.body)


def _client_secret(told: OidcSettings) -> str:
    if not told.client_secret_env:
        return ""
    if not (shared := os.environ.get(told.client_secret_env, "")):
        raise KeyUnusable(
            f"serve.oidc.client_secret_env {told.client_secret_env}: there is no such environment variable, or it is empty"
        )
    return shared


def _json(connections: Connections, address: str, more: Mapping[str, str] | None = None) -> dict[str, Any]:
    answer = connections.send(urlsplit(address), {**_HEADERS, **(more or {})}, most=_LARGEST)
    if answer.status != 200 or answer.broken:
        raise SourceError(f"{address} answers {answer.broken or answer.status}")
    return _object(answer.body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else {}


def _part(secret: str, what: str) -> str:
    return _text(digest(secret.encode(), what.encode(), "sha256"))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _line(value: object) -> str:
    return " ".join(value.replace("\0", " ").split())[:200] if isinstance(value, str) else ""
