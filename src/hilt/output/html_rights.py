"""The part of the page that tells what licences and laws ask: the checklist, the terms, the answers of laws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.core.rights import Answer, DutyState
from hilt.output.duties import Asked, Held
from hilt.output.figures import counted, some
from hilt.output.markup import Html, join, table, tag
from hilt.output.quote import quote
from hilt.output.rights_words import APPLIES, ASKED, CONDUCT, HOLDS, STATES, WHOSE

ROWS = 200
"""Duties, terms and answers told, each; the JSON output has them all."""
LINES = 60
"""Lines told of words that are to be carried; `hilt notice` writes them all."""


def checklist(told: Sequence[Asked]) -> Iterator[Html]:
    if told:
        rows = [_duty(one) for one in told[:ROWS]]
        shown = table(("State", "What is to be done", "By whom", "Asked by"), rows, names=1, class_="rights")
        yield _section("What is to be done", shown, _more(len(told)))


def _duty(one: Asked) -> list[str]:
    duty = one.obligation
    lines = [tag("span", tag("bdi", quote(line, 1000)), class_="line") for line in one.words[:LINES]]
    if len(one.words) > LINES:
        lines.append(
            tag("span", f"and {counted(len(one.words) - LINES, 'line')} more: see hilt notice", class_="line more")
        )
    words = [tag("pre", *lines)] if lines else []
    done = [_note(f"done in {duty.where}")] if duty.where and one.state is DutyState.DONE and not one.why else []
    why = [_note(one.why)] if one.why else []
    word, tone = STATES[one.state]
    return [
        _badge(word, tone.name.lower()),
        tag("div", tag("bdi", quote(duty.says, 1000)), *words, *done, *why),
        _text(duty.who),
        _text(one.source),
    ]


def terms(told: Sequence[Held]) -> Iterator[Html]:
    if told:
        rows = [_term(held) for held in told[:ROWS]]
        shown = table(("Met", "What the grant depends on", "Why", "Asked by"), rows, names=1, class_="rights")
        yield _section("On which terms", shown, _more(len(told)))


def _term(held: Held) -> list[str]:
    word, tone = CONDUCT if held.conduct else HOLDS[held.holds]
    return [_badge(word, tone.name.lower()), _text(held.term.says), _text(held.why), _text(held.source)]


def laws(told: Sequence[Answer]) -> Iterator[Html]:
    """What does not apply is folded."""
    if not told:
        return
    days = sorted({answer.read for answer in told if answer.read})
    note = [tag("p", f"Rules as they were read on {some(days, 3)}.", class_="note")] if days else []
    open_or_yes = [answer for answer in told if answer.holds is not False]
    rest = [answer for answer in told if answer.holds is False]
    shown = [_answers(open_or_yes)] if open_or_yes else []
    folded = [tag("details", tag("summary", f"Rules that do not apply: {len(rest)}"), _answers(rest))] if rest else []
    yield _section("What laws say", *note, *shown, *folded)


def _answers(told: Sequence[Answer]) -> Html:
    rows = [_answer(answer) for answer in told[:ROWS]]
    return join(
        [table(("Applies", "Rule", "Why", "Where it stands"), rows, names=1, class_="rights"), _more(len(told))]
    )


def _answer(answer: Answer) -> list[str]:
    word, tone = ASKED if answer.for_people else APPLIES[answer.holds]
    follows = [_note(f"{WHOSE.get(answer.whose, answer.whose)}: {answer.says}")] if answer.holds is not False else []
    return [
        _badge(word, tone.name.lower()),
        tag("div", tag("strong", tag("bdi", quote(answer.title, 600))), *follows),
        _text(answer.why),
        _text(f"{answer.law}, {answer.article}"),
    ]


def _section(title: str, *parts: Html) -> Html:
    return tag("section", tag("h2", title), *parts)


def _badge(word: str, tone: str) -> Html:
    return tag("span", word, class_=f"badge {tone}")


def _text(text: str) -> Html:
    return tag("bdi", quote(text, 1000))


def _note(text: str) -> Html:
    return tag("p", tag("bdi", quote(text, 1000)), class_="own")


def _more(number: int) -> Html:
    if number <= ROWS:
        return Html()
    return tag("p", f"and {number - ROWS} more; the JSON output has them all", class_="more")
