"""Do two sources name the same licence? And what is a work under that several sources speak of?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hilt.knowledge.licences.licence import Licence, licence
from hilt.knowledge.licences.works import Claim, How, Part


class Disagreement(NamedTuple):
    """Claims of one thing that cannot all be right; each is one voice of those that agree, the most trusted first.

    With `stricter`, the model of a package asks more than the package says of itself.
    """

    claims: tuple[Claim, ...]
    stricter: bool = False


def entry_of(licence_id: str) -> Licence | None:
    """The entry of the pack, or None for a licence that is known by its text or its name alone."""
    try:
        return licence(licence_id)
    except KeyError:
        return None


def covers(general: str, special: str) -> bool:
    """`special` is `general`, or one of the licences that it may mean: "bsd" and "bsd-3-clause"."""
    return special == general or special.startswith(f"{general}-")


def agree(one: Sequence[str], other: Sequence[str]) -> bool:
    """All that one of them names is also named by the other: a choice and the one taken, a list and a part of it."""
    return _within(one, other) or _within(other, one)


def taken(claims: Iterable[Claim]) -> tuple[str, ...]:
    """The licences that hold at once where these claims are made, of each choice the one that asks least."""
    found: dict[str, None] = {}
    told = [claim for claim in claims if claim.ids and claim.part is not Part.DATA]
    choices = [set(claim.ids) for claim in told if claim.choice]
    for claim in told:
        if claim.choice:
            found[_least(claim.ids)] = None
        elif not any(choice.issuperset(claim.ids) for choice in choices):  # the text of one that may be chosen
            found.update(dict.fromkeys(claim.ids))
    return tuple(one for one in found if not any(other != one and covers(one, other) for other in found))


def unknown(claims: Sequence[Claim]) -> tuple[str, ...]:
    """What no licence of the pack is: texts, and names, unless the text of a known licence stands beside them."""
    known_text = any(claim.how is How.TEXT and claim.ids for claim in claims)
    told = [claim for claim in claims if claim.part is not Part.DATA and (claim.how is How.TEXT or not known_text)]
    return tuple(dict.fromkeys(one for claim in told for one in claim.unknown))


def disagreements(claims: Sequence[Claim]) -> list[Disagreement]:
    """What the sources of one work say against each other, of each part of it."""
    named = sorted((claim for claim in claims if claim.ids), key=lambda claim: claim.how.rank)
    whole = [claim for claim in named if claim.part is Part.WHOLE]
    # A text or a card beside weights speaks of them as their header does; metadata may speak of the package alone.
    headers = [
        claim for claim in named if claim.how is How.HEADER and {How.TEXT, How.CARD} & {one.how for one in whole}
    ]
    voices = _voices(sorted([*whole, *headers], key=lambda claim: claim.how.rank))
    found = [Disagreement(claims=voices)] if len(voices) > 1 else []
    for part in (Part.MODEL, Part.CODE):  # data sets may well have licences of their own each
        voices = _voices([claim for claim in named if claim.part is part])
        if len(voices) > 1:
            found.append(Disagreement(claims=voices))
    already = {claim_id for one in found for claim in one.claims for claim_id in claim.ids}
    for model in (claim for claim in named if claim.part is Part.MODEL and not already.issuperset(claim.ids)):
        package = [claim for claim in whole if not agree(claim.ids, model.ids)]
        around = next((claim for claim in package if asks_more(model.ids, claim.ids)), None)
        if around is not None:
            return [*found, Disagreement(claims=(around, model), stricter=True)]
    return found


def asks_more(ids: Sequence[str], than: Sequence[str]) -> bool:
    """Some condition or duty of `ids` is none of `than`."""
    return bool(_asked(ids) - _asked(than))


def _asked(ids: Sequence[str]) -> set[str]:
    asked = set[str]()
    for one in ids:
        entry = entry_of(one)
        asked.update(
            () if entry is None else (*(term.id for term in entry.conditions), *(due.id for due in entry.duties))
        )
    return asked


def _voices(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """One claim for each of the opinions; those that agree with another one are the same opinion."""
    voices: list[Claim] = []
    for claim in sorted(claims, key=lambda claim: -len(claim.ids)):  # lists and choices speak for their parts
        if not any(agree(claim.ids, voice.ids) or _side_by_side(claim, voice) for voice in voices):
            voices.append(claim)
    return tuple(claim for claim in claims if claim in voices)


def _side_by_side(one: Claim, other: Claim) -> bool:
    """Headers of two files, which speak of two things, and LICENSE-MIT beside LICENSE-APACHE, which both hold or may be chosen."""
    if one.how is not other.how:
        return False
    return one.how is How.HEADER or (one.how is How.TEXT and _names_itself(one) and _names_itself(other))


def _names_itself(claim: Claim) -> bool:
    words = re.split(r"[\W_]+", claim.path.rpartition("/")[2].lower())
    return any(len(word) > 1 and one.startswith(word) for one in claim.ids for word in words)


def _within(some: Sequence[str], all_of: Sequence[str]) -> bool:
    return all(any(covers(one, other) or covers(other, one) for other in all_of) for one in some)


def _least(ids: Sequence[str]) -> str:
    return min(ids, key=lambda one: (_weight(one), ids.index(one)))


def _weight(licence_id: str) -> tuple[int, int]:
    entry = entry_of(licence_id)
    return (0, 0) if entry is None else (len(entry.conditions), len(entry.duties))
