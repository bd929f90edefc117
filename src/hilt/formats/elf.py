"""Recognises programs and libraries of Linux and its relatives, and says which machine they are for.

Specification: System V ABI, "ELF Header". Nothing behind the header is read.

What can bite: it is a program or a library: it runs with all rights of whoever starts or loads it.
PyTorch loads the library of a package of AOTInductor as it opens the package.

What hilt cannot see: what the code does; anything behind the header.
"""

from __future__ import annotations

import struct

from hilt.core.byte_source import ByteSource
from hilt.core.limits import Limits
from hilt.formats.executable import Executable

_KINDS = {1: "ELF object file", 2: "ELF program", 3: "ELF shared library or program", 4: "ELF core dump"}
_MACHINES = {
    3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "S390", 40: "ARM", 62: "x86-64", 183: "ARM 64",
    190: "CUDA", 224: "AMD GPU", 243: "RISC-V", 247: "BPF", 258: "LoongArch",
}  # fmt: skip
_NARROW = (b"\x20\0", b"\0\x20", b"\x28\0", b"\0\x28")
_WIDE = (b"\x38\0", b"\0\x38", b"\x40\0", b"\0\x40")


def read(source: ByteSource, limits: Limits) -> Executable:  # noqa: ARG001
    header = source.read(0, 20).ljust(20, b"\0")
    kind, machine = struct.unpack_from(">2H" if header[5] == 2 else "<2H", header, 16)
    return Executable(kind=_KINDS.get(kind, "ELF file"), machine=_MACHINES.get(machine, f"machine {machine}"))


def certain(source: ByteSource) -> bool:
    """Is this a header that Linux would load? For bytes in the middle of others, where four of them prove little.

    Only what the loader looks at counts, so that nobody hides a program by spoiling the rest of its header.
    """
    header = source.read(0, 64).ljust(64, b"\0")
    kind, machine = struct.unpack_from(">2H" if header[5] == 2 else "<2H", header, 16)
    # e_phentsize of a program, e_shentsize of an object file: 32 or 40 in the narrow form, 56 or 64 in the wide one.
    narrow, wide = (46, 58) if kind == 1 else (42, 54)
    sized = header[narrow : narrow + 2] in _NARROW or header[wide : wide + 2] in _WIDE
    return header.startswith(b"\x7fELF") and kind in (1, 2, 3) and machine in _MACHINES and sized
