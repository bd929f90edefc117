"""The Open Source AI Definition 1.0: met, not met, or not to be told, for each of its three parts.

Specification: "The Open Source AI Definition 1.0", Open Source Initiative, October 2024: data information, code, and
parameters, each under terms that OSI approves. It has no form that a machine could read; the parts are mapped to
components of the Model Openness Framework. Whether information on data suffices to build a like system is for people, so that
the answer to the first part is nearly always that it cannot be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hilt.knowledge.openness.components import COMPONENT
from hilt.knowledge.openness.framework import Licences
from hilt.knowledge.openness.framework import closed as not_open
from hilt.knowledge.openness.open_licences import is_open

WORDS = {True: "met", False: "not met", None: "cannot tell"}

_CODE = ("preprocessing_code", "training_code", "inference_code")
_TELL_OF_DATA = ("data_card", "technical_report", "research_paper", "datasets")


class Answer(NamedTuple):
    """One part of the definition, whether it is met (None: cannot be told), and why."""

    part: str
    met: bool | None
    why: str

    @property
    def words(self) -> str:
        return f"{self.part}: {WORDS[self.met]}: {self.why}"


def answers(
    held: Mapping[str, Licences], absent: frozenset[str], elsewhere: frozenset[str], code_at: str
) -> tuple[Answer, ...]:
    """`held` maps components that are there to their licences; `absent` are known not to be there.

    `elsewhere` are those of `held` that are only named here. `code_at` is where the subject says that code is kept.
    """
    return (_data(held, absent, elsewhere, code_at), _code(held, absent, elsewhere, code_at), _parameters(held, absent))


def overall(parts: tuple[Answer, ...]) -> bool | None:
    """Met where every part is, not met where one is not."""
    if any(part.met is False for part in parts):
        return False
    return True if all(part.met for part in parts) else None


def _data(held: Mapping[str, Licences], absent: frozenset[str], elsewhere: frozenset[str], code_at: str) -> Answer:
    part = "data information"
    told = [COMPONENT[one].words for one in _TELL_OF_DATA if one in held]
    if all(one in held and one not in elsewhere and _all_open(held[one]) for one in ("data_card", "datasets")):
        return Answer(part, True, "the data card and the data themselves are there, under open licences")
    if told:
        return Answer(
            part, None, f"there is: {', '.join(told)}; whether it suffices to build a like system is for people"
        )
    if all(one in absent for one in _TELL_OF_DATA) and code_at:
        return Answer(part, None, f"nothing here tells on which data it was trained; {code_at} was not looked at")
    if all(one in absent for one in _TELL_OF_DATA):
        return Answer(part, False, "nothing here tells on which data it was trained")
    return Answer(part, None, "not everything here could be read")


def _code(held: Mapping[str, Licences], absent: frozenset[str], elsewhere: frozenset[str], code_at: str) -> Answer:
    part = "code"
    if closed := [one for one in _CODE if held.get(one) and not _all_open(held[one])]:
        return Answer(part, False, f"{_listed(closed)}: {not_open(held[closed[0]])} is not open")
    missing = [one for one in _CODE if one in absent]
    if missing and code_at:
        return Answer(part, None, f"not here: {_listed(missing)}; {code_at} was not looked at")
    if missing:
        return Answer(part, False, f"not here, and nothing says where: {_listed(missing)}")
    if unsure := [one for one in _CODE if one not in held or one in elsewhere or not held[one]]:
        return Answer(part, None, f"not here to be read, or without a licence: {_listed(unsure)}")
    return Answer(part, True, f"{_listed(list(_CODE))} are there, under open licences")


def _parameters(held: Mapping[str, Licences], absent: frozenset[str]) -> Answer:
    part, weights = "parameters", "final_parameters"
    if weights in absent:
        return Answer(part, False, "no weights are here")
    licences = held.get(weights, ())
    if not licences:
        return Answer(
            part, None, "no licence that is known" if weights in held else "not everything here could be read"
        )
    if _all_open(licences):
        return Answer(part, True, f"under {' and '.join(licences)}")
    return Answer(part, False, f"{not_open(licences)} is not open")


def _all_open(licences: Licences) -> bool:
    return bool(licences) and all(is_open(one) for one in licences)


def _listed(components: list[str]) -> str:
    return ", ".join(COMPONENT[one].words for one in components)
