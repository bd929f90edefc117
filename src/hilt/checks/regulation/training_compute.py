"""How much computation the training took, as an interval.

What: figures that the card states (operations, tokens, hours of accelerators), the parameters counted from the headers,
and of a mixture of experts those that one token passes through; from them an interval of operations, never a point, with
its method and inputs. It finds nothing; it states facts.

Why: from 10^23 operations on the European Union takes a model that makes text, images or video for a general-purpose
model, from 10^25 on it presumes systemic risk, and other laws begin at 10^26. Who changes a model with more than a third
of what its training took becomes its provider.

What it cannot see: whether a figure is true; what the base took, where the card tells only of what came later, so that
the upper end stays unknown; several passes over the same data that the card does not count; what a card says behind its first million characters.

Fix: ask the publisher for the operations, or for the tokens, of the whole training.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.card.gathering import Card, card
from hilt.checks.check import Repository
from hilt.checks.inspect.facts import PARAMETERS
from hilt.checks.regulation.facts import (
    ENERGY,
    FLOP_HIGH,
    FLOP_LOW,
    GENERATES,
    HOURS,
    INPUTS,
    METHOD,
    PARAMETERS_ACTIVE,
    THIRD_HIGH,
    THIRD_LOW,
    TOKENS,
)
from hilt.checks.regulation.size import is_adapter, size_of
from hilt.core.fact import Fact, FactSpec, Known, Value
from hilt.core.running import WRITES

if TYPE_CHECKING:
    from hilt.knowledge.regulation.claims import Claim


def training_compute(repository: Repository) -> Iterator[Fact]:
    from hilt.knowledge.regulation.compute import estimate, largest, of_this_size

    told = card(repository)
    if told is not None and told.of_data and repository.merged(PARAMETERS).value is None:
        return  # the card of a dataset
    size = size_of(repository)
    said, path = of_this_size(_said(told), size), told.path if told is not None else ""
    kinds = repository.merged(GENERATES).value or ()
    language = isinstance(kinds, tuple) and not WRITES.isdisjoint(kinds)
    based = is_adapter(repository) or bool(told is not None and told.bases)
    found = estimate(said, size, source=path, based=based, language=language)
    source = path if found.method in ("disclosed", "tokens", "hardware") else size.source
    if size.active is not None:
        yield _fact(PARAMETERS_ACTIVE, size.active, size.source)
    stated: list[tuple[FactSpec, Value]] = [
        (FLOP_LOW, found.low),
        (FLOP_HIGH, found.high),
        (THIRD_LOW, found.low / 3 if found.low is not None else None),
        (THIRD_HIGH, found.high / 3 if found.high is not None else None),
        (TOKENS, int(tokens) if (tokens := largest("tokens", said, based=based)) else None),
        (HOURS, largest("hours", said, based=based)),
        (ENERGY, largest("energy", said, based=based)),
        (INPUTS, found.inputs or None),
        (METHOD, found.method if found.method != "unknown" else None),
    ]
    for spec, value in stated:
        if value is not None:
            yield _fact(spec, value, path if spec in (TOKENS, HOURS, ENERGY) else source)


def _said(told: Card | None) -> tuple[Claim, ...]:
    if told is None:
        return ()
    from hilt.knowledge.regulation.claims import claims

    return claims(told.body, told.line)


def _fact(spec: FactSpec, value: Value, source: str) -> Fact:
    return Fact(key=spec.key, value=value, known=Known.CLAIMED, source=source)


CHECK = listed("training-compute")
