"""A safetensors header that does not describe its file.

What: tensors that overlap, leave bytes between them that no tensor owns, reach past the end of the file, ask for another
number of bytes than their shape needs, have an unknown dtype, or share a name; bytes behind the last tensor.

Why: the format promises that every byte belongs to exactly one tensor. Bytes outside carry whatever somebody wanted to
hide there, and two tensors of one name let two readers load two different models from the same file.

What it cannot see: whether the numbers inside a well-described tensor are the right ones.

Fix: ask the publisher for a file written by the safetensors library, or rewrite it: load it with `safetensors` in a
sandbox and save it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.safetensors import Safetensors


def safetensors_header(file: ReadFile[Safetensors]) -> Iterator[Finding]:
    header = file.value

    def seen(severity: Severity, message: str, *, tensor: str | None = None, offset: int | None = None) -> Finding:
        where = Where(path=file.path, tensor=tensor, offset=offset)
        return Finding(check=CHECK.id, severity=severity, where=where, message=message)

    for name in header.repeated_keys:
        yield seen(Severity.HIGH, f"the header names {name!r} more than once", tensor=name)
    position = header.data_start
    for tensor in sorted(header.tensors, key=lambda tensor: (tensor.begin, tensor.end)):
        if tensor.declared_bytes is None:
            yield seen(Severity.MEDIUM, f"unknown dtype {tensor.dtype!r}", tensor=tensor.name)
        elif tensor.declared_bytes != tensor.end - tensor.begin:
            said = f"{tensor.dtype} {list(tensor.shape)} needs {tensor.declared_bytes} bytes"
            yield seen(Severity.HIGH, f"{said}, its offsets give {tensor.end - tensor.begin}", tensor=tensor.name)
        if tensor.end > header.size or tensor.begin < header.data_start or tensor.end < tensor.begin:
            place = f"bytes {tensor.begin} to {tensor.end}"
            yield seen(Severity.HIGH, f"{place} lie outside the file of {header.size} bytes", tensor=tensor.name)
        elif tensor.begin < position:
            yield seen(
                Severity.HIGH, f"overlaps the tensor before it by {position - tensor.begin} bytes", tensor=tensor.name
            )
        elif tensor.begin > position:
            hole = f"{tensor.begin - position} bytes before it belong to no tensor"
            yield seen(Severity.MEDIUM, hole, tensor=tensor.name, offset=position)
        position = max(position, tensor.end)
    if position < header.size:
        yield seen(Severity.MEDIUM, f"{header.size - position} bytes behind the last tensor", offset=position)


CHECK = listed("safetensors-header")
