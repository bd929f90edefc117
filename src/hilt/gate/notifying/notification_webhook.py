"""Notifications as webhooks: JSON that is posted to a program, signed as Standard Webhooks 1.0.0 has it.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hilt.core.errors import SettingsInvalid, SourceError
from hilt.core.version import __version__
from hilt.gate.configured.notification_settings import SHORTEST_SECRET, Webhook, secret_of
from hilt.gate.notifying.notification_mail import Unsent
from hilt.output.quote import quote
from hilt.sources.connections import Connections

if TYPE_CHECKING:
    from hilt.core.notification import Notification
    from hilt.sources.network import Network

_PREFIX = "whsec_"
_LARGEST = 64 << 10
"""Bytes of an answer, of which nothing is used."""
_LONGEST_WAIT = 86_400


def secret(hook: Webhook) -> bytes:
    """The secret that signs. Raises `SettingsInvalid` where it is missing or could be guessed."""
    where = f"serve.webhooks {hook.secret_env}"
    text = secret_of(hook.secret_env, where)
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True) if text.startswith(_PREFIX) else text.encode()
    except (binascii.Error, ValueError):
        raise SettingsInvalid(f"after {_PREFIX} comes base64", where=where) from None
    if len(key) < SHORTEST_SECRET:
        raise SettingsInvalid(f"{len(key)} bytes, where {SHORTEST_SECRET} at least are needed", where=where)
    return key


def recipient(hook: Webhook) -> str:
    """How the outbox calls it: addresses may hold what lets somebody in."""
    return f"hook-{sha256(hook.url.encode()).hexdigest()[:16]}"


def host_of(hook: Webhook) -> str:
    """What people are told of its address, for the same reason."""
    return urlsplit(hook.url).hostname or ""


def body(told: Notification, origin: str) -> bytes:
    """What is posted."""
    data = {"text": told.line, "link": f"{origin}{told.path}", "key": told.key}
    shape = {"type": told.occasion.value, "timestamp": told.at, "data": data}
    return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode()


def headers(number: str, time: int, posted: bytes, key: bytes) -> dict[str, str]:
    """Who says it, when, and the signature of both and of what is posted."""
    signed = hmac.digest(key, f"{number}.{time}.".encode() + posted, "sha256")
    return {
        "Content-Type": "application/json",
        "User-Agent": f"hilt/{__version__}",
        "webhook-id": number,
        "webhook-timestamp": str(time),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def post(hook: Webhook, posted: bytes, told: dict[str, str], network: Network) -> None:
    """Posts it, to no address of one's own network that the settings do not name, and follows nowhere. Raises `Unsent`."""
    connections = Connections(network, ())
    try:
        raw = connections.send(urlsplit(hook.url), told, most=_LARGEST, body=posted)
    except SourceError as error:
        raise Unsent(quote(str(error)), arrived=True) from None
    finally:
        connections.close()
    if not 200 <= raw.status < 300:
        wait = raw.headers.get("retry-after", "")
        seconds = min(int(wait), _LONGEST_WAIT) if wait.isascii() and wait.isdecimal() and len(wait) < 9 else 0
        raise Unsent(f"the program answers {raw.status}", again=raw.status != 410, arrived=True, wait=seconds)
