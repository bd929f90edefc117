"""The cases: what waits for whoever looks, all that waits, and what was decided lately."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hilt.core.estate import MOST_WAITING, Cases
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesPage(Page):
    """`first` is false for the further pages of what waits; `due` is the time, in seconds, within which a case is to be answered."""

    template: ClassVar[str] = "cases.html"
    most_waiting: ClassVar[int] = MOST_WAITING
    cases: Cases
    first: bool
    due: int

    def data(self) -> object:
        from hilt.output.review_json import list_data

        told = self.cases
        return {
            "mine": list_data(told.mine),
            "all": list_data(told.all),
            "after": told.after,
            "decided": [one._asdict() for one in told.decided],
        }


def show(asking: Asking) -> Page:
    from hilt.gate.reviewing.cases import cases

    after = asking.query["after"]
    place = int(after) if after.isdecimal() and len(after) < 19 else None
    found = cases(asking.signed_in().who.person, after=place, settings=asking.settings)
    return CasesPage(title="Cases", cases=found, first=place is None, due=86400 * asking.settings.serve.answer_days)
