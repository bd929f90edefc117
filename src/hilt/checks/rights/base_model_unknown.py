"""A base whose licence is not known.

What: names the bases of a subject whose licence neither the table of well-known models holds nor, where you asked for it
(`--follow-bases`), their own cards tell; bases that could not be looked up; names that no hub could have.

Why: a derivative is under the licence of its base whatever its own label says. As long as nobody knows that one, nobody
knows what may be done.

What it cannot see: whether a base of that name is still what the subject was made from.

Fix: check it with `--follow-bases`, or look up the licence of the base and hold its terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.rights.lineage import each_once, followed, lineages, without_licence
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.knowledge.licences.descent import Ancestor

_NAMED = 5


def base_model_unknown(repository: Repository) -> Iterator[Seen]:
    for base in repository.context.bases.values():
        if base.error:
            yield Gap(what=CHECK.id, path="", state=State.FAILED, why=f"{base.name} was not looked up: {base.error}")
    yield from each_once(_unknown(repository))


def _unknown(repository: Repository) -> Iterator[Finding]:
    for lineage in lineages(repository):
        unknown = [one for one in without_licence(followed(repository, lineage).ancestors) if not one.weak]
        if unknown:
            yield Finding(
                check=CHECK.id,
                severity=Severity.LOW,
                where=Where(path=unknown[0].source),
                message=_message(unknown),
                whole=True,
            )


def _message(unknown: list[Ancestor]) -> str:
    said = "; ".join(f"{one.name} ({_why(one)})" for one in unknown[:_NAMED])
    more = f"; and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
    return f"made from what hilt knows no licence of: {said}{more}"


def _why(one: Ancestor) -> str:
    from hilt.knowledge.licences.model_names import is_hub_name

    if one.base is not None and one.base.unknown:
        return f"said to be under {', '.join(one.base.unknown[:3])!r:.120}"
    if one.base is not None:
        return "says nothing of it"
    return "not looked up" if is_hub_name(one.name) else "no name that could be looked up"


CHECK = listed("base-model-unknown")
