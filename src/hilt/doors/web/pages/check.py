"""Where a check begins: a model of the hub, files that are sent, or a folder of the server."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from hilt.core.errors import ReferenceInvalid, UsageError
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page

if TYPE_CHECKING:
    from hilt.gate.working.listed_folders import Inside


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage(Page):
    """`reference` is what was typed, `wrong` what was wrong with it. `folders` are those that people may choose from, `inside` is
    the one that is open. Nobody without the right role `may_ask`.
    """

    template: ClassVar[str] = "check.html"
    may_ask: bool
    most_bytes: int
    most_files: int
    folders: tuple[str, ...]
    inside: Inside | None = None
    reference: str = ""
    wrong: str = ""

    @property
    def status(self) -> int:
        return 400 if self.wrong else 200


def show(asking: Asking) -> Answer:
    from hilt.gate.working.listed_folders import look_inside

    page, place = _page(asking), asking.query["in"]
    if not place or not page.may_ask:
        return page
    try:
        return replace(page, inside=look_inside(place, asking.settings))
    except ReferenceInvalid as error:
        return replace(page, wrong=str(error))


def start(asking: Asking) -> Answer:
    from hilt.gate.working.checks_asked import ask_folder, ask_upstream

    form, asked = asking.form(), asking.signed_in()
    try:
        if form["place"]:
            check = ask_folder(asked, form["place"], asking.settings)
        else:
            check = ask_upstream(asked, form["reference"], asking.settings)
    except UsageError as error:
        return replace(_page(asking), reference=form["reference"], wrong=str(error))
    return Redirect(to=f"/checks/{check.number}")


def _page(asking: Asking) -> CheckPage:
    from hilt.gate.working.checks_asked import may_ask
    from hilt.gate.working.listed_folders import listed_folders

    allowed, uploads = may_ask(asking.signed_in()), asking.settings.serve.uploads
    return CheckPage(
        title="Check a model",
        may_ask=allowed,
        reference=asking.query["reference"],
        most_bytes=uploads.bytes,
        most_files=uploads.files,
        folders=listed_folders(asking.settings) if allowed else (),
    )
