"""Signing in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from hilt.core.errors import NotAllowed
from hilt.doors.http.answers import Answer, Redirect, inside
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(Page):
    """`then` is where to go on, `name` what was typed, `wrong` what was wrong with it; `over` is true after a session that ended
    by itself, as it does after `hours`, or `idle` ones that nobody used it (0 for never). `elsewhere` is who else vouches for people.
    """

    template: ClassVar[str] = "sign_in.html"
    then: str
    name: str = ""
    wrong: str = ""
    over: bool = False
    elsewhere: str
    hours: int
    idle: int

    @property
    def status(self) -> int:
        return 403 if self.wrong else 200


def show(asking: Asking) -> Answer:
    then = inside(asking.query["next"])
    if asking.asked:
        return Redirect(to=then)
    return _page(asking, then=then, over=bool(asking.query["over"]))


def sign_in(asking: Asking) -> Answer:
    from hilt.gate.signing_in.sign_in import sign_in as begin

    form = asking.form()
    then = inside(form["next"])
    try:
        opened = begin(form["name"], form["password"], asking.settings)
    except NotAllowed as error:
        asking.desk.metrics.sign_ins_failed.inc()
        return _page(asking, then=then, name=form["name"], wrong=str(error))
    return Redirect(to=then, session=opened.secret)


def sign_out(asking: Asking) -> Answer:
    from hilt.gate.signing_in.passes import end

    asking.form()
    if asking.asked is not None:
        end(asking.asked, asking.asked.pass_digest, asking.settings)
    return Redirect(to="/sign-in", session="")


def _page(asking: Asking, **told: Any) -> SignInPage:
    serve = asking.settings.serve
    elsewhere = serve.oidc.name if serve.oidc else ""
    return SignInPage(title="Sign in", elsewhere=elsewhere, hours=serve.session_hours, idle=serve.idle_hours, **told)
