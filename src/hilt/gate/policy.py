"""policy: show what a policy asks, and test it against evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hilt.checks.run import SCHEMA
from hilt.core.errors import PolicyInvalid
from hilt.policy import load, testing
from hilt.policy.describe import describe
from hilt.policy.testing import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPolicy:
    """A policy in words, and in plain values."""

    text: str
    canonical: Mapping[str, Any]


def show(policies: Sequence[str]) -> tuple[ShownPolicy, ...]:
    """Each policy, told. Raises `PolicyInvalid`."""
    loaded = [load(policy, SCHEMA) for policy in policies]
    return tuple(ShownPolicy(text=describe(policy, SCHEMA), canonical=policy.canonical()) for policy in loaded)


def judge_cases(file: str, policies: Sequence[str]) -> tuple[Result, ...]:
    """The cases in `file`, judged by all `policies` together. Raises `PolicyInvalid`."""
    loaded = [load(policy, SCHEMA) for policy in policies]
    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise PolicyInvalid(f"{error.strerror}; give the path of a file of cases", file=file) from None
    cases = testing.read_cases(data, loaded, SCHEMA, file=file)
    return testing.run(cases, loaded, now=datetime.now(UTC), schema=SCHEMA)
