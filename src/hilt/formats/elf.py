"""Recognises programs and libraries of Linux and its relatives, and says which machine they are for.

Specification: System V ABI, "ELF Header". Nothing behind the header is read.
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


def read(source: ByteSource, limits: Limits) -> Executable:  # noqa: ARG001
    header = source.read(0, 20).ljust(20, b"\0")
    kind, machine = struct.unpack_from(">2H" if header[5] == 2 else "<2H", header, 16)
    return Executable(kind=_KINDS.get(kind, "ELF file"), machine=_MACHINES.get(machine, f"machine {machine}"))
