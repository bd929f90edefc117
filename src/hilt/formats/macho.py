"""Recognises programs and libraries of macOS, and says which machines they are for.

Specification: Apple, mach-o/loader.h and mach-o/fat.h. Nothing behind the first header is read.

What can bite: it is a program or a library: it runs with all rights of whoever starts or loads it.

What hilt cannot see: what the code does; anything behind the first header, its signature among it.
"""

from __future__ import annotations

import struct

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats.executable import Executable
from hilt.formats.reader import Head

FAT = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_KINDS = {1: "object file", 2: "program", 6: "library", 8: "bundle"}
_MACHINES = {7: "x86", 12: "ARM", 18: "PowerPC", 0x01000007: "x86-64", 0x0100000C: "ARM 64"}
_FEWEST_JAVA = 45
"""A Java class has the same magic, and behind it a version of at least this; a fat file the number of its machines."""


def probe(head: Head) -> bool:
    return not head.data.startswith(FAT) or 0 < _count(head.data) < _FEWEST_JAVA


def read(source: ByteSource, limits: Limits) -> Executable:  # noqa: ARG001
    header = source.read(0, 16).ljust(16, b"\0")
    if header.startswith(FAT):
        return Executable(kind="macOS program or library", machine=f"{_count(header)} machines")
    _, machine, _, kind = struct.unpack(">4I" if header.startswith(b"\xfe\xed\xfa") else "<4I", header)
    return Executable(
        kind=f"macOS {_KINDS.get(kind, 'executable')}", machine=_MACHINES.get(machine, f"machine {machine:#x}")
    )


def _count(data: bytes) -> int:
    return int.from_bytes(data[4:8])


def certain(source: ByteSource) -> bool:
    """Is this a header that macOS would load? For bytes in the middle of others, where four of them prove little."""
    header = source.read(0, 40)
    if len(header) < 40 or not header.startswith(b"\xcf\xfa\xed\xfe"):
        return False
    _, machine, _, kind, commands, size, _, _, _, first = struct.unpack("<10I", header)
    return machine in _MACHINES and 1 <= kind <= 12 and 0 < commands <= size // 8 and 8 <= first <= size
