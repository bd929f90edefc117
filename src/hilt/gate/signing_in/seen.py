"""What somebody was shown of a case when they answered, in one line: an answer to anything else is refused."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.events import DecisionMade, Recorded, UseRequested, VerdictGiven, Withdrawn
from hilt.core.standing import same_use


def seen_of(history: Sequence[Recorded], use: str) -> str:
    """The place of what people did last for this use, and the digests of the policy and of the evidence of the newest verdict."""
    own = [one for one in history if not one.origin and not one.lapsed]
    newest = max((one.index for one in own if _concerns(one, use)), default=-1)
    given = next((one.event for one in reversed(own) if isinstance(one.event, VerdictGiven)), None)
    return " ".join((str(newest), *(given.basis if given is not None else ())))


def _concerns(entry: Recorded, use: str) -> bool:
    event = entry.event
    if isinstance(event, Withdrawn) and not event.use:
        return True
    return isinstance(event, UseRequested | DecisionMade | Withdrawn) and same_use(event.use, use)
