"""A subject in memory with what the checks before those of rights state of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hilt.checks.check import Repository
from hilt.checks.inspect import model_config
from hilt.checks.line import Check
from hilt.checks.rights import licence_claims
from hilt.core.fact import Fact
from hilt.core.finding import Finding
from repositories import repository

WEIGHTS = b"\x08\0\0\0\0\0\0\0{}      "
"""A safetensors file without tensors."""


def offered(files: Mapping[str, bytes | str], reference: str = "memory") -> Repository:
    """These files; text stands for its bytes in UTF-8."""
    made = repository({path: data.encode() if isinstance(data, str) else data for path, data in files.items()})
    for path, format_id in made.formats.items():
        for check in (licence_claims.CHECK, model_config.CHECK):
            if format_id in check.reads and not _failed(made, path):
                made.facts.extend(seen for seen in check.run(made.read(path)) if isinstance(seen, Fact))
    return replace(made, subject=replace(made.subject, reference=reference))


def found(check: Check, files: Mapping[str, bytes | str]) -> list[Finding]:
    """What a check finds in these files."""
    return [seen for seen in check.run(offered(files)) if isinstance(seen, Finding)]


def stated(check: Check, files: Mapping[str, bytes | str], reference: str = "memory") -> dict[str, Any]:
    """The facts that a check states of these files, as key -> value."""
    return {seen.key: seen.value for seen in check.run(offered(files, reference)) if isinstance(seen, Fact)}


def _failed(made: Repository, path: str) -> bool:
    from hilt.core.errors import FormatError

    try:
        made.read(path)
    except FormatError:
        return True
    return False
