"""The cookie of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response

    from hilt.doors.http.desk import Desk

LONGEST_SECRET = 200


def session_secret(headers: Headers, desk: Desk) -> str:
    """The secret that the cookie of the session holds, empty for none.

    Where there are several of that name, one was put there by somebody else, and none counts.
    """
    pairs = (part.strip().partition("=") for line in headers.getlist("cookie") for part in line.split(";"))
    found = {value for name, _, value in pairs if name == desk.cookie}
    secret = found.pop() if len(found) == 1 else ""
    return secret if len(secret) <= LONGEST_SECRET and secret.isascii() else ""


def set_session(response: Response, secret: str, desk: Desk) -> None:
    """Has the browser keep `secret` until it is closed; an empty one is forgotten."""
    response.set_cookie(
        desk.cookie,
        secret,
        max_age=None if secret else 0,
        path="/",
        secure=desk.secure,
        httponly=True,
        samesite="lax",
    )
