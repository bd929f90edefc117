"""That a form comes from a page that this server gave to this session.

Two things say so: the browser, which names the origin of the page that sends, and the token on the page, made from the secret
of the session. Each token has a salt of its own, so that no two pages repeat the same letters to whoever measures how well
they are compressed.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING

from hilt.doors.http.problems import FormRefused

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from hilt.doors.http.desk import Desk

_SALT = 16


def token(secret: str) -> str:
    """A token of the session with this secret."""
    salt = token_hex(_SALT)
    return salt + _told(secret, salt)


def check_token(given: str, secret: str) -> None:
    """Raises `FormRefused` where `given` is no token of this session."""
    salt = given[: 2 * _SALT]
    if not hmac.compare_digest(given[2 * _SALT :].encode(), _told(secret, salt).encode()):
        raise FormRefused(
            "this form is of another session: somebody signed in or out meanwhile, in another tab perhaps"
        )


def check_origin(headers: Headers, desk: Desk) -> None:
    """Raises `FormRefused` where the browser says that another site sends this, or says nothing: every browser does."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    here = f"{desk.origin.partition('://')[0]}://{headers.get('host', '')}".lower()
    sent = site == "same-origin" if origin is None else origin.lower() == here
    if not sent or site not in (None, "same-origin"):
        raise FormRefused(f"this was not sent from a page of {desk.origin}")


def _told(secret: str, salt: str) -> str:
    return hmac.new(secret.encode(), b"hilt form\n" + salt.encode(), sha256).hexdigest()
