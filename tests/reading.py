"""Reads bytes in this process as a worker does: recognised by content, read, and given to checks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hilt.checks.check import UNKNOWN, Check, ReadFile
from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError
from hilt.core.fact import Fact
from hilt.core.finding import Finding
from hilt.core.limits import Limits
from hilt.core.report import Gap
from hilt.formats import READERS
from hilt.formats.reader import HEAD, Head, recognise


def read(data: bytes | ByteSource, name: str, limits: Limits = Limits()) -> ReadFile[Any]:  # noqa: B008
    """The file of this name and content, read by whichever reader fits."""
    source = MemorySource(data) if isinstance(data, bytes) else data
    head = Head(name=name.rsplit("/", 1)[-1], data=source.read(0, HEAD), source=source, limits=limits)
    value, error = None, None
    reader = recognise(READERS, head)
    if reader is not None:
        try:
            value = reader.module.read(source, limits)
        except FormatError as caught:
            error = caught
    format_id = reader.id if reader else UNKNOWN
    return ReadFile(path=name, format=format_id, value=value, source=source, limits=limits, error=error)


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
