"""The licences of a component: those of its folder, those that are said of its kind of part, or those of the subject."""

from __future__ import annotations

from hilt.checks.check import Repository
from hilt.checks.rights.gathering import gathered
from hilt.knowledge.licences.works import Part, Work
from hilt.knowledge.openness.components import COMPONENT
from hilt.knowledge.openness.evidence import Evidence

_PARTS = {"code": Part.CODE, "data": Part.DATA}
_OF_THE_MODEL = ("final_parameters", "intermediate_parameters")


def with_licences(repository: Repository, one: Evidence) -> Evidence:
    """The evidence with the licences of its own component, where something says more than of the whole subject."""
    if one.licences is not None or one.elsewhere:
        return one
    works = gathered(repository).works
    inside = [work for work in works[1:] if one.where.startswith(f"{work.name}/")]
    if inside:
        work = max(inside, key=lambda work: len(work.name))
        return one if work.unknown else one._replace(licences=work.ids)
    told = _said_of(works[0], _part(one))
    return one._replace(licences=told) if told else one


def _part(one: Evidence) -> Part:
    """A graph is a part of the model as its weights are; only a script is code."""
    in_the_model = one.component in _OF_THE_MODEL or (
        one.component == "architecture" and not one.where.endswith((".py", ".ipynb"))
    )
    return Part.MODEL if in_the_model else _PARTS.get(COMPONENT[one.component].content, Part.WHOLE)


def _said_of(work: Work, part: Part) -> tuple[str, ...]:
    """What claims of this part alone say, all at once; nothing where one of them is not known."""
    claims = [claim for claim in work.claims if claim.part is part]
    if part is Part.WHOLE or any(claim.unknown for claim in claims):
        return ()
    if not claims and any(claim.part is not Part.WHOLE for claim in work.claims):
        claims = [claim for claim in work.claims if claim.part is Part.WHOLE and not claim.unknown]
    held = dict.fromkeys(one for claim in claims if not claim.choice for one in claim.ids)
    return tuple(one for one in held if one in work.ids)
