"""Subjects whose weights were held against an index, as the checks of lineage see them: what was found is told, not made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.line import Check
from hilt.core.context import Context
from hilt.core.fact import Fact
from hilt.core.finding import Finding
from hilt.core.lineage import Ablation, Cut, Kin, Kinship, Relation, Relative, Share, Sureness
from repositories import repository

WEIGHTS = "model.safetensors"
CARD = b"---\nlicense: mit\nbase_model: acme/base\n---\n# A model\n"


def kinship(relation: Relation = Relation.FINE_TUNED, sureness: Sureness = Sureness.CERTAIN) -> Kinship:
    share = 1.0 if relation not in (Relation.UNRELATED, Relation.SAME_ARCHITECTURE) else 0.0
    return Kinship(relation, sureness, share, share, distance=0.01 if share else None)


def relative(
    name: str = "hf:acme/base",
    relation: Relation = Relation.FINE_TUNED,
    sureness: Sureness = Sureness.CERTAIN,
    *,
    weights: str = WEIGHTS,
    licences: tuple[str, ...] = (),
    bases: tuple[str, ...] = (),
    stale: str = "",
    newer: str = "",
    shares: Mapping[str, float] | None = None,
    digest: str = "",
) -> Relative:
    return Relative(
        name,
        kinship(relation, sureness)._replace(shares=tuple(Share(*one) for one in (shares or {}).items())),
        weights=weights,
        licences=licences,
        bases=bases,
        stale=stale,
        newer=newer,
        digest=digest,
    )


def cut(cut: Cut = Cut.FOUND, base: str = "", strength: float | None = None) -> Ablation:
    return Ablation(cut, base, 60, 58, (1, 2), strength, why=("58 of 60 matrices",), below="less", weights=WEIGHTS)


def subject(
    files: Mapping[str, bytes] | None = None,
    *relatives: Relative,
    declared: Iterable[Relative] = (),
    ablations: Iterable[Ablation] = (),
    untold: Iterable[str] = (),
    reference: str = "hf:other/model",
) -> Repository:
    """`files`, with the facts that the checks of rights state of them."""
    made = repository(files if files is not None else {"README.md": b"# A model\n"})
    kin = Kin("zoo.hilt", 7, relatives, tuple(declared), tuple(ablations), (WEIGHTS,), tuple(untold))
    made = replace(
        made,
        subject=replace(made.subject, reference=reference),
        context=Context(kin=kin, now="2026-11-21T00:00:00+00:00"),
    )
    for check_id in ("licence-terms", "inherited-terms"):
        check = listed(check_id)
        made.facts.extend(replace(seen, check=check.id) for seen in check.run(made) if isinstance(seen, Fact))
    return made


def found(check: Check, made: Repository) -> list[tuple[str, str, str]]:
    """Severity, path and message of what the check finds."""
    findings = [seen for seen in check.run(made) if isinstance(seen, Finding)]
    return [(finding.severity.word, finding.where.path, finding.message) for finding in findings]


def stated(check: Check, made: Repository) -> dict[str, object]:
    """The facts that the check states, by the last part of the key."""
    return {seen.key.rpartition(".")[2]: seen.value for seen in check.run(made) if isinstance(seen, Fact)}
