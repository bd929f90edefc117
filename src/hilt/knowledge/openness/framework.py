"""The Model Openness Framework 1.0: which class a release reaches, and what is missing for the next. Pure.

Specification: White et al., "The Model Openness Framework" (2024), and `ModelEvaluator.php` of the Model Openness Tool. A
class is reached when every component that it and the classes below it require is there under an open licence. An open
licence of another type than the content passes, with a remark. A research paper may stand in for the technical report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from hilt.knowledge.openness.components import CLASSES, COMPONENT, COMPONENTS, PAPER, REPORT, Component, class_word
from hilt.knowledge.openness.open_licences import is_open, suits

Licences = Sequence[str]
"""The licences that a component is under, all at once; empty where nothing says under which."""

_NUMBERS = "no one two three four five six seven eight nine ten".split()
_CONTENT = {"code": "piece of code", "data": "set of data", "document": "document"}


class Lack(NamedTuple):
    """Why a required component does not count: it is not there, it has no licence, or one that is not open.

    `untold`: nobody can tell whether it is there.
    """

    component: Component
    absent: bool
    licences: Licences = ()
    untold: bool = False

    @property
    def words(self) -> str:
        if self.untold:
            return f"{self.component.words} (nobody can tell)"
        if self.absent:
            return self.component.words
        if not self.licences:
            return f"a licence for: {self.component.words}"
        return f"an open licence for: {self.component.words} ({closed(self.licences)} is not open)"


class Standing(NamedTuple):
    """Where a release stands with one class: what it lacks, and how much of it is there, in percent.

    As the framework counts, nothing is there of a class before the one below it is reached.
    """

    level: int
    lacks: tuple[Lack, ...]
    percent: float

    @property
    def name(self) -> str:
        return CLASSES[self.level]


class Evaluation(NamedTuple):
    """`reached` is the best class (3, 2, 1), 0 for none. `standings` begin with class III.

    `remarks` are the components whose licence is open and meant for another type of content.
    """

    reached: int
    standings: tuple[Standing, ...]
    remarks: tuple[Component, ...]

    @property
    def next(self) -> Standing | None:
        """The class to be reached next; None at the top."""
        return next((standing for standing in self.standings if standing.lacks), None)

    @property
    def gap(self) -> str:
        """What is missing for the next class, in words."""
        standing = self.next
        if standing is None:
            return f"nothing is missing for {CLASSES[1]}"
        told = "; ".join(_told(standing.lacks))
        return f"{_distance(standing.lacks)} away from {class_word(standing.level)}: {told}"


def evaluate(held: Mapping[str, Licences], untold: frozenset[str] = frozenset()) -> Evaluation:
    """`held` maps the id of each component that is there to its licences; `untold` may be there or not, and do not count."""
    standings: list[Standing] = []
    reached = 0
    for level in (3, 2, 1):
        needed = _needed(level, held)
        lacks = tuple(lack for component in needed if (lack := _lack(component, held, untold)) is not None)
        below = not standings or not standings[-1].lacks
        percent = 100 * (len(needed) - len(lacks)) / len(needed) if below else 0.0
        if below and not lacks:
            reached = level
        standings.append(Standing(level, lacks, percent))
    return Evaluation(reached, tuple(standings), tuple(_remarks(held)))


def closed(licences: Licences) -> str:
    """Those of the licences that are not open, in words."""
    return " and ".join(one for one in licences if not is_open(one))


def counts(component: Component, held: Mapping[str, Licences]) -> bool:
    """Is the component there, under licences that are all open?"""
    return component.id in held and _is_open(held[component.id])


def _needed(level: int, held: Mapping[str, Licences]) -> list[Component]:
    """The components that a class and those below it require; below the first either of report and paper will do."""
    needed = [one for one in COMPONENTS if one.required and one.level >= level]
    if counts(COMPONENT[REPORT], held) or PAPER not in held:
        return needed
    replaced = REPORT not in held or counts(COMPONENT[PAPER], held)
    if not replaced:
        return needed
    if level == 1:
        return [one for one in needed if one.id != REPORT]
    return [COMPONENT[PAPER] if one.id == REPORT else one for one in needed]


def _lack(component: Component, held: Mapping[str, Licences], untold: frozenset[str]) -> Lack | None:
    if component.id not in held:
        return Lack(component, absent=True, untold=component.id in untold)
    licences = held[component.id]
    return None if _is_open(licences) else Lack(component, absent=False, licences=licences)


def _is_open(licences: Licences) -> bool:
    return bool(licences) and all(is_open(one) for one in licences)


def _remarks(held: Mapping[str, Licences]) -> Iterator[Component]:
    for component in COMPONENTS:
        if counts(component, held) and not all(suits(one, component.content) for one in held[component.id]):
            yield component


def _distance(lacks: Sequence[Lack]) -> str:
    """`two documents`, `one set of data and two open licences`."""
    kinds = Counter(_CONTENT[lack.component.content] for lack in lacks if lack.absent)
    if len(kinds) > 1:
        kinds = Counter({"component": kinds.total()})
    counted = [_counted(number, word) for word, number in kinds.items()]
    if licences := sum(not lack.absent for lack in lacks):
        counted.append(_counted(licences, "open licence"))
    return " and ".join(counted)


def _counted(number: int, word: str) -> str:
    told = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    if number == 1:
        return f"{told} {word}"
    first, space, rest = word.partition(" of ")
    return f"{told} {first}s{space}{rest}" if space else f"{told} {word}s"


def _told(lacks: Sequence[Lack]) -> Iterator[str]:
    """The components that are missing, and by licence those that are there and do not count."""
    if absent := [lack.words for lack in lacks if lack.absent]:
        yield ", ".join(absent)
    not_open: dict[str, list[str]] = {}
    for lack in lacks:
        if not lack.absent:
            not_open.setdefault(closed(lack.licences), []).append(lack.component.words)
    for licences, names in not_open.items():
        what = f"an open licence instead of {licences}" if licences else "a licence"
        yield f"{what} for: {', '.join(names)}"
