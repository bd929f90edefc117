"""The link by which the first administrator comes in, where a record has nobody yet. It is known on the terminal only."""

from __future__ import annotations

import hmac
from secrets import token_urlsafe

from hilt.gate.person import people
from hilt.gate.settings import Settings


class FirstLink:
    """Its secret is made when it is first asked for, and is of use until somebody is there."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._secret = settings, token_urlsafe(32)

    def path(self) -> str:
        """Where the link leads, empty where somebody is there already."""
        return f"/begin?link={self._secret}" if self._nobody() else ""

    def fits(self, secret: str) -> bool:
        """Is this the link, and still of use?"""
        return hmac.compare_digest(secret.encode(), self._secret.encode()) and self._nobody()

    def _nobody(self) -> bool:
        return not any(one.keys for one in people(self._settings))
