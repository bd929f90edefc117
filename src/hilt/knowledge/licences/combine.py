"""What of the licences of bases, adapters and datasets reaches the subject, what of it collides, and what was dropped.

The rules: a copy, a quantised, fine-tuned, merged or pruned model is under everything its bases ask, all of them at once,
so that of several gates the smallest counts, of territories and forbidden uses each, and one that forbids commercial use
is enough. An adapter is under its own licence, and with its base, once loaded, under both. What learned from outputs
is under the rules for outputs and names. Whether the licence of a dataset reaches the weights is contested: a person must
look, and only its authors must be named. Nothing here judges whether an organisation meets any of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from hilt.core.fact import Known
from hilt.core.rights import Obligation, Term
from hilt.knowledge.licences.compatible import RESTRICTS, clash, lacking, meets
from hilt.knowledge.licences.descent import Ancestor, Carries
from hilt.knowledge.licences.licence import Condition, Due, Licence, licence
from hilt.knowledge.licences.works import Work

_NAMES = frozenset({"name-prefix", "display"})
_CREDIT = ("attribution", "licence-copy", "notice")


class Inherited(NamedTuple):
    """A licence that comes with `ancestors`, which carry the same amount of it."""

    licence: Licence
    carries: Carries
    ancestors: tuple[Ancestor, ...]

    @property
    def of(self) -> str:
        more = len(self.ancestors) - 1
        return self.ancestors[0].name + (f" and {more} more" if more else "")

    @property
    def source(self) -> str:
        base = self.ancestors[0].base
        return base.source if base is not None else self.ancestors[0].source

    @property
    def weak(self) -> bool:
        """Only things said in passing lead to it."""
        return all(one.weak for one in self.ancestors)

    @property
    def changed(self) -> bool:
        return any(one.changed for one in self.ancestors)


class Conflict(NamedTuple):
    """What these works ask cannot all be done; `fix` says who must do what. `path` is the file that names the first of them."""

    kind: str
    says: str
    fix: str
    path: str
    weak: bool


class Dropped(NamedTuple):
    """The subject is offered under `declared`, which lacks `terms` of a licence that goes along with what it is made from."""

    inherited: Inherited
    declared: tuple[str, ...]
    terms: tuple[str, ...]


def inherited(ancestors: Iterable[Ancestor]) -> tuple[Inherited, ...]:
    """The licences that reach the subject, each with as much as the strongest way carries."""
    by_licence: dict[str, list[Ancestor]] = defaultdict(list)
    for one in ancestors:
        for licence_id in one.base.licences if one.base is not None and one.carries else ():
            by_licence[licence_id].append(one)
    found = []
    for licence_id, those in by_licence.items():
        try:
            entry = licence(licence_id)
        except KeyError:
            continue  # of a report that another version of hilt wrote
        most = max(one.carries for one in those)
        ways = sorted((one for one in those if one.carries is most), key=lambda one: (one.weak, not one.changed))
        found.append(Inherited(licence=entry, carries=most, ancestors=tuple(ways)))
    return tuple(found)


def terms(those: Iterable[Inherited], subject: Work, applies: Callable[[Condition], bool]) -> Iterator[Term]:
    """What the grants of the bases depend on; what the licence of the subject itself says already is not said again.

    `applies` says of a condition for some models alone whether the subject is one of them.
    """
    for one in those:
        if one.licence.id in subject.ids:
            continue
        for condition in filter(applies, one.licence.conditions):
            says, needs = condition.says, condition.needs
            if one.carries is Carries.PAIR:
                says = f"once it is loaded with {one.of}: {says}"
            elif one.carries is Carries.DATA and condition.id in RESTRICTS:
                says, needs = f"trained on {one.of} ({says}); whether this binds the weights is contested", ""
            elif one.carries is not Carries.ALL:
                continue
            yield Term(one.licence.id, condition.id, says, needs, one.source, Known.CLAIMED, one.of)


def obligations(those: Iterable[Inherited], subject: Work) -> Iterator[tuple[Due, Obligation]]:
    """What the licences of the bases ask to be done, with the entry of the pack that says so."""
    for one in those:
        if one.licence.id in subject.ids:
            continue
        if one.carries is Carries.DATA:
            yield from _for_data(one)
            continue
        for due in _dues(one):
            yield due, _obligation(one, due)


def _obligation(one: Inherited, due: Due) -> Obligation:
    when = due.when
    if one.carries is Carries.OUTPUTS or (one.changed and one.carries is Carries.ALL):
        # Whoever passes it on passes on a changed version, whether or not he changes it further.
        when = when.replace("profile.modifies", "true")
    return Obligation(
        licence=one.licence.id,
        id=due.id,
        says=f"once it is loaded with {one.of}: {due.says}" if one.carries is Carries.PAIR else due.says,
        who=due.who,
        source=one.source,
        known=Known.CLAIMED,
        when=when,
        words=due.words,
        of=one.of,
    )


def _dues(one: Inherited) -> Iterator[Due]:
    """The duties that come along: of what only learned from outputs, names and displays that the licence asks of that too."""
    rule = one.licence.outputs.rule
    for due in one.licence.duties:
        named = due.id in _NAMES and "profile.trains_on_outputs" in due.when
        if one.carries is not Carries.OUTPUTS or rule == "derived" or (rule == "named" and named):
            yield due


def _for_data(one: Inherited) -> Iterator[tuple[Due, Obligation]]:
    """Its authors are to be named. What the same licence for the weights would be is not settled, and is said so."""
    credit = next((due for wanted in _CREDIT for due in one.licence.duties if due.id == wanted), None)
    shared = next((due for due in one.licence.duties if due.id == "share-alike"), None)
    said = f"name {one.of}, its authors and its licence among the data it was trained on"
    contested = f"trained on {one.of}, whose licence asks for the same licence; whether that binds weights is contested"
    for due, kind, says in ((credit, "attribution", said), (shared, "share-alike", contested)):
        if due is not None:
            who, when = "whoever passes it on", "profile.distributes"
            yield due, Obligation(one.licence.id, kind, says, who, one.source, Known.CLAIMED, when, of=one.of)


def conflicts(those: Sequence[Inherited], subject: Work) -> Iterator[Conflict]:
    """What cannot be met whatever anybody does, but for going without a part or asking its authors."""
    yield from _no_changes(those)
    yield from _prefixes(those)
    yield from _clashes(those)
    own = {one.licence.id for one in those if one.carries is Carries.ALL} | set(subject.ids)
    for one in those:
        if one.carries is Carries.OUTPUTS and one.licence.outputs.rule == "no-training" and one.licence.id not in own:
            yield Conflict(
                kind="outputs",
                says=f"it learned from outputs of {_called(one)}, and {one.licence.outputs.says}",
                fix=f"Whoever trained it needs leave of the publisher of {one.of}; ask for it, or take a model without it.",
                path=one.ancestors[0].source,
                weak=one.weak,
            )


def _no_changes(those: Iterable[Inherited]) -> Iterator[Conflict]:
    for one in those:
        if one.carries is Carries.ALL and one.changed and "modify" not in one.licence.grants:
            yield Conflict(
                kind="no changes",
                says=f"it is a changed version of {_called(one)}, and that licence lets nobody pass on a changed version",
                fix=f"Only who holds the rights in {one.of} can allow this: ask for a licence, or take another model.",
                path=one.ancestors[0].source,
                weak=one.weak,
            )


def _prefixes(those: Iterable[Inherited]) -> Iterator[Conflict]:
    """Two words with which one name would have to begin."""
    asked = [
        (due.words, one)
        for one in those
        if one.carries in (Carries.ALL, Carries.OUTPUTS)
        for due in _dues(one)
        if due.id == "name-prefix"
    ]
    for (word, one), (other, second) in combinations(asked, 2):
        if not _begins(word, other) and not _begins(other, word):
            yield Conflict(
                kind="names",
                says=f'its name must begin with "{word}" because of {_called(one)}, and with "{other}" because of {_called(second)}',
                fix="No name can do both: it can be passed on only without one of them, or with leave of its publisher.",
                path=one.ancestors[0].source,
                weak=one.weak or second.weak,
            )


def _clashes(those: Iterable[Inherited]) -> Iterator[Conflict]:
    """One conflict for each licence that wants to be the only one, with all that stand in its way."""
    whole = [one for one in those if one.carries is Carries.ALL and one.changed]
    in_the_way: dict[str, tuple[Inherited, list[Inherited]]] = {}
    for one, other in combinations(whole, 2):
        if clash(one.licence, other.licence) and not _in_line(one, other):
            alone, beside = (one, other) if one.licence.share_alike else (other, one)
            in_the_way.setdefault(alone.licence.id, (alone, []))[1].append(beside)
    for alone, others in in_the_way.values():
        ask = [
            f"{_called(one)} asks {'the same for itself' if one.licence.share_alike else 'that its own terms go along'}"
            for one in others
        ]
        yield Conflict(
            kind="share-alike",
            says=f"{_called(alone)} asks that what is made from it stays under that licence and nothing else, and {', '.join(ask)}",
            fix="Nobody but the authors can allow it to be passed on: ask one of them for another licence, or make it without one.",
            path=alone.ancestors[0].source,
            weak=alone.weak or all(one.weak for one in others),
        )


def _in_line(one: Inherited, other: Inherited) -> bool:
    """One of them was made from the other: then the terms were dropped on the way, and did not meet here."""
    return all(
        a.way[: len(b.way)] == b.way or b.way[: len(a.way)] == a.way for a in one.ancestors for b in other.ancestors
    )


def dropped(those: Iterable[Inherited], subject: Work) -> Iterator[Dropped]:
    """Licences of bases that the licences the subject states leave terms of out. Who states none, or an unknown one, drops none."""
    if not subject.ids or subject.unknown:
        return
    offered = [licence(licence_id) for licence_id in subject.ids]
    for one in those:
        entry = one.licence
        forbidden = one.changed and "modify" not in entry.grants
        if one.carries is not Carries.ALL or entry.id in subject.ids or forbidden:
            continue
        missing = list(lacking(entry, offered))
        if entry.share_alike and not meets(entry.id, subject.ids):
            missing.append("share-alike")
        if missing:
            yield Dropped(inherited=one, declared=subject.ids, terms=tuple(missing))


def _begins(name: str, word: str) -> bool:
    """Whether a name begins with a word, as a reader sees it: case and what joins words do not count."""
    return _letters(name.rpartition("/")[2]).startswith(_letters(word))


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter == ".")


def _called(one: Inherited) -> str:
    return f"{one.of} ({one.licence.id})"
