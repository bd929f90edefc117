"""How open a release is, on a terminal and as plain data: its components by class, and what is missing for the next."""

from __future__ import annotations

from typing import Any

from hilt.core.openness import OpenComponent, Openness
from hilt.output.layout import Page
from hilt.output.quote import quote

_COLOURS = {"open": "green", "partial": "yellow", "closed": "red", "cannot tell": "yellow"}
_TABLE = 42
"""Where the evidence of a component begins."""


def write(page: Page, told: Openness) -> None:
    """The class and the gap first, then the components of each class."""
    page.flow([(quote(told.reference), "bold")])
    page.flow([(told.class_name, "bold"), ("by the Model Openness Framework 1.0", "dim")])
    page.flow([(quote(told.gap, 2000), "")])
    for one in told.classes:
        page.blank()
        page.flow([(one.name, "bold"), (f"{one.percent:.0f} %", "")])
        for component in told.components:
            if component.level == one.level:
                _component(page, component)
    page.blank()
    page.flow([("Open Source AI Definition 1.0:", "bold"), (told.osaid, "")])
    for part in told.osaid_parts:
        page.flow([(quote(part, 1000), "")], indent=4, label=("-", ""))
    page.blank()
    for remark in told.remarks:
        page.flow([(quote(remark, 1000), "")])
    page.flow([(f"In brackets: not required. Open licences as of {told.as_of}.", "dim")])


def _component(page: Page, one: OpenComponent) -> None:
    name = one.words if one.required else f"({one.words})"
    licences = ", ".join(one.licences) or ("no licence known" if one.where else "")
    spans = [(quote(licences), "bold" if one.grade == "open" else "")]
    if one.where:
        spans += [("·", "dim"), (one.known.word, "dim"), ("·", "dim"), (quote(one.where), "")]
    page.flow(spans, indent=_TABLE, label=(f"{one.grade:<11}  {name}", _COLOURS[one.grade]))


def openness_data(told: Openness) -> dict[str, Any]:
    """All of it."""
    return {
        "reference": told.reference,
        "framework": told.framework,
        "class": told.reached,
        "class_name": told.class_name,
        "percent": {str(one.level): round(one.percent, 1) for one in told.classes},
        "gap": told.gap,
        "missing": list(told.missing),
        "remarks": list(told.remarks),
        "components": [_component_data(one) for one in told.components],
        "osaid": {"met": told.osaid, "parts": list(told.osaid_parts)},
        "open_licences": told.as_of,
    }


def _component_data(one: OpenComponent) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "class": one.level,
        "required": one.required,
        "content": one.content,
        "state": one.state,
        "grade": one.grade,
        "licences": list(one.licences),
        "known": one.known.word,
        "where": one.where,
    }
