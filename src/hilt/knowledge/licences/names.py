"""What a name, an expression or a link means that stands where a licence is named: in a card, in the metadata of a package.

A spelling means a licence where it is one of its names, written with other signs between the words perhaps. What could be
several ("BSD", "CC", "openrail", "modified-mit") or is not known stays unknown; nothing is guessed, and letters of other
scripts never match, however much they look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.patterns import lazy_pattern
from hilt.knowledge.licences import links
from hilt.knowledge.licences.index import Known, index

if TYPE_CHECKING:
    from hilt.knowledge.licences.licence import Licence

LONGEST, SHOWN = 400, 120
"""Characters that a name or an expression may have, and how many are kept of what is not known."""
MOST = 64
"""Names of one list that are looked at."""

_NOT_SAID = frozenset({"", "other", "unknown", "custom", "none", "noassertion", "see license", "proprietary other"})
"""What stands where the licence is named elsewhere, or nowhere."""
_IGNORED = frozenset({"the", "license", "licenses", "agreement", "version", "v"})
_TYPOGRAPHY = str.maketrans("\u2010\u2011\u2013\u2014\u2019\u201c\u201d\u00a0", '----\'"" ')
_TOKEN = lazy_pattern(r"\d+(?:\.\d+)*(?:[a-z](?![a-z]))?|[a-z]+|[+*<>=!?~^%$#@]+")
_LEAD = lazy_pattern(
    r"(?:this \w+ is )?(?:(?:dual|re)?-?licensed|released|available|distributed)?\s*under (?:the )?(?:terms of (?:the )?)?"
)
_ASIDE = lazy_pattern(r"(.+?)\s*\(([^()]{1,80})\)$")
_EXPRESSION = lazy_pattern(r"\b(?:and|or|with)\b|[()]", re.IGNORECASE)
_SEPARATOR = lazy_pattern(r"\s*[,;/|&]\s*")


class Named(NamedTuple):
    """What was named. `ids` are licences of the pack, of which any one may be chosen (`choice`) or all hold at once.

    `unknown` are spellings, cut where they are long, that mean no licence of the pack, or several. `text` is true where no
    name stood there but a whole text, which `identify` can tell.
    """

    ids: tuple[str, ...] = ()
    choice: bool = False
    unknown: tuple[str, ...] = ()
    text: bool = False


def resolve(said: str | Sequence[str], *, name: str = "", link: str = "") -> Named:
    """What `said` means, with the `license_name` and `license_link` of a card beside it.

    Where they mean different licences all of them hold: the strictest reading.
    """
    parts = [said] if isinstance(said, str) else list(said)[:MOST]
    found = [_one(part) for part in parts if key(part[:LONGEST]) not in _NOT_SAID]
    by_name = _one(name) if name.strip() else Named()
    by_link = Named(ids=_by_link(link))
    if by_link.ids and not by_name.ids:
        by_name = Named()  # a name of one's own for what the link leads to
    found += [by_name, by_link]
    joined = _joined(found)
    if not joined.ids and not joined.unknown:
        return Named(unknown=tuple(_shown(part) for part in parts if part.strip()))
    return joined


def known(licence_id: str) -> Known | None:
    """What the index holds of a licence by its id: of the pack, or known by name alone."""
    return index().licence(licence_id)


def _joined(found: Iterable[Named]) -> Named:
    """All of them at once."""
    parts = [part for part in found if part != Named()]
    if len(parts) == 1:
        return parts[0]
    ids = tuple(dict.fromkeys(one for part in parts for one in part.ids))
    unknown = tuple(dict.fromkeys(one for part in parts for one in part.unknown))
    # A choice stays one where everything else names the same licences.
    choice = any(part.choice for part in parts) and all(set(part.ids) == set(ids) for part in parts)
    return Named(ids=ids, choice=choice, unknown=unknown, text=any(part.text for part in parts))


def _one(said: str) -> Named:
    said = said[: LONGEST * 4].translate(_TYPOGRAPHY).strip().strip("\"'`").strip()
    if len(said) > LONGEST or said.count("\n") > 2:
        return Named(unknown=(_shown(said),), text=True)
    said = " ".join(said.split()).rsplit(":: ", 1)[-1]
    if found := _exactly(said):
        return Named(ids=found)
    if links.looks_like_one(said):
        found = _by_link(said)
        return Named(ids=found, unknown=() if found else (_shown(said),))
    if (lead := _LEAD.match(said.lower())) and lead.end():
        return _one(said[lead.end() :])
    return _compound(said) or Named(unknown=(_shown(said),))


def _compound(said: str) -> Named | None:
    """A name with its short form in brackets, an expression, or several names with signs between them."""
    if (aside := _ASIDE.fullmatch(said)) and (found := _exactly(aside[1])) and found == _exactly(aside[2]):
        return Named(ids=found)
    if _EXPRESSION.search(said):
        from hilt.knowledge.licences import expressions  # brings a library with it

        names, choice = expressions.parse(said)
        found = tuple(dict.fromkeys(one for part in names for one in _exactly(part)))
        unknown = tuple(dict.fromkeys(_shown(part) for part in names if not _exactly(part)))
        # A sentence has an "and" too: where no part of it is a name it is told as it stands.
        return Named(ids=found, choice=choice and len(names) > 1, unknown=unknown) if found else None
    parts = _SEPARATOR.split(said)
    if 1 < len(parts) <= MOST and all(_exactly(part) for part in parts):
        return Named(ids=tuple(dict.fromkeys(one for part in parts for one in _exactly(part))))
    return None


def _exactly(said: str) -> tuple[str, ...]:
    """The licence of the pack that bears this very name."""
    plain = said.lower()
    known = index()
    found = known.ids.get(plain) or (known.names.get(words) if (words := key(said)) else None)
    if not found and plain.endswith("+"):
        # SPDX's sign for "or any later version", which takes nothing away.
        found = known.ids.get(plain[:-1])
    return (found,) if found else ()


def _by_link(link: str) -> tuple[str, ...]:
    place = links.place(link)
    if not place:
        return ()
    found = {one.id for one in index().licences.values() for known in one.links if links.leads_to(place, known)}
    if not found and (listed := index().ids.get(links.spdx_of(place))):
        found = {listed}
    return tuple(found) if len(found) == 1 else ()


def key(said: str) -> str:
    """The words of a name in one spelling: `GNU GPL v3.0`, `gnu-gpl-3` and `GNU GPL, Version 3` are the same."""
    said = said.translate(_TYPOGRAPHY)
    if not said.isascii():
        return ""
    low = said.lower().replace("licence", "license")
    words = [word for word in _TOKEN.findall(low) if word not in _IGNORED]
    return " ".join(re.sub(r"(?:\.0)+$", "", word) if word[0].isdigit() else word for word in words)


def _shown(said: str) -> str:
    said = " ".join(said[: SHOWN * 2].split())
    return said if len(said) <= SHOWN else said[: SHOWN - 1] + "…"


def ids_of(licences: Iterable[Licence]) -> Mapping[str, str]:
    """Licences by their own ids, those of the Hub and those of SPDX, in small letters."""
    made: dict[str, str] = {}
    for one in licences:
        made.update(dict.fromkeys((*(hub.lower() for hub in one.hub), one.spdx.lower(), one.id), one.id))
    made.pop("", None)
    return made


def names_of(licences: Iterable[Licence]) -> Mapping[str, str]:
    """Licences by the words of their names; what is the name of two is the name of none."""
    made: dict[str, str] = {}
    several = set()
    for one in licences:
        for spelling in (one.name, one.id, one.spdx, *one.hub, *one.aliases):
            words = key(spelling)
            if words and made.setdefault(words, one.id) != one.id:
                several.add(words)
    return {words: found for words, found in made.items() if words not in several}
