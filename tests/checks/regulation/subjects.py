"""Subjects in memory for the checks of this family: a card, a config, weights, and the facts of the checks before."""

from __future__ import annotations

import json
from typing import Any

from hilt.checks import CHECKS
from hilt.checks.line import Check
from hilt.core.fact import Fact
from repositories import repository

_BEFORE = ("weights", "model-config", "model-kind")


def card(body: str, **metadata: object) -> bytes:
    """A card with this front matter; JSON is YAML."""
    return f"---\n{json.dumps(metadata)}\n---\n{body}\n".encode()


def config(**told: object) -> bytes:
    return json.dumps(told).encode()


def facts(check: Check, files: dict[str, bytes]) -> dict[str, Any]:
    """What `check` states of these files, after the checks whose facts it weighs."""
    subject = repository(files)
    for before in (one for one in CHECKS if check.weighs and one.id in _BEFORE and not one.reads):
        subject.facts.extend(seen for seen in before.run(subject) if isinstance(seen, Fact))
    return {seen.key: seen.value for seen in check.run(subject) if isinstance(seen, Fact)}
