"""A GGUF header that does not describe its file.

What: keys or tensors that share a name; tensors that overlap, reach past the end of the file, are not aligned, or have rows
that are no whole number of blocks; a number format that ggml does not know; bytes between or behind the tensors that
belong to none, apart from the padding.

Why: ggml's own writer lays the tensors one behind the other. Bytes outside carry whatever somebody wanted to hide there;
two entries of one name let two programs load two different models from the same file; and the C and C++ programs that
read GGUF have been crashed and broken into by tensors that lie about their place.

What it cannot see: whether the numbers inside a well-described tensor are the right ones; what stands in the padding.

Fix: ask the publisher for a file written by llama.cpp's own tools, or convert and quantise the original model again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.gguf import Gguf


def gguf_header(file: ReadFile[Gguf]) -> Iterator[Finding]:
    header = file.value

    def seen(severity: Severity, message: str, *, tensor: str | None = None, offset: int | None = None) -> Finding:
        where = Where(path=file.path, tensor=tensor, offset=offset)
        return Finding(check=CHECK.id, severity=severity, where=where, message=message)

    for key, times in Counter(entry.key for entry in header.key_values).items():
        if times > 1:
            yield seen(Severity.HIGH, f"the metadata has the key {key!r} {times} times")
    for name, times in Counter(tensor.name for tensor in header.tensors).items():
        if times > 1:
            yield seen(Severity.HIGH, f"{times} tensors are named {name!r}", tensor=name)
    position = header.data_start
    for tensor in sorted(header.tensors, key=lambda tensor: tensor.begin):
        if tensor.begin % header.alignment:
            yield seen(
                Severity.HIGH, f"begins at {tensor.begin}, not aligned to {header.alignment}", tensor=tensor.name
            )
        if not tensor.whole_blocks:
            row = f"rows of {tensor.shape[0]} numbers are no whole number of {tensor.dtype} blocks"
            yield seen(Severity.HIGH, row, tensor=tensor.name)
        if tensor.begin < position:
            yield seen(
                Severity.HIGH, f"overlaps the tensor before it by {position - tensor.begin} bytes", tensor=tensor.name
            )
        elif tensor.begin - position >= header.alignment:
            hole = f"{tensor.begin - position} bytes before it belong to no tensor"
            yield seen(Severity.MEDIUM, hole, tensor=tensor.name, offset=position)
        if tensor.declared_bytes is None:
            yield seen(Severity.MEDIUM, f"unknown number format: {tensor.dtype}", tensor=tensor.name)
        end = tensor.begin + (tensor.declared_bytes or 0)
        if end > header.size:
            place = f"bytes {tensor.begin} to {end}"
            yield seen(
                Severity.HIGH, f"{place} reach past the end of the file of {header.size} bytes", tensor=tensor.name
            )
        position = max(position, end)
    if header.size - position >= header.alignment:
        yield seen(Severity.MEDIUM, f"{header.size - position} bytes behind the last tensor", offset=position)


CHECK = listed("gguf-header")
