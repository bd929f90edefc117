"""All models: searched by name, and narrowed down by what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from urllib.parse import urlencode

from hilt.core.errors import UsageError
from hilt.core.estate import UNKNOWN, Choices, FoundModels
from hilt.core.roles import only_reads
from hilt.core.verdict import Outcome
from hilt.doors.http.answers import Answer
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page

FEW = 8
"""Choices that are seen at once."""
NAMES = ("q", "verdict", "licence", "openness", "use", "owner")
_NUMBER = re.compile("-?[0-9]{1,18}")
NONE = "none"
"""The licence of models of which none is known."""
OPENNESS = {1: "Class I", 2: "Class II", 3: "Class III", 0: "no class", UNKNOWN: "not known"}
"""Classes of the Model Openness Framework, the most open first."""


class Choice(NamedTuple):
    """A link that narrows the search down, or, where it is `chosen`, widens it again; `number` is None where nobody counts."""

    words: str
    to: str
    chosen: bool
    number: int | None = None


class Filter(NamedTuple):
    """Choices of one kind; `more` are folded."""

    name: str
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsPage(Page):
    """`searched` is what the search was narrowed down by, beside the `q` that was typed."""

    template: ClassVar[str] = "models.html"
    found: FoundModels
    q: str
    searched: tuple[tuple[str, str], ...]
    filters: tuple[Filter, ...]
    next: str
    is_first: bool
    recorded: int
    may_act: bool

    def data(self) -> object:
        return {
            "models": [{**one._asdict(), "outcome": one.outcome.word} for one in self.found.models],
            "after": self.found.after,
        }


def show(asking: Asking) -> Answer:
    from hilt.gate.overview.models import choices, find_models

    query = asking.query
    told = {name: query[name].strip() for name in NAMES if query[name].strip()}
    found = find_models(
        matching=told.get("q", ""),
        outcome=_outcome(told.get("verdict", "")),
        licence=None if "licence" not in told else "" if told["licence"] == NONE else told["licence"],
        openness=_number("openness", told.get("openness", "")),
        use=told.get("use", ""),
        owner=told.get("owner", ""),
        after=_number("after", query["after"]),
        settings=asking.settings,
    )
    offered = choices(asking.settings)
    return ModelsPage(
        title="Models",
        found=found,
        q=told.get("q", ""),
        searched=tuple((name, value) for name, value in told.items() if name != "q"),
        filters=tuple(one for one in (*_filters(offered, told), _owners(asking, told)) if one.choices),
        next=_to(told, after=str(found.after)) if found.after is not None else "",
        is_first=not query["after"],
        recorded=sum(number for _, number in offered.outcomes),
        may_act=not only_reads(asking.signed_in().who.person.roles),
    )


def _filters(offered: Choices, told: dict[str, str]) -> Iterator[Filter]:
    verdicts = sorted(offered.outcomes)
    yield _filter("Verdict", "verdict", [(one.word, one.word, number) for one, number in verdicts if number], told)
    licences = [(one or NONE, one or "none known", number) for one, number in offered.licences]
    yield _filter("Licence", "licence", licences, told)
    known = dict(offered.openness)
    classes = [(str(one), words, known[one]) for one, words in OPENNESS.items() if one in known]
    yield _filter("Openness", "openness", classes, told)
    yield _filter("Use", "use", [(one, one, None) for one in offered.uses], told)


def _owners(asking: Asking, told: dict[str, str]) -> Filter:
    """Whoever looks, and whom they chose on the page of people."""
    from hilt.gate.person import people

    own, chosen = asking.signed_in().who.person.person, told.get("owner")
    offered: list[tuple[str, str, int | None]] = [(own, "you", None)]
    if chosen and chosen != own:
        names = {one.person: one.name.text for one in people(asking.settings)}
        offered.append((chosen, names.get(chosen) or chosen, None))
    return _filter("Asked for or recorded by", "owner", offered, told)


def _filter(name: str, key: str, offered: Iterable[tuple[str, str, int | None]], told: dict[str, str]) -> Filter:
    every = [_choice(key, value, words, count, told) for value, words, count in offered]
    chosen = [one for one in every[FEW:] if one.chosen]
    return Filter(name, (*every[:FEW], *chosen), tuple(one for one in every[FEW:] if not one.chosen))


def _choice(key: str, value: str, words: str, count: int | None, told: dict[str, str]) -> Choice:
    chosen = told.get(key) == value
    others = {name: one for name, one in told.items() if name != key}
    return Choice(words, _to(others if chosen else {**others, key: value}), chosen, count)


def _to(told: dict[str, str], **more: str) -> str:
    asked = urlencode({**told, **more})
    return f"/models?{asked}" if asked else "/models"


def _outcome(word: str) -> Outcome | None:
    known = {one.word: one for one in Outcome}
    if word and word not in known:
        raise UsageError(f"verdict: {', '.join(known)} are known")
    return known.get(word)


def _number(name: str, text: str) -> int | None:
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise UsageError(f"{name}: a number is needed here")
    return int(text)
