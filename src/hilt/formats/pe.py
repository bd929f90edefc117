"""Recognises programs and libraries of Windows, and says which machine they are for.

Specification: Microsoft, "PE Format", "COFF File Header". Nothing behind that header is read.

What can bite: it is a program or a library: it runs with all rights of whoever starts or loads it.

What hilt cannot see: what the code does; anything behind the header, its signature among it.
"""

from __future__ import annotations

import struct

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.executable import Executable
from hilt.formats.reader import Head

_MACHINES = {0x14C: "x86", 0x8664: "x86-64", 0x1C0: "ARM", 0x1C4: "ARM", 0xAA64: "ARM 64"}
_LIBRARY = 0x2000


def probe(head: Head) -> bool:
    return _header(head.source) is not None


def read(source: ByteSource, limits: Limits) -> Executable:  # noqa: ARG001
    header = _header(source)
    if header is None:
        raise FormatError("the DOS header leads to no PE header", offset=60)
    machine, flags = struct.unpack("<4xH16xH", header)
    kind = "Windows library" if flags & _LIBRARY else "Windows program"
    return Executable(kind=kind, machine=_MACHINES.get(machine, f"machine {machine:#x}"))


def _header(source: ByteSource) -> bytes | None:
    start = source.read(60, 4)
    if len(start) < 4:
        return None
    header = source.read(int.from_bytes(start, "little"), 24)
    return header if len(header) == 24 and header.startswith(b"PE\0\0") else None


def certain(source: ByteSource) -> bool:
    """Is this a header that Windows would load? For bytes in the middle of others, where six of them prove little."""
    header = _header(source)
    if header is None or source.read(0, 2) != b"MZ":
        return False
    machine, sections, optional = struct.unpack("<4x2H12xH2x", header)
    magic = source.read(int.from_bytes(source.read(60, 4), "little") + 24, 2)
    return machine in _MACHINES and 0 < sections <= 96 and optional >= 96 and magic in (b"\x0b\1", b"\x0b\2")
