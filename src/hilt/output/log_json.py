"""What is told of the log, as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hilt.core.log import LogState, Proven
from hilt.output.record_json import recorded_data


def verified_data(
    state: LogState | None, *, damage: Sequence[tuple[str, str]], checkpoint: str | None
) -> dict[str, Any]:
    """How the whole record is; no state is told of one that is damaged."""
    found = {"damage": [{"what": what, "why": why} for what, why in damage]}
    if state is None:
        return found
    witnessed = [one._asdict() for one in state.witnessed]
    rollback = "excluded" if checkpoint else "not excluded"
    return {**found, **state._asdict(), "witnessed": witnessed, "rollback": rollback}


def proven_data(proven: Proven) -> dict[str, Any]:
    return {
        "log": proven.origin,
        "size": proven.size,
        "signed_by": proven.key,
        "witnesses": [{"name": name, "time": time} for name, time in proven.witnessed],
        "recorded": recorded_data(proven.recorded, {}),
        "statement": proven.statement,
    }
