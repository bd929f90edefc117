"""A link that is of use once: for the first administrator, and for whoever was invited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hilt.core.errors import UsageError
from hilt.core.signed_in import PassKind
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import LinkOver
from hilt.doors.web.page import Page

_OVER = "this link was used already, or is over"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginPage(Page):
    """`first` is true for the first administrator, who says their own `name`; `wrong` is what was wrong with what was typed."""

    template: ClassVar[str] = "begin.html"
    link: str
    first: bool
    name: str
    contact: str = ""
    wrong: str = ""

    @property
    def status(self) -> int:
        return 400 if self.wrong else 200


def show(asking: Asking) -> Answer:
    return _page(asking, asking.query["link"])


def begin(asking: Asking) -> Answer:
    from hilt.gate.signing_in.sign_in import accept, first

    form = asking.form()
    page = _page(asking, form["link"], name=form["name"], contact=form["contact"])
    try:
        password = _twice(form["password"], form["again"])
        if page.first:
            opened = first(form["name"], form["contact"], password, asking.settings)
        else:
            opened = accept(form["link"], password, asking.settings)
    except UsageError as error:
        return _page(asking, form["link"], name=form["name"], contact=form["contact"], wrong=str(error))
    return Redirect(to="/", session=opened.secret)


def _twice(password: str, again: str) -> str:
    if password != again:
        raise UsageError("the two passwords are not the same")
    return password


def _page(asking: Asking, link: str, *, name: str = "", contact: str = "", wrong: str = "") -> BeginPage:
    """What whoever has the link is asked. Raises `LinkOver` where it is none."""
    from hilt.gate.signing_in.passes import who

    first = asking.desk.first_link.fits(link)
    invited = None if first else who(link, {PassKind.INVITATION}, asking.settings)
    if not first and invited is None:
        raise LinkOver(_OVER)
    named = invited.who.name if invited else name
    return BeginPage(title="Welcome", link=link, first=first, name=named, contact=contact, wrong=wrong)
