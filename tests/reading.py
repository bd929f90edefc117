"""Reads bytes in this process as a worker does: recognised by content, read, and given to checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hilt.checks import reading
from hilt.checks.check import ReadFile
from hilt.checks.line import Check
from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.fact import Fact
from hilt.core.finding import Finding
from hilt.core.limits import Limits
from hilt.core.report import Gap


def read(data: bytes | ByteSource, name: str, limits: Limits = Limits()) -> ReadFile[Any]:  # noqa: B008
    """The file of this name and content, read by whichever reader fits."""
    return reading.read(name, MemorySource(data) if isinstance(data, bytes) else data, limits)


def findings(check: Check, data: bytes | ByteSource, name: str, limits: Limits = Limits()) -> list[Finding]:  # noqa: B008
    """What `check` finds in the file; the file must have been read by a reader that the check reads."""
    return [seen for seen in _seen(check, read(data, name, limits)) if isinstance(seen, Finding)]


def facts(check: Check, data: bytes | ByteSource, name: str, limits: Limits = Limits()) -> dict[str, Any]:  # noqa: B008
    """The facts that `check` states about the file, as key -> value."""
    return {seen.key: seen.value for seen in _seen(check, read(data, name, limits)) if isinstance(seen, Fact)}


def _seen(check: Check, file: ReadFile[Any]) -> Iterable[Finding | Fact | Gap]:
    assert file.error is None, file.error
    assert "*" in check.reads or file.format in check.reads, f"{file.path} was read as {file.format}"
    return check.run(file)
