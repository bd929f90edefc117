"""A direction that was cut out of the model, as who removes its safeguards does.

What: in the matrices that write to the residual stream, one direction is gone: W became W - s v v^T W. With the base at hand
(an index that holds its sketches) the cut itself is seen, with its strength and its layers; without it, the dead direction
that it leaves. The figures stand in the finding, and how often each test was wrong in `calibration.toml` of hilt.

Why: "abliteration" makes a model that refused answer. What its publisher tested is then not what you load, and some licences
end with it.

What it cannot see: which direction it was: erasing another concept looks the same. Harmful fine-tuning, adapters, prompts
and steering leave no such trace; ask what the model does for those. Cuts below the strengths and shares of layers that the
fact's source states.

Fix: load the base instead, and ask the publisher what was changed and why. `hilt diff BASE THIS` shows every layer.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.lineage.facts import SAFEGUARDS
from hilt.checks.lineage.gathering import kin
from hilt.core.fact import Fact, Known
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.lineage import Ablation, Cut

_SEVERITIES = {
    (Cut.FOUND, True): Severity.HIGH,
    (Cut.FOUND, False): Severity.MEDIUM,
    (Cut.SHARED_EDIT, True): Severity.MEDIUM,
}
"""By what was seen, and whether with the base: without it thresholds rest on few models, so that a person looks."""


def safeguards_removed(repository: Repository) -> Iterator[Fact | Finding]:
    each = kin(repository).ablations
    yield _fact(each)
    for one in each:
        severity = _SEVERITIES.get((one.cut, bool(one.base)))
        if severity is not None:
            yield Finding(
                check=CHECK.id,
                severity=severity,
                confidence=Confidence.HIGH if severity is Severity.HIGH else Confidence.MEDIUM,
                where=Where(path=one.weights),
                message=_message(one),
                whole=True,
            )


def _message(one: Ablation) -> str:
    seen = f"compared with {one.base}" if one.base else "seen in the weights alone"
    strength = f" with strength {one.strength:.2f}" if one.strength is not None else ""
    what = "one direction was cut out of" if one.cut is Cut.FOUND else "all changes lie in one direction in"
    why = f": {'; '.join(one.why)}" if one.why else ""
    return f"{what} {one.hit} of {one.matrices} matrices{strength}, {seen}{why}"


def _fact(each: tuple[Ablation, ...]) -> Fact:
    """As the worst of what was seen; nothing is known where one set of weights could not be told."""
    words = [_word(one) for one in each]
    worst = next((word for word in ("removed", "perhaps removed") if word in words), None)
    value = worst or ("no cut seen" if words and None not in words else None)
    if value is None:
        return Fact(key=SAFEGUARDS.key, value=None, known=Known.UNKNOWN, source="")
    below = next((f" (not seen would be: {one.below})" for one in each if one.below), "")
    return Fact(key=SAFEGUARDS.key, value=value, known=Known.VERIFIED, source=f"the weights{below}")


def _word(one: Ablation) -> str | None:
    if one.cut is Cut.FOUND:
        return "removed" if one.base else "perhaps removed"
    return {Cut.SHARED_EDIT: "perhaps removed", Cut.NOT_FOUND: "no cut seen"}.get(one.cut)


CHECK = listed("safeguards-removed")
