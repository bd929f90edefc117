"""The way to another site and back: what the browser keeps meanwhile, and nobody else has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from hilt.doors.http.answers import inside
from hilt.doors.http.cookies import set_session

if TYPE_CHECKING:
    from starlette.responses import Response

    from hilt.doors.http.asking import Asking


def leave(to: str, asking: Asking, kept: str, seconds: int) -> Response:
    """Sends the browser to another site, with something to keep for some seconds."""
    response = RedirectResponse(to, 303)
    _keep(response, asking, kept, seconds)
    return response


def kept(asking: Asking) -> str:
    """What the browser kept, empty for nothing."""
    return asking.request.cookies.get(_cookie(asking), "")


def come_in(to: str, asking: Asking, session: str) -> Response:
    """Sends the browser to a page of this server, with a session; what it kept, it forgets."""
    response = RedirectResponse(inside(to), 303)
    _keep(response, asking, "", 0)
    set_session(response, session, asking.desk)
    return response


def _cookie(asking: Asking) -> str:
    return f"{asking.desk.cookie}-elsewhere"


def _keep(response: Response, asking: Asking, value: str, seconds: int) -> None:
    """It is sent along when another site sends the browser back, and so not `strict`."""
    response.set_cookie(
        _cookie(asking), value, max_age=seconds, path="/", secure=asking.desk.secure, httponly=True, samesite="lax"
    )
