"""A GGUF header that does not describe its file.

What: keys or tensors that share a name; sizes that the metadata contradicts; tensors that overlap, reach past the end of
the file, are not aligned, or have rows that are no whole number of blocks; a number format that ggml does not know; bytes
between or behind the tensors that belong to none, apart from padding of zeros.

Why: ggml's own writer lays the tensors one behind the other. Bytes outside carry whatever somebody wanted to hide there;
two entries of one name let two programs load two different models from the same file; and the C and C++ programs that
read GGUF have been crashed and broken into by tensors that lie about their place.

What it cannot see: whether the numbers inside a well-described tensor are the right ones.

Fix: ask the publisher for a file written by llama.cpp's own tools, or convert and quantise the original model again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.hidden_bytes import FILLED
from hilt.core.byte_source import ByteSource, expect
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.gguf import Gguf


BLOCK = re.compile(r"blk\.(\d{1,9})\.")
"""How the tensors of a layer are named."""


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
    for message in _contradictions(header):
        yield seen(Severity.MEDIUM, message)
    position, padding = header.data_start, [(header.header_end, min(header.data_start, header.size))]
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
        else:
            padding.append((position, tensor.begin))
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
    else:
        padding.append((position, header.size))
    for begin, message in _not_blank(file.source, padding):
        yield seen(Severity.MEDIUM, message, offset=begin)


def _not_blank(source: ByteSource, padding: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Where bytes that align what follows are more than zeros, or more than a page."""
    ranges = [(begin, min(end - begin, FILLED)) for begin, end in padding if end > begin]
    expect(source, ranges)
    for begin, size in ranges:
        if (data := source.read(begin, size)).strip(b"\0"):
            yield begin, f"the padding holds {data[:16]!r} and is no row of zeros"
    for begin, end in padding:
        if end - begin > FILLED:
            yield begin, f"{end - begin} bytes of padding, more than a page"


def _contradictions(header: Gguf) -> Iterator[str]:
    """What the metadata says of the tensors and they do not bear out."""
    architecture = header.value("general.architecture")
    width, features, layers = (
        header.value(f"{architecture}.{key}") for key in ("embedding_length", "features_length", "block_count")
    )
    embedding = next((tensor for tensor in header.tensors if tensor.name == "token_embd.weight"), None)
    if embedding is not None and embedding.shape and type(width) is int and embedding.shape[0] not in (width, features):
        yield f"the embedding of tokens is {embedding.shape[0]} numbers wide, the metadata says {width}"
    numbers = [int(found[1]) for tensor in header.tensors if (found := BLOCK.match(tensor.name))]
    if numbers and type(layers) is int and max(numbers) >= layers:
        yield f"there is a layer {max(numbers)}, counted from 0, and the metadata says {layers} layers"


CHECK = listed("gguf-header")
