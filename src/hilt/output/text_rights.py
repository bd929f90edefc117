"""What licences and laws ask, in a terminal: the checklist, the terms, and the answers of laws."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hilt.core.rights import Answer, DutyState
from hilt.output.duties import Asked, Held
from hilt.output.entry import Tone
from hilt.output.figures import counted, some
from hilt.output.layout import Page, Span
from hilt.output.quote import quote
from hilt.output.rights_words import APPLIES, ASKED, CONDUCT, HOLDS, STATES, WHOSE
from hilt.output.text_columns import SHADE

COLUMN = 18
MOST = 24
"""Duties, terms and answers told, each; the JSON output has them all."""
LINES = 6
"""Lines told of words that are to be carried; `hilt notice` writes them all."""
TITLES = 6
"""Rules of law that are told by their titles."""


def checklist(page: Page, told: Sequence[Asked]) -> None:
    """What is not due is named in one line; of all else what is to be done, by whom, and with which words.

    Where nothing is left to do the column has said it; and where it cannot be told of anything whether it is due, the column
    has said of whom it is asked.
    """
    states = {one.state for one in told}
    if states <= {DutyState.DONE, DutyState.NOT_DUE}:
        return
    _title(page, "What is to be done")
    if DutyState.DUE not in states:
        asked = counted(sum(one.state is DutyState.UNKNOWN for one in told), "thing")
        said = (
            f"{asked} may be asked of you: `hilt notice` writes them down, and your profile (docs/profile.md) decides"
        )
        page.flow([(said, "")], indent=COLUMN, label=_label(STATES[DutyState.UNKNOWN]))
        return
    shown = [one for one in told if one.state is not DutyState.NOT_DUE]
    for (source, why), run in groupby(shown[:MOST], key=lambda one: (one.source, one.why)):
        for one in run:
            _duty(page, one)
        _source(page, source, why)
    _more(page, len(shown) - MOST)
    if rest := [one.kind for one in told if one.state is DutyState.NOT_DUE]:
        kinds = some(list(dict.fromkeys(rest)), 12)
        page.flow([(quote(kinds, 1000), "dim")], indent=COLUMN, label=_label(STATES[DutyState.NOT_DUE]))


def _duty(page: Page, one: Asked) -> None:
    duty = one.obligation
    note = f"({duty.who})" if duty.who and one.state is DutyState.UNKNOWN else ""
    if duty.where and one.state is DutyState.DONE and not one.why:
        note = f"({duty.where})"
    page.flow(
        [(quote(duty.says, 1000) + (":" if one.words else ""), ""), (quote(note, 600), "dim")],
        indent=COLUMN,
        label=_label(STATES[one.state]),
    )
    for line in one.words[:LINES]:
        page.flow([(quote(line, 1000), "cyan")], indent=COLUMN + 2)
    if len(one.words) > LINES:
        page.flow(
            [(f"and {counted(len(one.words) - LINES, 'line')} more: see hilt notice", "yellow")], indent=COLUMN + 2
        )


def terms(page: Page, told: Sequence[Held]) -> None:
    if not told:
        return
    _title(page, "On which terms")
    for (source, why), run in groupby(told[:MOST], key=lambda held: (held.source, held.why)):
        for held in run:
            label = _label(CONDUCT if held.conduct else HOLDS[held.holds])
            page.flow([(quote(held.term.says, 1000), "")], indent=COLUMN, label=label)
        _source(page, source, why)
    _more(page, len(told) - MOST)


def _source(page: Page, source: str, why: str) -> None:
    """Who asks for the lines above, and what they hang on."""
    page.flow([(quote(" · ".join(filter(None, (source, why))), 1000), "dim")], indent=COLUMN)


def laws(page: Page, told: Sequence[Answer]) -> None:
    """What applies in full; what cannot be told and what does not apply by their titles."""
    if not told:
        return
    _title(page, "What laws say")
    for answer in [answer for answer in told if answer.holds][:MOST]:
        place = f"{answer.law}, {answer.article} · {WHOSE.get(answer.whose, answer.whose)}"
        page.flow(
            [(f"{quote(answer.title, 600)}:", "bold"), (quote(answer.says, 1000), "")],
            indent=COLUMN,
            label=_label(APPLIES[True]),
        )
        page.flow([(quote(" · ".join(filter(None, (place, answer.why))), 1000), "dim")], indent=COLUMN)
    asked = [quote(answer.title) for answer in told if answer.for_people]
    untold = [quote(answer.title) for answer in told if answer.holds is None and not answer.for_people]
    rest = [quote(answer.title) for answer in told if answer.holds is False]
    for titles, label in ((untold, APPLIES[None]), (asked, ASKED), (rest, APPLIES[False])):
        if titles:
            page.flow([(some(titles, TITLES), "")], indent=COLUMN, label=_label(label))
    days = sorted({answer.read for answer in told if answer.read})
    if days:
        page.flow([(quote(f"rules as they were read on {some(days, 3)}"), "dim")], indent=COLUMN)


def _title(page: Page, title: str) -> None:
    page.blank()
    page.line(page.styled(title, "bold"))


def _label(said: tuple[str, Tone]) -> Span:
    word, tone = said
    return word, SHADE[tone]


def _more(page: Page, number: int) -> None:
    if number > 0:
        page.flow([(f"and {number} more: see --output json", "yellow")], indent=COLUMN)
