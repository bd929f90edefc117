"""One case, as whoever decides it should see it: evidence before what hilt would say, what nobody knows before what passes."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

from hilt.core.errors import ChangedMeanwhile, NotAllowed, UsageError
from hilt.core.events import DecisionMade, Question, Recorded, Remark, Remarked, Say
from hilt.core.review import ShownCase
from hilt.core.roles import only_reads
from hilt.core.signed_in import SignedIn
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import NotThere
from hilt.doors.web.page import Page
from hilt.output.called import called
from hilt.output.figures import counted
from hilt.output.review_words import Evidence, evidence, recommended

ANSWERS = ("yes", "conditions", "no", "ask")
VIEWS = {one.value: one for one in Remark if one.is_view}
ENDS = {True: (1, 3), False: (6, 12)}
"""Months after which a yes may end, as they are offered: for an exception to a block, and for all else."""
_WRONG = {UsageError: 400, NotAllowed: 403, ChangedMeanwhile: 409}


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage(Page):
    """`questions` are those that whoever looks may answer, `why_not` is why they decide nothing, empty where they do.

    `folded` is true until they have entered a view: then `recommendation` is None, and others' views are not told. `typed` is
    what they sent that was not recorded, because of what `wrong` says. `looking` are the others who have the page open,
    and `since` is what it showed when it was opened. `due` is the time, in seconds, within which it is to be answered.
    """

    template: ClassVar[str] = "case.html"
    shown: ShownCase
    found: Evidence
    questions: tuple[Question, ...]
    why_not: str
    may_speak: bool
    folded: bool
    view: Recorded | None
    recommendation: tuple[str, tuple[str, ...]] | None
    looking: tuple[tuple[str, str], ...]
    since: str
    due: int
    signs: str
    key: str
    typed: Mapping[str, str]
    wrong: str = ""
    code: int = 200

    @property
    def status(self) -> int:
        return self.code

    @property
    def changed(self) -> bool:
        """Is it not any more as it was when the page was opened, of which a part is asked for?"""
        return self.since != self.shown.seen

    @property
    def deciders(self) -> tuple[tuple[Question, tuple[str, ...]], ...]:
        """Who must still say yes, and who they are: those whom several rules ask, once."""
        asked = self.shown.status.uses[0].may_decide
        return tuple({(one.by, one.approvals): (one, people) for one, people in asked}.values())

    @property
    def ends(self) -> tuple[tuple[str, str], ...]:
        """Last days that are offered for a yes, in words; none is filled in before somebody wants it."""
        today = datetime.now(UTC).date()
        months = ENDS[self.shown.signed.exception]
        return tuple((counted(number, "month"), _months_on(today, number).isoformat()) for number in months)

    @property
    def said(self) -> tuple[Recorded, ...]:
        """Questions to whoever asked, and answers."""
        return tuple(one for one in self.shown.remarks if not _is_view(one))[-50:]

    @property
    def views(self) -> tuple[Recorded, ...]:
        """What people thought before they decided; the newest of each."""
        return tuple({one.by: one for one in self.shown.remarks if _is_view(one)}.values())

    @property
    def decisions(self) -> tuple[Recorded, ...]:
        return tuple(one for one in self.shown.status.uses[0].acts if isinstance(one.event, DecisionMade))

    def data(self) -> object:
        from hilt.gate.explain import catalogue
        from hilt.output.record_json import recorded_data
        from hilt.output.review_json import case_data

        names = self.shown.status.names
        views = () if self.folded else self.views
        return case_data(self.shown, catalogue(), recommendation=not self.folded) | {
            "may_decide": not self.why_not,
            "why_not": self.why_not,
            "seen": self.shown.seen,
            "remarks": [recorded_data(one, names) for one in (*self.said, *views)],
        }


def show(asking: Asking) -> Page:
    return _page(asking, {})


def view(asking: Asking) -> Answer:
    """Records a view of one's own, after which the page tells what hilt would say."""
    from hilt.gate.remark import remark

    form = asking.form()
    if form["view"] not in VIEWS:
        return _page(asking, form, UsageError("say whether you lean towards yes or no, or are not sure"))
    try:
        remark(_number(asking), VIEWS[form["view"]], form["why"], key=asking.signed_in().key, settings=asking.settings)
    except (UsageError, NotAllowed) as error:
        return _page(asking, form, error)
    return Redirect(to=f"/cases/{_number(asking)}#verdict")


def say(asking: Asking) -> Answer:
    """Records an answer to what somebody asked."""
    from hilt.gate.remark import remark

    form = asking.form()
    try:
        remark(_number(asking), Remark.SAYS, form["words"], key=asking.signed_in().key, settings=asking.settings)
    except (UsageError, NotAllowed) as error:
        return _page(asking, form, error)
    return Redirect(to=f"/cases/{_number(asking)}#now")


def answer(asking: Asking) -> Answer:
    """Records yes, no, or a question, about what was shown and nothing else."""
    form = asking.form()
    try:
        _answer(asking, form)
    except (UsageError, NotAllowed, ChangedMeanwhile) as error:
        return _page(asking, form, error)
    return Redirect(to=f"/cases/{_number(asking)}#now")


def _answer(asking: Asking, form: Mapping[str, str]) -> None:
    from hilt.gate.admit import admit
    from hilt.gate.refuse import refuse
    from hilt.gate.remark import remark

    number, key, settings = _number(asking), asking.signed_in().key, asking.settings
    case, seen = f"#{number}", form["seen"]
    if not seen:
        raise UsageError("the form says nothing of what was shown; load the page again")
    match form["answer"]:
        case "yes" | "conditions" as said:
            if said == "conditions" and not form["conditions"].strip():
                raise UsageError("say the conditions, or answer yes without any")
            answers = {name[7:]: text for name, text in form.items() if name.startswith("answer:") and text.strip()}
            conditions = form["conditions"].strip() if said == "conditions" else ""
            done = admit(
                case,
                why=form["why"],
                until=form["until"],
                conditions=conditions,
                answers=answers,
                key=key,
                settings=settings,
                seen=seen,
            )
            if done.entry is None:
                raise NotAllowed("the policy blocks this, and names nobody who may make an exception")
        case "no":
            refuse(case, why=form["why"], key=key, settings=settings, seen=seen)
        case "ask":
            remark(number, Remark.ASKS, form["why"], key=key, settings=settings)
        case _:
            raise UsageError("choose an answer: yes, yes with conditions, no, or ask for more")


def _page(asking: Asking, typed: Mapping[str, str], error: Exception | None = None) -> CasePage:
    from hilt.gate.explain import catalogue
    from hilt.gate.reviewing.review_case import show_case
    from hilt.output.review_json import signs_data

    asked, number = asking.signed_in(), _number(asking)
    try:
        shown = show_case(number, key=asked.key, settings=asking.settings)
    except UsageError as missing:
        raise NotThere(str(missing)) from None
    found, who = evidence(shown.verdict, catalogue()), asked.who
    mine = tuple(one for one in shown.status.uses[0].standing.waits_for if set(one.by) & set(who.person.roles))
    why_not = _why_not(shown, who, mine)
    own = [one for one in shown.remarks if one.by == who.person.person and _is_view(one) and _same(one, shown)]
    folded = not why_not and not own
    names = shown.status.names
    return CasePage(
        title=f"Case #{number}: {called(shown.status.reference)}",
        shown=shown,
        found=found,
        questions=mine,
        why_not=why_not,
        may_speak=asked.key is not None and not only_reads(who.person.roles),
        folded=folded,
        view=own[-1] if own else None,
        recommendation=None if folded else recommended(shown.verdict, found),
        looking=tuple(
            (names.get(person, person), at)
            for person, at in asking.desk.live.looking(f"case-{number}")
            if person != who.person.person
        ),
        since=asking.query["seen"] or shown.seen,
        due=86400 * asking.settings.serve.answer_days,
        signs=json.dumps(signs_data(shown.signed), indent=1),
        key=asked.key.public.text if asked.key is not None else "",
        typed=typed,
        wrong=_words(error, mine, typed) if error else "",
        code=next((code for kind, code in _WRONG.items() if isinstance(error, kind)), 200),
    )


def _words(error: Exception, mine: tuple[Question, ...], typed: Mapping[str, str]) -> str:
    """What was wrong, without the names of options that no page has."""
    if typed.get("answer") in ("yes", "conditions") and isinstance(error, UsageError):
        missing = [one for one in mine if not typed[f"answer:{one.rule}"].strip()]
        if missing:
            return "A yes answers every question in words; this one is still open: " + (
                missing[0].ask or missing[0].rule
            )
    return re.sub(r"^--(\w+)", lambda found: found[1].capitalize(), str(error))


def _why_not(shown: ShownCase, who: SignedIn, mine: tuple[Question, ...]) -> str:
    """Why they may not decide it; empty where they may."""
    asked = shown.status.uses[0].standing.waits_for
    if shown.open is None:
        return "It is not open: there is nothing to decide."
    if who.only_reads or only_reads(who.person.roles):
        return "Your role reads what others decide."
    if shown.request.by == who.person.person:
        return "This is your own request. Nobody approves their own: it waits for others."
    said = [one for one in shown.status.uses[0].acts if one.by == who.person.person]
    if any(isinstance(one.event, DecisionMade) and one.event.say is Say.YES and _same(one, shown) for one in said):
        return "You have said yes. It waits for other people now."
    return "" if mine or not asked else "The policy asks others: your roles are none of those that decide this."


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _same(one: Recorded, shown: ShownCase) -> bool:
    return isinstance(one.event, DecisionMade | Remarked) and one.event.basis == shown.signed.basis


def _is_view(one: Recorded) -> bool:
    return isinstance(one.event, Remarked) and one.event.says.is_view


def _number(asking: Asking) -> int:
    number: int = asking.parts["number"]
    return number
