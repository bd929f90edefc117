"""Recognises scripts by their first line, `#!` and the program that runs them. Python has a reader of its own.

Specification: POSIX leaves it open; Linux, execve(2), "Interpreter scripts".

What can bite: it is a program, and runs with all rights of whoever starts it.

What hilt cannot see: what the script does; only tokens and keys are looked for in it.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats import text
from hilt.formats.executable import Executable
from hilt.formats.reader import Head

_LINE = 256
"""Linux reads no more of the line."""


def probe(head: Head) -> bool:
    line = head.data[:_LINE].split(b"\n", 1)[0]
    path = line[2:].lstrip()
    return path.startswith(b"/") and b"python" not in line and not head.name.lower().endswith((".py", ".pyw"))


def read(source: ByteSource, limits: Limits) -> Executable:
    """What runs the script. Raises `FormatError` where binary follows, which the script may well unpack."""
    text.read(source, limits)
    line = source.read(0, _LINE).split(b"\n", 1)[0][2:].decode("utf-8", "replace").strip()
    return Executable(kind="script", machine=line)
