"""admit: a person decides that a subject may be used for one named use, or asks those who decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os import PathLike
from typing import NamedTuple

from hilt.core.errors import NotAllowed, PolicyInvalid, UsageError
from hilt.core.events import DecisionMade, Question, Recorded, Say, UseRequested, VerdictGiven
from hilt.core.progress import Progress
from hilt.core.roles import deciders
from hilt.core.standing import Standing
from hilt.core.status import Status
from hilt.core.verdict import Outcome
from hilt.gate.judge import Named
from hilt.gate.record import OwnKey
from hilt.gate.reviewing.deciding import Deciding, a_yes, deciding, last_day, use_of, words
from hilt.gate.reviewing.review_opened import opened_at
from hilt.gate.reviewing.todays_verdict import Todays, todays_verdict
from hilt.gate.settings import Settings
from hilt.gate.status import name_of, status_of


class ToAnswer(NamedTuple):
    """What a person who decides is asked: the case, the use that it is about, and their questions."""

    case: int
    use: str
    questions: tuple[Question, ...]


Ask = Callable[[ToAnswer], Mapping[str, str]]
"""Shows a person the case and asks them; returns what they answer to each rule."""


def admit(
    reference: str | PathLike[str],
    *,
    use: str | None = None,
    why: str,
    until: str = "",
    conditions: str = "",
    answers: Mapping[str, str] | None = None,
    otherwise: str = "",
    ask: Ask | None = None,
    key: OwnKey | None = None,
    password: bytes | None = None,
    policy: Named | Sequence[Named] | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    seen: str = "",
) -> Status:
    """Decides that what `reference` means may be used for `use`, signed with the private key in the file `key`.

    Where the verdict is admit, that is all, unless somebody stopped it before: then it takes a request, and another
    person. Where it is review, the first call asks for the use (a case), and further calls
    are the approvals of those whom the policy names, with `answers` to its questions by rule; where it is block, the same as an
    exception with an end, if the policy names anybody who may make one. Without `answers`, `ask` asks for them; `otherwise` is the
    answer to every question that gets none.

    With `seen`, which `review_case.show_case` tells, it is an answer to that, and to nothing that came since.

    How it stands then is returned; the outcome is admit where nothing is left to be asked. Raises `NotAllowed` where this person
    may not do this, `UsageError` where the call is wrong: then nothing was decided.
    """
    said = words("--why", why)
    with deciding(reference, key=key, password=password, settings=settings, progress=progress, seen=seen) as begun:
        use = use_of(use, begun.subject)
        until = last_day("--until", until, begun.today)
        todays = todays_verdict(begun.subject, begun.record, policy=policy, settings=begun.settings, progress=progress)
        at = begun.anew()  # today's verdict may be another one
        carried = words("--conditions", conditions) if conditions else None
        decision = replace(a_yes(todays.event, use), why=said, conditions=carried, until=until)
        if not todays.event.questions and not at.standing(use).stopped_before:
            return at.say(decision, use, rests_on_history=True)
        return _with_people(at, todays, decision, answers, otherwise, ask)


def _with_people(
    at: Deciding,
    todays: Todays,
    decision: DecisionMade,
    answers: Mapping[str, str] | None,
    otherwise: str,
    ask: Ask | None,
) -> Status:
    """Asks for the use, or says yes to the request that is there, where the verdict leaves it to people."""
    event, use = todays.event, decision.use
    if any(one.outcome is Outcome.BLOCK and not one.by for one in event.questions):
        return status_of(at.subject, at.record, use=use)
    _refuse_without_deciders(event)
    before = at.standing(use)
    case = _case(at, before)
    if case < 0:
        _refuse_to_decide_unasked(at, use, answers or decision.until or decision.conditions)
        request = UseRequested(subject=at.subject.digest, use=use, why=decision.why)
        return at.say(request, use, rests_on_history=True)
    asked = at.record.recorded(case)
    questions = _questions(at, event, asked, before)
    if isinstance(asked.event, UseRequested):
        decision = replace(decision, use=asked.event.use)  # as it is spelled in the case, and shown
    if decision.exception and not decision.until:
        raise UsageError("--until: an exception to a block has an end; name its last day, such as 2027-01-31")
    if answers is None and ask is not None:
        answers = ask(ToAnswer(case, use, questions))
    given = _answered(questions, {**{one.rule: otherwise for one in questions}, **(answers or {})})
    said = tuple((rule, words(f"--answer {rule}", text)) for rule, text in given.items())
    decision = replace(decision, case=case, answers=said, opened=opened_at(at, case))
    return at.say(decision, use, rests_on_history=True)


def _case(at: Deciding, before: Standing) -> int:
    """The request that is to be decided: the open one, or that of the approvals that count now, where they are renewed."""
    if before.case >= 0 or before.outcome is not Outcome.ADMIT:
        return before.case
    counting = [one.event for one in at.history if one.index in before.rests_on and not one.origin]
    return max((one.case for one in counting if isinstance(one, DecisionMade)), default=-1)


def _refuse_without_deciders(event: VerdictGiven) -> None:
    """Raises `PolicyInvalid` where a question has nobody to answer it."""
    unasked = [one for one in event.questions if not one.by]
    if unasked:
        raise PolicyInvalid(
            f"policy {unasked[0].policy} sends this to people and names nobody who may decide, so nothing gets through: add "
            "`by: ROLE` to the rule, or to the policy for all of its rules",
            where=f"rules.{unasked[0].rule}",
        )


def _refuse_to_decide_unasked(at: Deciding, use: str, said: object) -> None:
    """Raises `UsageError` where somebody answers a request that nobody made, as for a use that is spelled otherwise."""
    if not said:
        return
    others = [one for one in at.history if isinstance(one.event, UseRequested) and not one.lapsed]
    cases = ", ".join(f"#{one.index} ({one.event.use})" for one in others if isinstance(one.event, UseRequested))
    hint = f"; there are requests for other uses: {cases}" if cases else ""
    raise UsageError(
        f"nobody has asked for the use {use!r} yet{hint}. To ask for it yourself, leave out --answer, --until and --conditions: "
        "whoever decides says those"
    )


def _questions(at: Deciding, event: VerdictGiven, request: Recorded, before: Standing) -> tuple[Question, ...]:
    """The questions that this person is asked. Raises `NotAllowed` where there is none."""
    by = ", ".join(dict.fromkeys(deciders(one.by, one.approvals) for one in event.questions)) or "anybody else"
    if request.by == at.person.person:
        raise NotAllowed(
            f"case #{request.index} is your own request, and nobody approves their own; it waits for others ({by})"
        )
    roles = set(at.person.roles)
    mine = tuple(one for one in event.questions if not roles.isdisjoint(one.by))
    if not mine and event.questions:
        own = ", ".join(at.person.roles) or "none"
        raise NotAllowed(f"{name_of(at.person)} may not decide this: it takes {by}, and your roles are: {own}")
    if before.outcome is not Outcome.ADMIT:
        _refuse_to_repeat(at, event, request.index, mine)
    return mine


def _refuse_to_repeat(at: Deciding, event: VerdictGiven, case: int, mine: Sequence[Question]) -> None:
    """Raises `NotAllowed` where the newest yes of this person to each question still lasts: no other of theirs counts."""
    said = [entry for entry in reversed(at.history) if _says_yes(entry, at, event, case)]
    newest = [next((entry for entry in said if _answers(entry, one)), None) for one in mine] or said[:1]
    lasting = [entry.index for entry in newest if entry is not None and _lasts(entry, at)]
    if lasting and len(lasting) == len(newest):
        raise NotAllowed(
            f"you have said yes already (entry {max(lasting)}), with this key or another; it waits for other people"
        )


def _says_yes(entry: Recorded, at: Deciding, event: VerdictGiven, case: int) -> bool:
    """Has this person approved the case as it is now?"""
    said = entry.event
    return (
        isinstance(said, DecisionMade)
        and entry.by == at.person.person
        and said.say is Say.YES
        and said.case == case
        and said.basis == event.basis
        and not entry.lapsed
        and not entry.origin
    )


def _lasts(entry: Recorded, at: Deciding) -> bool:
    until = entry.event.until if isinstance(entry.event, DecisionMade) else ""
    return not until or until >= at.today.isoformat()


def _answers(entry: Recorded, question: Question) -> bool:
    rules = [rule for rule, _ in entry.event.answers] if isinstance(entry.event, DecisionMade) else []
    return question.rule in rules and not set(question.by).isdisjoint(entry.roles)


def _answered(questions: Sequence[Question], answers: Mapping[str, str]) -> Mapping[str, str]:
    """An answer to each question. Raises `UsageError` where one is missing, or one answers nothing."""
    asked = {one.rule: one for one in questions}
    for rule in answers:
        if rule not in asked:
            raise UsageError(f"--answer {rule}: you are asked about {', '.join(asked)}")
    missing = [one for one in asked.values() if not answers.get(one.rule, "").strip()]
    if missing:
        told = "\n".join(f"  --answer {one.rule}=TEXT    {one.ask}" for one in missing)
        raise UsageError(f"a yes answers every question in words; still to be answered:\n{told}")
    return answers
