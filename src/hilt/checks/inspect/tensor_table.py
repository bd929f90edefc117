"""A table of tensors that does not describe its file.

What: tensors of one name, and tensors with more or fewer bytes than their shape asks for, in models of CTranslate2 and of
ggml before GGUF.

Why: two tensors of one name let two programs load two different models from the same file. CTranslate2 makes room for
what the shape asks, and copies as many bytes as the file says: a tensor with more bytes overwrites memory behind it, which
is how programs are broken into.

What it cannot see: whether the numbers inside a well-described tensor are the right ones.

Fix: do not load the file. Convert the original model again with the converter of CTranslate2 or llama.cpp.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.ctranslate2 import Ctranslate2
    from hilt.formats.ggml import Ggml


def tensor_table(file: ReadFile[Ctranslate2 | Ggml]) -> Iterator[Finding]:
    def seen(message: str, tensor: str, offset: int | None = None) -> Finding:
        where = Where(path=file.path, tensor=tensor, offset=offset)
        return Finding(check=CHECK.id, severity=Severity.HIGH, where=where, message=message)

    for name, times in Counter(tensor.name for tensor in file.value.tensors).items():
        if times > 1:
            yield seen(f"{times} tensors are named {name!r}", name)
    for tensor in file.value.tensors:
        stored = tensor.end - tensor.begin
        if stored != tensor.declared_bytes:
            needs = f"{tensor.dtype} {list(tensor.shape)} needs {tensor.declared_bytes} bytes"
            yield seen(f"{needs}, the file holds {stored}", tensor.name, tensor.begin)


CHECK = listed("tensor-table")
