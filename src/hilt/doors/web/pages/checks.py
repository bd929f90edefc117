"""The checks that people asked for, and each of them: how far it is, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from hilt.core.asked_check import AskedCheck
from hilt.doors.http.answers import Answer, Redirect, data_of
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import NotThere
from hilt.doors.web.page import Page

_NUMBER = re.compile(r"[0-9]{1,9}")
ON_A_PAGE = 50
SHOWN = {"": None, "open": True, "over": False}
"""What the list is narrowed to, and whether those are open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksPage(Page):
    """`names` tells who asked; `next` is the number before which earlier checks go on, 0 where there are none."""

    template: ClassVar[str] = "checks.html"
    checks: tuple[AskedCheck, ...]
    names: dict[str, str]
    shown: str
    next: int
    may_ask: bool

    def data(self) -> object:
        return {"checks": [told(check) for check in self.checks], "names": self.names, "next": self.next}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCheckPage(Page):
    """One check; `before` is how many come first."""

    template: ClassVar[str] = "asked_check.html"
    check: AskedCheck
    name: str
    before: int
    may_stop: bool
    may_ask: bool

    def data(self) -> object:
        return {"check": told(self.check), "name": self.name, "before": self.before}


def told(check: AskedCheck) -> dict[str, Any]:
    """A check as programs are told it."""
    return {**data_of(check), "outcome": check.outcome.word if check.outcome is not None else None}


def show(asking: Asking) -> Answer:
    from hilt.gate.working.checks_asked import may_ask, names_of, newest_checks

    settings, before = asking.settings, asking.query["before"]
    shown = asking.query["show"] if asking.query["show"] in SHOWN else ""
    found = newest_checks(
        settings,
        most=ON_A_PAGE + 1,
        before=int(before) if _NUMBER.fullmatch(before) else 0,
        is_open=SHOWN[shown],
    )
    checks = found[:ON_A_PAGE]
    return ChecksPage(
        title="Checks",
        checks=checks,
        names=names_of(checks, settings),
        shown=shown,
        next=checks[-1].number if len(found) > ON_A_PAGE else 0,
        may_ask=may_ask(asking.signed_in()),
    )


def show_one(asking: Asking) -> Answer:
    from hilt.gate.working.checks_asked import may_ask, may_stop, names_of, waiting_before

    check, asked = _check(asking), asking.signed_in()
    return AskedCheckPage(
        title=f"Check {check.number}",
        check=check,
        name=names_of([check], asking.settings)[check.person],
        before=waiting_before(check, asking.settings),
        may_stop=may_stop(asked, check) and not check.stopping,
        may_ask=may_ask(asked),
    )


def stop(asking: Asking) -> Answer:
    from hilt.gate.working.checks_asked import stop as end

    asking.form()
    check = _check(asking)
    end(asking.signed_in(), check, asking.settings)
    return Redirect(to=f"/checks/{check.number}")


def _check(asking: Asking) -> AskedCheck:
    """Raises `NotThere`."""
    from hilt.gate.working.checks_asked import asked_check

    number: int = asking.parts["number"]
    check = asked_check(number, asking.settings) if number < 1 << 31 else None
    if check is None:
        raise NotThere(f"there is no check {number}")
    return check
