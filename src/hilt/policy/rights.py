"""What licences ask, held against an organisation. Pure.

1. A term holds where its condition on the profile is true, or where the settings say that it is met.
2. An obligation is done where the files of the subject or the settings say so; otherwise it is due where its condition
   is true, and not due where it is false.
3. What the profile does not tell is unknown. A condition comes from a stored report: one that is no condition on the
   profile is unknown too, as is one that could read silence as a yes (`has`), or take long (`matches`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from hilt.core.errors import PolicyInvalid
from hilt.core.profile import NO_PROFILE, Profile, Settled
from hilt.core.rights import Duty, DutyState, HeldTerm, Obligation, Term
from hilt.policy import explain
from hilt.policy.checker import check
from hilt.policy.evaluate import NamedValues, Scope, decide
from hilt.policy.kinds import PROFILE, FieldSpec, RecordKind
from hilt.policy.parser import parse
from hilt.policy.syntax import Has, Method, Node, children

MAX_CONDITION = 1000
"""Characters of a condition."""

# That there is a profile must decide nothing: with an empty one as much is unknown as without.
_TOLD = RecordKind("profile", {name: spec for name, spec in PROFILE.fields.items() if name != "given"})
_EVIDENCE = RecordKind("evidence", {"profile": FieldSpec(_TOLD, "")})
_NOT_UNDERSTOOD = "its condition is none that hilt understands: read the licence"
_BY_HAND = "no profile tells it: read the licence, and say under `obligations` in your settings how it is met"


class Organisation(NamedTuple):
    """Who asks: a profile, what its settings say is met, and the day (UTC)."""

    profile: Profile
    settled: Sequence[Settled]
    today: date


def profile_record(profile: Profile) -> NamedValues:
    """The profile as expressions see it."""
    return NamedValues({name: value for name, value in profile._asdict().items() if value is not None})


def held(terms: Iterable[Term], asking: Organisation, *, reference: str = "") -> tuple[HeldTerm, ...]:
    """Each term, held against the organisation; `reference` is that of the subject."""
    scope = _scope(asking.profile)
    return tuple(_held(term, asking, scope, reference) for term in terms)


def duties(obligations: Iterable[Obligation], asking: Organisation, *, reference: str = "") -> tuple[Duty, ...]:
    """Each obligation, held against the organisation; `reference` is that of the subject."""
    scope = _scope(asking.profile)
    return tuple(_duty(one, asking, scope, reference) for one in obligations)


def change(condition: str, profile: Profile) -> tuple[str, ...]:
    """What, together, would make the `condition` of a term hold, or tell of one that is unknown; empty where nothing of
    the profile would.
    """
    node = _condition(condition) if condition else None
    scope = _scope(profile)
    if node is None:
        return ()
    if decide(node, scope) is not None:
        return (explain.change(node, scope),)
    lines = [line.removesuffix(" is unknown") for line in explain.reasons(node, scope)]
    return tuple(f"{line} is known" for line in lines)


def _held(term: Term, asking: Organisation, scope: Scope, reference: str) -> HeldTerm:
    met, over = _settled(term, asking, reference)
    if met:
        return HeldTerm(term, holds=True, why=met)
    node = _condition(term.needs) if term.needs else None
    if node is None:
        return HeldTerm(term, holds=None, why=f"{_NOT_UNDERSTOOD if term.needs else _BY_HAND}{over}")
    holds = decide(node, scope)
    why = explain.seen(node, scope) if holds else explain.reasons(node, scope, asker="the licence")
    return HeldTerm(term, holds=holds, why=f"{_told(why)}{over}")


def _duty(obligation: Obligation, asking: Organisation, scope: Scope, reference: str) -> Duty:
    met, over = _settled(obligation, asking, reference)
    if obligation.done:
        return Duty(obligation, DutyState.DONE, f"done in {obligation.where}" if obligation.where else "")
    if met:
        return Duty(obligation, DutyState.DONE, met)
    if not obligation.when:
        return Duty(obligation, DutyState.DUE, f"asked of everyone who uses it{over}")
    node = _condition(obligation.when)
    if node is None:
        return Duty(obligation, DutyState.UNKNOWN, f"{_NOT_UNDERSTOOD}{over}")
    asked = decide(node, scope)
    if asked is None:
        return Duty(obligation, DutyState.UNKNOWN, f"{_told(explain.reasons(node, scope))}{over}")
    why = _told(explain.seen(node, scope))
    return Duty(obligation, DutyState.DUE if asked else DutyState.NOT_DUE, f"{why}{over}" if asked else why)


def _settled(asked: Term | Obligation, asking: Organisation, reference: str) -> tuple[str, str]:
    """What the settings say of it: how it is met, and that it was met on an earlier day; each empty for nothing."""
    over = ""
    for one in asking.settled:
        if (one.licence, one.id) != (asked.licence, asked.id) or one.of not in ("", asked.of or reference):
            continue
        if one.until is None or asking.today <= one.until:
            return f"your settings: {one.done}", ""
        over = f"; your settings said until {one.until}: {one.done}"
    return "", over


def _told(lines: Sequence[str]) -> str:
    """The lines of an explanation as one, with what to do about what is unknown."""
    lines = [*lines[:3], *([f"and {len(lines) - 3} more"] if len(lines) > 3 else [])]
    unknown = any(line.endswith(" is unknown") for line in lines)
    return "; ".join(lines) + (": tell it in your settings" if unknown else "")


def _scope(profile: Profile) -> Scope:
    return {"profile": profile_record(profile)}


def _condition(text: str) -> Node | None:
    """The condition that `text` spells, or None where it is none that may be asked of a profile."""
    return _parsed(text) if len(text) <= MAX_CONDITION else None


@lru_cache(maxsize=256)
def _parsed(text: str) -> Node | None:
    try:
        node = parse(text)
        if _any_refused(node):
            return None
        check(text, node, _EVIDENCE)
    except PolicyInvalid:
        return None
    # What is decided where nobody tells anything says yes or no to everyone: "true", "!profile.commercial || true".
    return node if decide(node, _scope(NO_PROFILE)) is None else None


def _any_refused(node: Node) -> bool:
    if isinstance(node, Has) or (isinstance(node, Method) and node.name == "matches"):
        return True
    return any(map(_any_refused, children(node)))
