"""One request: who asks, for what, and what they sent."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.roles import deciders
from hilt.core.signed_in import PassKind
from hilt.doors.http import csrf
from hilt.doors.http.cookies import session_secret
from hilt.doors.http.forms import Form, read_form, read_json, read_pairs
from hilt.doors.http.problems import FormRefused, NotSignedIn

if TYPE_CHECKING:
    from starlette.requests import Request

    from hilt.core.signed_in import SignedIn
    from hilt.doors.http.desk import Desk
    from hilt.gate.settings import Settings
    from hilt.gate.signing_in.passes import Asked

LIVE = "/live"
FOR_PROGRAMS = (LIVE, "/healthz", "/metrics")
_BEARER = "bearer "


class Asking:
    """A request as handlers see it. `asked` is None where nobody is signed in."""

    def __init__(self, request: Request, desk: Desk, body: bytes = b"") -> None:
        self.request, self.desk, self.body = request, desk, body
        self.token = _token(request.headers.get("authorization", ""))
        self.secret = self.token or session_secret(request.headers, desk)
        """Of the API token, else of the session; empty for none."""

    @cached_property
    def asked(self) -> Asked | None:
        from hilt.gate.signing_in.passes import end, who

        kinds = {PassKind.TOKEN} if self.token else {PassKind.SESSION}
        asked = who(self.secret, kinds, self.settings) if self.secret else None
        if asked is None or self.token or not self.desk.idle.is_over(asked.pass_digest, used=not self.by_itself):
            return asked
        with suppress(NotAllowed):  # another request of the same session was quicker
            end(asked, asked.pass_digest, self.settings)
        return None

    @property
    def by_itself(self) -> bool:
        """Does an open page ask, which nobody may be looking at?"""
        return self.request.method == "GET" and (self.wants_part or self.path == LIVE)

    def still_signed_in(self) -> bool:
        """Asked again, some time after the request came."""
        self.__dict__.pop("asked", None)
        return self.asked is not None

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    @property
    def path(self) -> str:
        path: str = self.request.scope["path"]
        return path

    @property
    def parts(self) -> dict[str, Any]:
        """What the path of the route left open, such as `number`."""
        return self.request.path_params

    @cached_property
    def query(self) -> Form:
        return Form(read_pairs(self.request.scope["query_string"]))

    @property
    def wants_json(self) -> bool:
        """Is it a program that asks?"""
        return (
            self.path.endswith(".json")
            or self.path.startswith("/api/")
            or self.path in FOR_PROGRAMS
            or bool(self.token)
        )

    @property
    def wants_part(self) -> bool:
        """Does a page ask for a part of itself?"""
        return self.request.headers.get("hx-request") == "true"

    def signed_in(self) -> Asked:
        """Who asks, and the key that they sign with. Raises `NotSignedIn`."""
        if self.asked is None:
            told = "this session is over" if self.secret else "nobody is signed in"
            raise NotSignedIn("this token is unknown, or over" if self.token else told)
        return self.asked

    def require(self, *roles: str) -> SignedIn:
        """Who asks, with one of these roles, or any where none are named. Raises `NotAllowed`."""
        who = self.signed_in().who
        if roles and not set(roles) & set(who.person.roles):
            raise NotAllowed(f"this takes the role {deciders(roles)}; you have {_named(who.person.roles)}")
        return who

    @property
    def csrf(self) -> str:
        """A token for the forms of the page."""
        return csrf.token(self.secret)

    def form(self, *, with_file: bool = False) -> Form:
        """What was sent with a form of a page of this session, maybe `with_file`. Raises `UsageError`, `FormRefused`."""
        form = read_form(self.request.headers.get("content-type", ""), self.body, with_file=with_file)
        self.check_token(form["csrf"])
        return form

    def typed(self) -> Form:
        """What was sent with a form of our own pages, whatever became of it since: nothing of it is to be lost.

        From elsewhere there is none: what others made up must not stand on a page of ours, ready to be sent.
        """
        try:
            csrf.check_origin(self.request.headers, self.desk)
            return read_form(self.request.headers.get("content-type", ""), self.body, with_file=True)
        except (FormRefused, UsageError):
            return Form([])

    def json(self) -> dict[str, Any]:
        """What a program sent; a script on a page of ours names its token in the header X-CSRF-Token."""
        self.check_token(self.request.headers.get("x-csrf-token", ""))
        return read_json(self.request.headers.get("content-type", ""), self.body)

    def check_token(self, given: str) -> None:
        """Raises `FormRefused` where `given` is no token of this session. Whoever shows an API token needs none: no browser
        adds that by itself."""
        if self.token:
            return
        csrf.check_origin(self.request.headers, self.desk)
        csrf.check_token(given, self.secret)


def _token(header: str) -> str:
    return header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else ""


def _named(roles: Collection[str]) -> str:
    return ", ".join(roles) if roles else "none"
