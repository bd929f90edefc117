"""How open a release is, by the Model Openness Framework: the answer of `hilt openness`."""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.fact import Known

GRADES = {"open": "open", "present": "partial", "absent": "closed"}
"""A state of a component in the words of the European Open Source AI Index."""
CANNOT_TELL = "cannot tell"


class OpenComponent(NamedTuple):
    """One component: `name` and `about` are the framework's own words, `words` those in the middle of a sentence, `level` the
    class (3, 2, 1) that asks for it, if `required`. `state` is a key of `GRADES`, or None; `where` is the evidence in words."""

    id: str
    name: str
    words: str
    about: str
    content: str
    level: int
    required: bool
    state: str | None
    licences: tuple[str, ...]
    known: Known
    where: str

    @property
    def grade(self) -> str:
        return GRADES[self.state] if self.state else CANNOT_TELL


class OpennessClass(NamedTuple):
    """A class of the framework, and how much of what it asks for is there, in percent."""

    level: int
    name: str
    percent: float


class Openness(NamedTuple):
    """How open a subject is, by `framework`. `reached` is the class; None where what nobody could tell would decide it.

    `gap` says in words what is missing for the next class, `missing` lists that; `osaid` is whether the Open Source AI
    Definition is met. `as_of` is the day of the list of open licences.
    """

    reference: str
    framework: str
    reached: int | None
    class_name: str
    classes: tuple[OpennessClass, ...]
    gap: str
    missing: tuple[str, ...]
    components: tuple[OpenComponent, ...]
    osaid: str
    osaid_parts: tuple[str, ...]
    remarks: tuple[str, ...]
    as_of: str
