"""How one model came from another, on a terminal: the relation, what it rests on, what was cut out, and what else changed."""

from __future__ import annotations

from collections.abc import Iterable

from hilt.core.lineage import Ablation, Change, Cut, Diff
from hilt.output.entry import Tone
from hilt.output.figures import counted, some
from hilt.output.layout import Page
from hilt.output.lineage_words import cut, cuts, figures, headline, most_changed, tone
from hilt.output.quote import quote

_COLUMN = 20
_CHANGES, _LENGTH = 12, 160
"""Changes of one kind that are told, and characters of a text; --json tells all."""
_TONES = {Tone.GOOD: "on green", Tone.OPEN: "on yellow", Tone.BAD: "on red"}
_STYLES = {Cut.FOUND: "bold red", Cut.SHARED_EDIT: "bold yellow", Cut.UNKNOWN: "yellow"}


def write(page: Page, told: Diff) -> None:
    kinship = told.kinship
    page.flow([(headline(told).upper(), _TONES[tone(told)]), (kinship.sureness.value, "dim")])
    for label, reference, files in (("base", told.a, told.weights_a), ("derivative", told.b, told.weights_b)):
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        page.flow(
            [(quote(reference), "bold"), (f"{quote(files[0])}{more}" if files else "", "dim")],
            indent=_COLUMN,
            label=(label, "dim"),
        )
    page.blank()
    for label, text in figures(kinship):
        page.flow([(text, "")], indent=_COLUMN, label=(label, "dim"))
    _lines(page, "made of", (f"{share.weight:.2f} of {quote(share.name)}" for share in kinship.shares))
    _lines(page, "because", kinship.why)
    _lines(page, "most changed", most_changed(kinship.groups))
    for label, one in cuts(told):
        _ablation(page, label, one)
    _lines(page, "cannot tell", (*kinship.untold, *told.untold), "yellow")
    _changes(page, told.changes)


def _lines(page: Page, label: str, lines: Iterable[str], style: str = "dim") -> None:
    for number, line in enumerate(lines):
        page.flow([(quote(line, 1000), "")], indent=_COLUMN, label=("" if number else label, style))


def _ablation(page: Page, label: str, one: Ablation) -> None:
    page.flow([(cut(one), _STYLES.get(one.cut, "green"))], indent=_COLUMN, label=(label, "dim"))
    for why in one.why:
        page.flow([(quote(why, 1000), "")], indent=_COLUMN)
    if one.below and one.cut is not Cut.FOUND:
        page.flow([(f"not seen would be: {quote(one.below, 1000)}", "dim")], indent=_COLUMN)


def _changes(page: Page, changes: tuple[Change, ...]) -> None:
    kinds: dict[str, list[Change]] = {}
    for one in changes:
        kinds.setdefault(one.what, []).append(one)
    for what, found in kinds.items():
        page.blank()
        page.flow([(what, "bold"), (counted(len(found), "difference"), "dim")])
        if what == "files":
            _files(page, found)
            continue
        for one in found[:_CHANGES]:
            page.flow([(quote(one.key), "")], indent=4)
            for sign, style, text in (("-", "red", one.a), ("+", "green", one.b)):
                if text:
                    page.flow([(f"{sign} {quote(text, _LENGTH)}", style)], indent=6)
        if len(found) > _CHANGES:
            page.flow([(f"and {len(found) - _CHANGES} more (--json tells all)", "dim")], indent=4)


def _files(page: Page, found: list[Change]) -> None:
    for label, paths in (
        ("only in the base", [one.key for one in found if one.a]),
        ("only in the derivative", [one.key for one in found if one.b]),
    ):
        if paths:
            page.flow([(f"{label}: {some([quote(path) for path in paths], _CHANGES)}", "")], indent=4)
