"""Training compute: an interval of floating-point operations with its method and inputs, never a point.

Methods, the best first: a disclosed figure; 6 operations for each parameter and token (Commission guidelines C(2025)
7719, annex A.2.2); hours of accelerators at their peak times the share of it that training reaches (annex A.2.1); and,
where nothing but the size is known, a bound. The compute of a base is part of that of what is made from it (annex A.1),
so where a figure is only of a later part of the training nothing is known of the upper end.

How wide the intervals are was measured: 6 operations for each parameter and token came to 0.94 to 1.03 of what was
published for Llama 3.1, DeepSeek-V3, EuroLLM and Apertus, and to 0.69 for BLOOM; hours on cards imply 0.14 to 0.35 of
the peak, and the guidelines themselves reckon with 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hilt.knowledge.regulation.accelerators import peak
from hilt.knowledge.regulation.claims import Claim, Part

EACH = 6.0
"""Operations for one parameter and one token: two forward, four backward."""
OF_DISCLOSED = (0.7, 1.3)
"""The margin of 30 % that the guidelines leave to publishers (annex A.2)."""
OF_TOKENS = (0.9, 1.5)
OF_PEAK = (0.12, 0.5)
FEWEST_TOKENS = 20
"""Tokens for each parameter that hardly any language model was trained with fewer of (Hoffmann et al. 2022)."""
FEWEST_TOLD = 0.25
"""Tokens for each parameter below which a figure is of a part of the training, or wrong; the fewest that are known are
about 0.5 (MT-NLG 530B) and 1 (OPT-175B)."""
MOST_TOKENS = 1e14
"""More tokens or samples than any training known; holds for small models, whose tokens nobody states."""
SMALL = 150_000_000
"""Parameters below which that bound is used."""
_SAME_SIZE = 0.25
"""How far names of sizes are rounded: "Llama 3.2 1B" has 1.24 billion parameters."""
_ALIKE = 10
"""Figures within this factor of the largest are of the training or of siblings; smaller ones are of its later parts."""


class Size(NamedTuple):
    """The parameters of a model: all of them, at least and at most, and those that one token passes through.

    `most` is None where part of the weights may lie elsewhere, as with adapters.
    """

    active: int | None = None
    most: int | None = None
    source: str = ""


class Estimate(NamedTuple):
    """The interval; an end that is None is unknown."""

    low: float | None
    high: float | None
    method: str
    inputs: tuple[str, ...] = ()


def estimate(claims: Sequence[Claim], size: Size, *, source: str, based: bool, language: bool) -> Estimate:
    """What the claims of the card at `source` and the size of the model come to.

    `based` says that it is made from another model, `language` that it generates text: only for such is anything known
    of the fewest tokens.
    """
    bound = _bound(size, language=language)
    for method in ("operations", "tokens", "hours"):
        of_kind = [claim for claim in claims if claim.kind == method]
        for taken, partial in ((_whole(of_kind, based=based), False), (of_kind, True)):
            found = _of(method, taken, size, source)
            if found is None:
                continue
            if not partial:
                return _held_against(found, bound)
            low = max((end for end in (found.low, bound.low) if end is not None), default=None)
            told = (*found.inputs, "what the training before it took is not told", *bound.inputs[:1])
            return Estimate(low=low, high=bound.high, method=found.method, inputs=told)
    return bound


def _held_against(found: Estimate, bound: Estimate) -> Estimate:
    """A figure below what any known model of this size was trained with says nothing of the upper end: it may be of a
    part of the training, or wrong."""
    least = (bound.low or 0) * FEWEST_TOLD / FEWEST_TOKENS
    if found.high is None or found.high >= least:
        return found
    told = f"less than {least:.1e}, with which no known model of this size was trained"
    return Estimate(low=found.low, high=bound.high, method=found.method, inputs=(*found.inputs, told))


def of_this_size(claims: Sequence[Claim], size: Size) -> tuple[Claim, ...]:
    """Without those that are said of a sibling of another size, where the same is said of one of this size."""

    def fits(claim: Claim) -> bool:
        own = [one for one in (size.active, size.most) if one]
        return any(abs(said / one - 1) < _SAME_SIZE for said in claim.sizes for one in own)

    told = {claim.kind for claim in claims if fits(claim)}
    return tuple(claim for claim in claims if claim.kind not in told or not claim.sizes or fits(claim))


def largest(kind: str, claims: Sequence[Claim], *, based: bool) -> float | None:
    """The largest figure of this kind that a card states of the whole training."""
    of_kind = [claim for claim in claims if claim.kind == kind and not claim.shared]
    whole = _whole(of_kind, based=based)
    return max((claim.value for claim in whole), default=None)


def _whole(claims: Sequence[Claim], *, based: bool) -> list[Claim]:
    """Those that are of the whole training: of what has a base, only those that say so."""
    return [claim for claim in claims if claim.part is Part.WHOLE or (claim.part is Part.UNSAID and not based)]


def _of(method: str, claims: Sequence[Claim], size: Size, source: str) -> Estimate | None:
    counted = [claim for claim in claims if method != "hours" or claim.device]
    if not counted or (method == "tokens" and not size.active):
        return None
    each = {id(claim): _operations(claim, size.active or 0) for claim in counted}
    largest = max(each.values())
    counted = [claim for claim in counted if each[id(claim)] * _ALIKE >= largest]
    smallest = min(each[id(claim)] for claim in counted)
    shares = {"operations": OF_DISCLOSED, "tokens": OF_TOKENS, "hours": OF_PEAK}[method]
    inputs = list(dict.fromkeys(_told(claim, source) for claim in counted))[:8]
    if method == "tokens":
        inputs.append(size.source)
    shared = method == "hours" and any(claim.shared for claim in counted)  # hours of a family say nothing of one member
    return Estimate(
        low=None if shared else smallest * shares[0],
        high=largest * shares[1],
        method={"operations": "disclosed", "tokens": "tokens", "hours": "hardware"}[method],
        inputs=tuple(inputs),
    )


def _operations(claim: Claim, active: int) -> float:
    match claim.kind:
        case "operations":
            return claim.value
        case "tokens":
            return EACH * active * claim.value
    return claim.value * 3600 * peak(claim.device)


def _bound(size: Size, *, language: bool) -> Estimate:
    """What the size alone says."""
    if size.most is not None and size.most <= SMALL:
        told = f"at most {size.most:,} parameters, and fewer than 10^14 tokens or samples in any training known"
        return Estimate(low=None, high=EACH * size.most * MOST_TOKENS, method="upper-bound", inputs=(told,))
    if language and size.active:
        low = EACH * size.active * FEWEST_TOKENS * size.active * OF_TOKENS[0]
        told = f"assumed: {FEWEST_TOKENS} tokens for each parameter at least"
        return Estimate(low=low, high=None, method="lower-bound", inputs=(told, size.source))
    return Estimate(low=None, high=None, method="unknown")


def _told(claim: Claim, source: str) -> str:
    return f"{source}:{claim.line}: {claim.quote}"
