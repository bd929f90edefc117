"""How a subject stands for each use, who decided and what they said, on a terminal; and the list of all subjects."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from hilt.core.events import HoldingBegun, Question, Recorded, VerdictGiven
from hilt.core.roles import deciders
from hilt.core.standing import same_use
from hilt.core.status import Held, History, Status, UseStatus
from hilt.core.verdict import Outcome
from hilt.output.figures import counted, moment_text, some
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import recorded_at, spoken, told
from hilt.output.text import CHIP, TONE

COLUMN = 18
_TONES = {outcome.word: TONE[outcome] for outcome in Outcome} | {"": "", "dim": "dim"}
_PEOPLE = 5
"""People that are told of one question."""


def write(page: Page, status: Status) -> None:
    """Everything about one subject."""
    for number, use in enumerate(status.uses):
        if number:
            page.blank()
        write_use(page, status, use)
    if not status.uses:
        page.flow([_chip(Outcome.REVIEW), (quote(status.reference), "bold"), ("nobody has asked to use it", "")])
    if status.before:
        digest, day = status.before
        said = f"these bytes were never checked; under this name others were, on {day}: sha256:{digest}"
        page.flow([(said, "bold yellow")], indent=COLUMN, label=("changed", "yellow"))
    page.blank()
    holdings(page, status.holdings)
    page.line(page.styled(f"sha256:{status.subject}", "dim"))
    page.flow([(_judged(status), "dim")])
    if status.entry is not None:
        page.flow([(recorded_at(status.entry.index), "")])


def write_use(page: Page, status: Status, use: UseStatus) -> None:
    """How it stands for one use, and why."""
    standing = use.standing
    page.flow(
        [
            _chip(standing.outcome),
            (quote(status.reference), "bold"),
            ("for", ""),
            (quote(standing.use) or "a use that nobody named", "bold"),
        ]
    )
    for why in standing.why:
        page.flow([(quote(why, 600), "")], indent=COLUMN)
    if standing.exception:
        page.flow([("it runs against its verdict", "bold yellow")], indent=COLUMN, label=("exception", "yellow"))
    if standing.until and standing.outcome is Outcome.ADMIT:
        page.flow([(standing.until, "")], indent=COLUMN, label=("until", "dim"))
    for number, condition in enumerate(standing.conditions):
        page.flow([(quote(condition, 600), "")], indent=COLUMN, label=("" if number else "on condition", "dim"))
    if standing.claimed:
        said = "nobody here has read these bytes; it counts for those that match the digest"
        page.flow([(said, "yellow")], indent=COLUMN, label=("claimed", "yellow"))
    if standing.case >= 0:
        waits_for(page, use)
    elif standing.waits_for or (standing.stopped_before and standing.outcome is not Outcome.ADMIT):
        said = f"hilt admit {shlex.quote(quote(status.reference))} --use {shlex.quote(quote(standing.use))} --why TEXT"
        page.flow([("none is open; to ask for this use:", "")], indent=COLUMN, label=("request", "dim"))
        page.line(" " * COLUMN + page.styled(said, "cyan"))
    for act in use.acts:
        entry(page, act, status.names)


def holdings(page: Page, lasting: Sequence[Recorded]) -> None:
    """Who runs it where."""
    for one in lasting:
        if isinstance(one.event, HoldingBegun):
            told_of = (quote(f"{one.event.place}: {spoken(one.event.holder)}", 600), "")
            use = (f"for {quote(one.event.use) or 'a use that nobody named'} · entry {one.index}", "dim")
            page.flow([told_of, use], indent=COLUMN, label=("runs at", "bold"))
    if lasting:
        page.blank()


def write_holdings(page: Page, held: Sequence[Held]) -> None:
    """Who runs what, and how each model stands for its use."""
    for reference, recorded, standing in held:
        if isinstance(event := recorded.event, HoldingBegun):
            page.flow(
                [
                    (quote(reference), "bold"),
                    (f"at {quote(event.place)}", ""),
                    (f"for {quote(event.use) or 'a use that nobody named'}", ""),
                    (f"by {quote(spoken(event.holder), 600)}", ""),
                    (f"since {recorded.at[:10]} · entry {recorded.index}", "dim"),
                ],
                indent=COLUMN,
                label=(standing.outcome.word, TONE[standing.outcome]),
            )
            if standing.outcome is not Outcome.ADMIT:
                page.flow([(quote(why, 600), "yellow") for why in standing.why[:1]], indent=COLUMN)
    if not held:
        page.line("nobody runs anything, as far as the record knows")


def write_ended(page: Page, entry: Recorded) -> None:
    page.line("the holding is over")
    page.line(recorded_at(entry.index))


def entry(page: Page, recorded: Recorded, names: Mapping[str, str]) -> None:
    """One entry of the log: when, who, what, and what they said."""
    said = told(recorded, names)
    when = moment_text(recorded.at)
    page.flow(
        [(when, "dim"), (said.who, "bold"), (said.did, _TONES[said.tone])],
        indent=COLUMN,
        label=(f"#{recorded.index}", "dim"),
    )
    for label, text in said.said:
        page.flow([(f"{quote(label)}:", "dim"), (text, "")], indent=COLUMN)


def write_history(page: Page, histories: Sequence[History]) -> None:
    """All that was recorded, the bytes that a reference had before first."""
    for number, history in enumerate(histories):
        if number:
            page.blank()
        page.line(
            page.styled(quote(history.reference), "bold") + "  " + page.styled(f"sha256:{history.subject}", "dim")
        )
        for recorded in history.entries:
            entry(page, recorded, history.names)


def write_list(page: Page, statuses: Sequence[Status], *, after: int | None) -> None:
    """A line for each use of each subject. Where there are more, they begin behind `after`."""
    for status in statuses:
        for use in status.uses:
            _row(page, status, use)
        if not status.uses:
            said = [(quote(status.reference), "bold"), ("nobody has asked to use it", "dim")]
            page.flow([*said, (_judged(status), "dim")], indent=COLUMN, label=("review", TONE[Outcome.REVIEW]))
    if not statuses:
        page.line("nothing of that kind is recorded")
    if after is not None:
        page.blank()
        page.line(f"there are more: --after {after}")


def _row(page: Page, status: Status, use: UseStatus) -> None:
    standing = use.standing
    held = [
        one for one in status.holdings if isinstance(one.event, HoldingBegun) and same_use(one.event.use, standing.use)
    ]
    by = ", ".join(dict.fromkeys(deciders(one.by, one.approvals) for one in standing.waits_for))
    notes = [
        f"until {standing.until}" if standing.until and standing.outcome is Outcome.ADMIT else "",
        "exception" if standing.exception else "",
        counted(len(held), "holding") if held else "",
        f"case #{standing.case} waits for {quote(by)}" if standing.case >= 0 else "",
    ]
    why = standing.why[0] if standing.outcome is not Outcome.ADMIT and standing.case < 0 and standing.why else ""
    page.flow(
        [
            (quote(status.reference), "bold"),
            ("for", "dim"),
            (quote(standing.use) or "a use that nobody named", ""),
            (" · ".join(filter(None, notes)), "yellow"),
            (quote(why, 300), "dim"),
        ],
        indent=COLUMN,
        label=(standing.outcome.word, TONE[standing.outcome]),
    )


def waits_for(page: Page, use: UseStatus) -> None:
    """Whom it waits for, what they are asked, and how they say yes."""
    asked: dict[tuple[tuple[str, ...], int], list[Question]] = {}
    for question, people in use.may_decide:
        asked.setdefault((people, question.approvals), []).append(question)
    until = " --until DATE" if use.standing.outcome is Outcome.BLOCK else ""
    if not asked:
        page.flow([("anybody but who asked", "bold")], indent=COLUMN, label=("waits for", "yellow"))
        page.line(" " * COLUMN + page.styled(f"hilt admit '#{use.standing.case}' --why TEXT", "cyan"))
    for (people, approvals), questions in asked.items():
        who = some([quote(name) for name in people], _PEOPLE)
        nobody = f"nobody here has the role {quote(deciders(questions[0].by))}, so it cannot be decided"
        number = f"{approvals} of" if approvals > 1 else ""
        page.flow(
            [(number, ""), (who, "bold") if people else (nobody, "bold red")],
            indent=COLUMN,
            label=("waits for", "yellow"),
        )
        for question in questions:
            page.flow([(f"{quote(question.rule)}:", "dim"), (quote(question.ask, 600), "")], indent=COLUMN)
        answers = "".join(f" --answer {quote(one.rule)}=TEXT" for one in questions)
        page.line(" " * COLUMN + page.styled(f"hilt admit '#{use.standing.case}' --why TEXT{answers}{until}", "cyan"))


def _judged(status: Status) -> str:
    """The verdict that the record has."""
    if status.verdict is None or not isinstance(event := status.verdict.event, VerdictGiven):
        return "nobody has judged these bytes: hilt check --record REF"
    said = f"judged {event.outcome.word} by policy {quote(event.policy)} on {status.verdict.at[:10]}"
    return f"{said} · entry {status.verdict.index}"


def _chip(outcome: Outcome) -> tuple[str, str]:
    return (outcome.word.upper(), CHIP[outcome])
