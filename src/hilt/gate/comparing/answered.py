"""What the reading process answers of weights, checked: it may be in the hands of what it reads, and say anything."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hilt.checks.weights import Weights
from hilt.core.errors import FormatError, HiltError
from hilt.core.lineage import Ablation
from hilt.core.lineage_v1 import decode_ablation
from hilt.core.wire import decode_item

if TYPE_CHECKING:
    from hilt.knowledge.lineage.closer import ModelSketch

T = TypeVar("T")


def sketch(weights: Weights, paths: Sequence[str], seed: int) -> ModelSketch:
    """That of all numbers in these files. Raises `FormatError` where it could not be taken."""
    from hilt.knowledge.lineage.closer_bytes import decode

    made = ask(weights, "sketch", paths, lambda told: decode(_bytes(told["sketch"])), seed=seed)
    if made.seed != seed:
        raise FormatError("the reader's answer is none: it took other random numbers")
    return made


def alone(weights: Weights, paths: Sequence[str]) -> Ablation:
    """What was cut out, as far as these files alone tell. Raises `FormatError` where nobody could look."""
    return ask(weights, "alone", paths, lambda told: decode_ablation(told["ablation"]))


def bases(weights: Weights, paths: Sequence[str], most: int) -> tuple[str, ...]:
    """The first names that the subject gives to what it is made from; none where they could not be had."""
    try:
        return ask(weights, "bases", paths, lambda told: texts(told["names"][:most]))
    except FormatError:
        return ()


def ask(
    weights: Weights, what: str, paths: Sequence[str], decode: Callable[[dict[str, Any]], T], *, seed: int = 0
) -> T:
    """What `decode` makes of the answer. Raises `FormatError` where there is none, or none that it could read."""
    told = weights.ask(what, paths, seed=seed)
    if told.value is None:
        raise FormatError(told.why)
    try:
        return decode(told.value)
    except FormatError:
        raise
    except (HiltError, LookupError, TypeError, ValueError) as error:
        raise FormatError(f"the reader's answer is none: {error!s:.200}") from None


def fingerprint(told: dict[str, Any]) -> bytes:
    """The bytes of a fingerprint in an answer."""
    return _bytes(told["print"])


def texts(told: Sequence[Any]) -> tuple[str, ...]:
    """A list of texts in an answer."""
    return tuple(decode_item(one, "answer") for one in told)


def _bytes(told: Any) -> bytes:
    return base64.b64decode(told, validate=True)
