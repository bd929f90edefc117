"""An office whose pages are served: people who are signed in, and the forms that they send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from starlette.testclient import TestClient

from hilt.core.signed_in import PassKind
from hilt.doors.http import csrf
from hilt.doors.web.app import pages
from hilt.gate.record import opened
from hilt.gate.signing_in.passes import clock, make
from hilt.record.accounts.store import add
from office import Office

ORIGIN = "http://127.0.0.1:8791"


class Browser(TestClient):
    """A browser of one person. `secret` is that of their session, empty where nobody is signed in."""

    def __init__(self, application: Any, secret: str = "", origin: str = ORIGIN) -> None:
        super().__init__(application, base_url=origin, follow_redirects=False)
        self.secret, self.origin = secret, origin
        self.cookie = "__Host-hilt" if origin.startswith("https") else "hilt"
        if secret:
            self.cookies.set(self.cookie, secret, domain=urlsplit(origin).hostname or "")

    def submit(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Sends a form as a page of ours does: with its token, and the origin that a browser names."""
        told = {"csrf": csrf.token(self.cookies.get(self.cookie) or ""), **(fields or {})}
        return self.post(path, data=told, headers={"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}, **more)


class WebOffice:
    """The pages of an office."""

    def __init__(self, office: Office, origin: str = ORIGIN) -> None:
        self.office, self.origin = office, origin
        self.application, self.desk = pages(office.settings, origin)

    def browser(self, name: str = "", **more: Any) -> Browser:
        """The browser of a person, signed in with the key that they have anyway; of a stranger without a name."""
        return Browser(self.application, self.secret(name, **more) if name else "", self.origin)

    def secret(self, name: str, kind: PassKind = PassKind.SESSION, hours: int = 12, **more: Any) -> str:
        """The secret of a new pass of a person, with the key that they sign with anyway."""
        with opened(self.office.settings) as record:
            until = clock(timedelta(hours=hours))
            made = make(record.person(name), self.office.signing(name), kind, until=until, **more)
            record.accounts.change(add(made.stored))
        return made.opened.secret


def complaint(answer: Any) -> str:
    """What a page says that was wrong, in small letters and without the full stop."""
    found = re.search(r'<(\w+)[^>]* role="alert"[^>]*>(.*?)</\1>', answer.text, re.DOTALL)
    return unescape(re.sub("<[^>]+>", "", found[2])).strip().rstrip(".").lower() if found else ""
