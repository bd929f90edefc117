"""What was judged again, on a terminal: what changed and why, those together of which the same changed."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.rechecked import Change, Rechecked
from hilt.output.figures import counted, some, tally
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.text import CHIP

_COLUMN = 16
_NAMED, _TOLD = 3, 8
"""Subjects and changes of one kind that are told; --json tells all."""


def write(page: Page, told: Sequence[Rechecked]) -> None:
    changed = [one for one in told if one.changes]
    outcomes = tally(one.outcome.word for one in told)
    page.flow([(f"{counted(len(told), 'subject')} judged again: {outcomes}", "bold")] if told else [_NOTHING])
    likes: dict[object, list[Rechecked]] = {}
    for one in sorted(changed, key=lambda one: (-one.now, -one.outcome)):
        likes.setdefault((one.before, one.now, one.changes, bool(one.lapsed), bool(one.revived)), []).append(one)
    for like in likes.values():
        page.blank()
        _like(page, like)
    unread: dict[str, list[Rechecked]] = {}
    for one in told:
        if one.unread:
            unread.setdefault(one.unread, []).append(one)
    page.blank()
    for why, found in unread.items():
        spans = [(f"{_names(found)}: {quote(why)}", "")]
        page.flow(spans, indent=_COLUMN, label=("not read again", "yellow"))
    if len(told) > len(changed):
        page.flow([(f"{len(told) - len(changed)} as before", "")], indent=_COLUMN, label=("unchanged", "dim"))


def _like(page: Page, like: list[Rechecked]) -> None:
    first = like[0]
    was = "as before" if first.before == first.now else f"was {first.before.word}"
    page.flow([(first.now.word.upper(), CHIP[first.now]), (_names(like), "bold"), (was, "dim")])
    for label, uses, said in (
        ("lapsed", [use for one in like for use in one.lapsed], "has to be admitted anew (hilt admit)"),
        ("revived", [use for one in like for use in one.revived], "is admitted as it was"),
    ):
        if uses:
            named = some([quote(use) for use in dict.fromkeys(uses)], _NAMED)
            page.flow([(f"{named}: {said}", "")], indent=_COLUMN, label=(label, "yellow"))
    kinds: dict[str, list[Change]] = {}
    for change in first.changes:
        kinds.setdefault(change.what, []).append(change)
    for changes in kinds.values():
        for change in changes[:_TOLD]:
            change_line(page, change)
        if len(changes) > _TOLD:
            page.flow([(f"and {len(changes) - _TOLD} more (--json tells all)", "dim")], indent=_COLUMN)


def change_line(page: Page, change: Change) -> None:
    match change:
        case Change(what="policy", before=before, now=now) if before == now:
            said = f"{now}, with other rules, waivers, profile or surroundings than then"
        case Change(what="policy", before=before, now=now):
            said = f"{before} → {now}"
        case Change(name=name, before="", now=now):
            said = f"{name}: new, {now}"
        case Change(name=name, before=before, now=""):
            said = f"{name}: gone, it was {before}"
        case Change(name=name, before=before, now=now):
            said = f"{name}: {before} → {now}"
    page.flow([(quote(said), "")], indent=_COLUMN, label=(change.what, "dim"))
    if change.why:
        page.flow([(quote(change.why), "dim")], indent=_COLUMN)


def _names(subjects: Sequence[Rechecked]) -> str:
    return some([quote(one.reference) for one in subjects], _NAMED)


_NOTHING = (
    "nobody has admitted anything yet, so there is nothing to judge again (--all takes all that is recorded)",
    "",
)
