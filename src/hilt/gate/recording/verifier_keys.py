"""Verifier keys as people give them: of logs, and of witnesses."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.errors import FormatError, KeyUnusable
from hilt.record.ledger.notes import Kind, Verifier

_WHERE = {
    Kind.LOG: "a log is needed here, which `hilt log key` prints",
    Kind.WITNESS: "a witness is needed here, which `hilt log witness serve` tells",
}


def read_verifiers(what: str, texts: Sequence[str], kind: Kind | None = None) -> tuple[Verifier, ...]:
    """The keys in `texts`, all of this kind. `what` names where they are from. Raises `KeyUnusable`."""
    try:
        found = tuple(Verifier.read(text) for text in texts)
    except FormatError as error:
        raise KeyUnusable(f"{what}: {error}") from None
    if wrong := next((one for one in found if kind not in (None, one.kind)), None):
        raise KeyUnusable(
            f"{what}: {wrong.text} is not a key of the kind that signs so; that of {_WHERE[kind or wrong.kind]}"
        )
    return found
