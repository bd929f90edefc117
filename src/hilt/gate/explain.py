"""explain: what a check looks for, what can bite in a format, what a licence or a rule of a policy asks, in words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from hilt.checks import CHECKS
from hilt.checks.line import Check
from hilt.checks.run import SCHEMA
from hilt.core.catalogue import About, Catalogue, Explanation
from hilt.core.errors import UsageError
from hilt.formats import READERS
from hilt.formats.reader import Reader
from hilt.policy import PACKS, load
from hilt.policy.describe import describe_rule
from hilt.policy.document import Policy


def catalogue() -> Catalogue:
    """Every check, every fact and every licence of this version, told."""
    return Catalogue({check.id: partial(_about, check) for check in CHECKS}, SCHEMA, _licence_name, _spdx)


def _licence_name(licence_id: str) -> str:
    from hilt.knowledge.licences.index import index  # a file of its own, for subjects that name a licence

    known = index().licence(licence_id)
    return known.name if known else licence_id


def _spdx(licence_id: str) -> str:
    from hilt.knowledge.licences.index import index

    known = index().licence(licence_id.lower())
    return known.spdx if known else ""


@cache
def _about(check: Check) -> About:
    from hilt.knowledge.regulation.frameworks import of_check, spelled  # only for the checks that a verdict names

    return About(
        id=check.id,
        family=check.family,
        severity=check.severity,
        title=check.title,
        what=check.paragraph("What"),
        why=check.paragraph("Why"),
        blind_spot=check.paragraph("What it cannot see"),
        fix=check.paragraph("Fix"),
        evidence_for=spelled(of_check(check.id, check.family)),
    )


def explain(name: str, *, policies: Sequence[str] | None = None) -> Explanation:
    """The check, the format or the licence of this name, or the rule of this name in `policies` (all packs without it).

    Raises `UsageError` with the nearest names where there is none.
    """
    if not policies and any(check.id == name for check in CHECKS):
        return _of_check(catalogue().check(name))
    reader = next((reader for reader in READERS if reader.id == name), None)
    if not policies and reader is not None:
        return _of_format(reader)
    loaded = [load(policy, SCHEMA) for policy in policies or PACKS]
    found = [(policy, rule) for policy in loaded for rule in policy.rules if rule.name == name]
    if found:
        return _of_rules(name, [policy for policy, _ in found])
    if not policies and (licence_id := _licence_id(name)):
        return _of_licence(licence_id)
    known = [check.id for check in CHECKS] + [reader.id for reader in READERS]
    known += [rule.name for policy in loaded for rule in policy.rules]
    from difflib import get_close_matches  # only on the way to an error

    from hilt.knowledge.licences.licence import ids

    known += [] if policies else ids()
    near = get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else "`hilt checks` lists the checks"
    raise UsageError(f"{name}: no check, no format, no licence and no rule bears this name; {hint}")


def _of_check(about: About) -> Explanation:
    from hilt.knowledge.regulation.frameworks import of_check
    from hilt.knowledge.regulation.frameworks import told as in_words

    severity = f"{about.severity.word} is the worst that it says"
    told = (
        ("What", about.what),
        ("Why", about.why),
        ("What it cannot see", about.blind_spot),
        ("Fix", about.fix),
        ("Severity", severity),
        ("Evidence for", in_words(of_check(about.id, about.family))),
    )
    return Explanation(name=about.id, title=about.title, paragraphs=told)


def _of_format(reader: Reader) -> Explanation:
    told = (
        ("What can bite", reader.paragraph("What can bite")),
        ("What hilt cannot see", reader.paragraph("What hilt cannot see")),
        ("Usual names", " ".join(reader.names) or "none"),
        ("Checks of its own", ", ".join(check.id for check in CHECKS if reader.id in check.reads) or "none"),
    )
    return Explanation(name=reader.id, title=reader.title, paragraphs=told)


def _licence_id(name: str) -> str:
    from hilt.knowledge.licences.names import resolve

    found = resolve(name).ids
    return found[0] if len(found) == 1 else ""


def _of_licence(licence_id: str) -> Explanation:
    from hilt.gate.licences import paragraphs
    from hilt.knowledge.licences.licence import licence

    about = licence(licence_id)
    return Explanation(name=licence_id, title=about.name, paragraphs=tuple(paragraphs(about)))


def _of_rules(name: str, policies: Sequence[Policy]) -> Explanation:
    told = tuple(
        (f"In {policy.name}", describe_rule(rule, SCHEMA))
        for policy in policies
        for rule in policy.rules
        if rule.name == name
    )
    return Explanation(name=name, title="a rule that a policy asks", paragraphs=told)
