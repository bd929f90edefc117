"""licences: what hilt knows of the licences of models, data and packages, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from hilt.knowledge.licences import standard
from hilt.knowledge.licences.licence import PACK_DATE, Condition, Due, Licence, ids, licence

READ_IN_SHORT: Mapping[str, str] = {"T": "text read", "S": "standard", "Q": "quoted", "K": "NOT READ"}
NOT_ADVICE = "This is how hilt reads licences, and no legal advice."


class LicenceInShort(NamedTuple):
    """A licence in one line: `depends_on` are its conditions, `asks` its duties, `read` how hilt knows it."""

    id: str
    name: str
    family: str
    depends_on: str
    asks: str
    open: str
    read: str
    as_of: str


def rows() -> tuple[LicenceInShort, ...]:
    """Every licence of the pack in one line."""
    return tuple(_row(licence(licence_id)) for licence_id in ids())


def everything() -> dict[str, Any]:
    """The whole pack as plain data."""
    return {"as_of": PACK_DATE, "licences": [licence(licence_id).plain() for licence_id in ids()]}


def paragraphs(about: Licence) -> Iterator[tuple[str, str]]:
    """A licence in words, as (heading, text)."""
    yield "What one gains", "; ".join(standard.GRANTS[grant] for grant in about.grants)
    if about.conditions:
        yield "It depends on", _listed(_condition(one) for one in about.conditions)
    if about.duties:
        yield "What one takes on", _listed(_due(one) for one in about.duties)
    if about.flows_down:
        parts = {*(one.id for one in about.conditions), *(one.id for one in about.duties)}
        told = "all of this" if parts == set(about.flows_down) else ", ".join(about.flows_down)
        yield "What is made from it is bound by", told
    yield "Outputs", about.outputs.says
    for heading, text in (
        ("Safeguards", about.guardrail),
        ("It ends", about.termination),
        ("The licensor may", about.licensor_may_change),
    ):
        if text:
            yield heading, text
    yield "Open", standard.OPEN[about.open]
    yield "Open source in the sense of Art. 53(2) of the AI Act", _EXEMPTION[about.eu_art53_2]
    yield "Kind", f"{about.family}: {standard.FAMILIES[about.family]}"
    yield "Names", ", ".join(dict.fromkeys(filter(None, (about.id, *about.hub, about.spdx, *about.aliases))))
    yield "How hilt knows", f"{about.how_read} ({about.source}; as of {about.as_of}). {NOT_ADVICE}"


_EXEMPTION = {
    "yes": "the licence does not stand in the way",
    "no": "no: it limits who may use it, or for what",
    "review": "a lawyer must say whether its limits are in the way",
}


def _row(about: Licence) -> LicenceInShort:
    return LicenceInShort(
        id=about.id,
        name=about.name,
        family=about.family,
        depends_on=_ids(about.conditions),
        asks=_ids(about.duties),
        open="" if about.open == "no" else about.open,
        read=READ_IN_SHORT[about.read],
        as_of=about.as_of,
    )


def _ids(parts: Iterable[Condition | Due]) -> str:
    return ", ".join(dict.fromkeys(part.id.replace("-", " ") for part in parts))


def _condition(one: Condition) -> str:
    only = f" (of {one.only_for} models)" if one.only_for else ""
    return f"{one.id}{only}: {one.says}"


def _due(one: Due) -> str:
    words = f": {one.words}" if one.words else ""
    return f"{one.id}, {one.who}: {one.says}{words}"


def _listed(parts: Iterable[str]) -> str:
    lines = list(parts)
    return lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
