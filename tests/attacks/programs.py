"""The beginnings of programs, with all that a loader looks at, and no code behind them."""

from __future__ import annotations

import struct

ELF = (
    b"\x7fELF\2\1\1" + b"\0" * 9
    + struct.pack("<2HI3QI6H", 3, 62, 1, 0x1040, 64, 4096, 0, 64, 56, 13, 64, 31, 30)
)  # fmt: skip
ELF_NARROW = (
    b"\x7fELF\1\2\1" + b"\0" * 9
    + struct.pack(">2HI3II6H", 2, 8, 1, 0x400000, 52, 4096, 0, 52, 32, 8, 40, 31, 30)
)  # fmt: skip
ELF_SPOILED = b"\x7fELF\xff\1\xff" + b"hilt hilt" + ELF[16:]
"""Linux loads it all the same: it looks at neither the class nor the version nor the padding."""
ELF_OBJECT = (
    b"\x7fELF\2\1\1" + b"\0" * 9
    + struct.pack("<2HI3QI6H", 1, 62, 1, 0, 0, 4096, 0, 64, 0, 0, 64, 31, 30)
)  # fmt: skip
PE = (
    b"MZ" + b"\x90" * 58 + struct.pack("<I", 128) + b"\0" * 64
    + struct.pack("<4s2HIII2H", b"PE\0\0", 0x8664, 5, 0, 0, 0, 240, 0x22) + b"\x0b\2" + b"\0" * 238
)  # fmt: skip
MACHO = struct.pack("<10I", 0xFEEDFACF, 0x0100000C, 0, 2, 16, 1296, 0x85, 0, 0x19, 72) + b"\0" * 64

PROGRAMS = {
    "ELF shared library or program (x86-64)": ELF,
    "ELF program (MIPS)": ELF_NARROW,
    "ELF object file (x86-64)": ELF_OBJECT,
    "Windows program (x86-64)": PE,
    "macOS program (ARM 64)": MACHO,
}
