"""Recognises code compiled for a virtual machine: Java, WebAssembly, Python, Android, LLVM.

Specifications: "The Java Virtual Machine Specification", 4; "WebAssembly Core Specification", 5.5.16; PEP 552 and
CPython, Lib/importlib/_bootstrap_external.py; "Dalvik executable format"; LLVM "Bitcode File Format". The code itself is
not read.

What can bite: it is a program, and runs with all rights that its machine gives it: all of them for Python and Java, few
for WebAssembly.

What hilt cannot see: what the code does: it is not read.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats.executable import Executable
from hilt.formats.reader import Head

_MACHINES = {
    b"\xca\xfe\xba\xbe": ("Java class", "the Java virtual machine"),
    b"\0asm": ("WebAssembly module", "WebAssembly"),
    b"dex\n": ("Android program", "Dalvik"),
    b"BC\xc0\xde": ("LLVM bitcode", "LLVM"),
}
_PYTHON = range(3000, 3800)
"""Magic numbers of Python 3.0 to 3.15; PEP 552 puts a word of flags behind, of which two bits are used."""


def probe(head: Head) -> bool:
    if head.data[2:4] == b"\r\n":
        return int.from_bytes(head.data[:2], "little") in _PYTHON and int.from_bytes(head.data[4:8], "little") < 4
    return not head.data.startswith(b"\xca\xfe\xba\xbe") or int.from_bytes(head.data[4:8]) >= 45


def read(source: ByteSource, limits: Limits) -> Executable:  # noqa: ARG001
    kind, machine = _MACHINES.get(source.read(0, 4), ("compiled Python", "the Python virtual machine"))
    return Executable(kind=kind, machine=machine)
