"""Cards of models that are made from other models."""

from __future__ import annotations

import json
from collections.abc import Mapping

from hilt.checks.line import Check
from hilt.core.context import Base, Context
from hilt.core.finding import Finding
from offered import offered

Files = Mapping[str, bytes | str]


def card(*, body: str = "# A model\n", **metadata: object) -> str:
    """JSON is YAML too."""
    return f"---\n{json.dumps(metadata)}\n---\n{body}"


def told(check: Check, files: Files, *bases: Base, reference: str = "memory") -> list[tuple[str, str]]:
    """Severity and message of what a check finds, where somebody looked these bases up."""
    made = offered(files, reference)
    object.__setattr__(made, "context", Context(bases={base.name: base for base in bases}))
    return [(seen.severity.word, seen.message) for seen in check.run(made) if isinstance(seen, Finding)]
