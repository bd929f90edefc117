"""Signing in at the organisation's own server, by OpenID Connect; and what somebody sees whom nobody has let in yet."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import ClassVar

from hilt.core.signed_in import Waiting
from hilt.doors.http.answers import Answer
from hilt.doors.http.asking import Asking
from hilt.doors.http.elsewhere import come_in, kept, leave
from hilt.doors.web.page import Page

LONGEST = 1000
"""Letters of the page to go on at; browsers drop a cookie of more than 4096 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage(Page):
    """`waiting` is who somebody is, as the issuer says; an administrator has to let them in."""

    template: ClassVar[str] = "waiting.html"
    waiting: Waiting

    @property
    def status(self) -> int:
        return 403


def start(asking: Asking) -> Answer:
    from hilt.gate.signing_in.oidc import MINUTES, start

    begun = start(asking.settings, _back(asking))
    then = asking.query["next"]
    then = urlsafe_b64encode(then.encode()).decode().rstrip("=") if len(then) <= LONGEST else ""
    return leave(begun.url, asking, f"{begun.secret}.{then}", 60 * MINUTES)


def come_back(asking: Asking) -> Answer:
    from hilt.gate.signing_in.accounts import sign_in_as
    from hilt.gate.signing_in.oidc import finish

    secret, _, then = kept(asking).partition(".")
    vouched = finish(asking.settings, _back(asking), secret, dict(asking.query.pairs))
    came = sign_in_as(*vouched, asking.settings)
    if isinstance(came, Waiting):
        return WaitingPage(title="One more step", waiting=came)
    return come_in(_text(then), asking, came.secret)


def _back(asking: Asking) -> str:
    return f"{asking.desk.origin}/oidc/return"


def _text(encoded: str) -> str:
    try:
        return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except ValueError:
        return ""
