"""A file of another format that is a pickle as well.

What: files that are read as another format by their beginning, and that the pickle machine runs from their first byte
up to a call or an end.

Why: many formats leave room for bytes that mean something to the pickle machine and nothing to their own reader. Whoever
is told that the file is word vectors or a table looks no further, and a loader that goes by the name
(`pytorch_model.bin`, `model.pkl`) unpickles it.

What it cannot see: pickles that begin further back in a file, which no loader takes by itself.

Fix: do not use the file. No honest writer makes one; ask the publisher how it came to be.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.formats.beginnings import PICKLE
from hilt.formats.reader import HEAD, Head

PICKLES = ("pickle", "joblib", "torch-legacy")
"""Formats that begin with a pickle and are read as one."""

FIRST = tuple(bytes([code]) for code in PICKLE[0][1] if code != ord("P"))
"""Not the opcode of a persistent id as a line: no loader has one for it, and every zip begins with it, PyTorch's too."""


def also_a_pickle(file: ReadFile[object]) -> Iterator[Finding]:
    if file.format in PICKLES or file.source.size == 0:
        return
    head = Head(name=file.name, data=file.source.read(0, HEAD), source=file.source, limits=file.limits)
    # GGUF begins with the opcode of a number of eight bytes; the opcode behind it tells.
    if not head.data.startswith(FIRST, 9 if head.data.startswith(b"G") else 0):
        return
    from hilt.formats.pickle_probe import hidden  # most files begin with another byte

    if hidden(head):
        message = f"read as {file.format}, it is a Python pickle as well, which a loader that goes by the name runs"
        yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=file.path, offset=0), message=message)


CHECK = listed("also-a-pickle")
