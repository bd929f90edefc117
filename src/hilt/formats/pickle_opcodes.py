"""The instructions of the pickle machine, protocols 0 to 5, and how long each one is.

Specification: CPython, Lib/pickletools.py and Modules/_pickle.c; PEP 307, PEP 3154, PEP 574.
"""

from __future__ import annotations

from enum import IntEnum


class Opcode(IntEnum):
    """One byte each; the names are those of CPython's pickletools."""

    MARK = ord("(")
    STOP = ord(".")
    POP = ord("0")
    POP_MARK = ord("1")
    DUP = ord("2")
    FLOAT = ord("F")
    INT = ord("I")
    BININT = ord("J")
    BININT1 = ord("K")
    LONG = ord("L")
    BININT2 = ord("M")
    NONE = ord("N")
    PERSID = ord("P")
    BINPERSID = ord("Q")
    REDUCE = ord("R")
    STRING = ord("S")
    BINSTRING = ord("T")
    SHORT_BINSTRING = ord("U")
    UNICODE = ord("V")
    BINUNICODE = ord("X")
    APPEND = ord("a")
    BUILD = ord("b")
    GLOBAL = ord("c")
    DICT = ord("d")
    EMPTY_DICT = ord("}")
    APPENDS = ord("e")
    GET = ord("g")
    BINGET = ord("h")
    INST = ord("i")
    LONG_BINGET = ord("j")
    LIST = ord("l")
    EMPTY_LIST = ord("]")
    OBJ = ord("o")
    PUT = ord("p")
    BINPUT = ord("q")
    LONG_BINPUT = ord("r")
    SETITEM = ord("s")
    TUPLE = ord("t")
    EMPTY_TUPLE = ord(")")
    SETITEMS = ord("u")
    BINFLOAT = ord("G")
    PROTO = 0x80
    NEWOBJ = 0x81
    EXT1 = 0x82
    EXT2 = 0x83
    EXT4 = 0x84
    TUPLE1 = 0x85
    TUPLE2 = 0x86
    TUPLE3 = 0x87
    NEWTRUE = 0x88
    NEWFALSE = 0x89
    LONG1 = 0x8A
    LONG4 = 0x8B
    BINBYTES = ord("B")
    SHORT_BINBYTES = ord("C")
    SHORT_BINUNICODE = 0x8C
    BINUNICODE8 = 0x8D
    BINBYTES8 = 0x8E
    EMPTY_SET = 0x8F
    ADDITEMS = 0x90
    FROZENSET = 0x91
    NEWOBJ_EX = 0x92
    STACK_GLOBAL = 0x93
    MEMOIZE = 0x94
    FRAME = 0x95
    BYTEARRAY8 = 0x96
    NEXT_BUFFER = 0x97
    READONLY_BUFFER = 0x98


NUMBERS = {
    Opcode.BININT1: "<B",
    Opcode.BININT2: "<H",
    Opcode.BININT: "<i",
    Opcode.BINFLOAT: ">d",
    Opcode.BINGET: "<B",
    Opcode.LONG_BINGET: "<I",
    Opcode.BINPUT: "<B",
    Opcode.LONG_BINPUT: "<I",
    Opcode.EXT1: "<B",
    Opcode.EXT2: "<H",
    Opcode.EXT4: "<i",
}
"""Opcodes followed by one number of fixed length, as `struct` spells it."""

COUNTED = {
    Opcode.SHORT_BINSTRING: 1,
    Opcode.BINSTRING: 4,
    Opcode.SHORT_BINUNICODE: 1,
    Opcode.BINUNICODE: 4,
    Opcode.BINUNICODE8: 8,
    Opcode.SHORT_BINBYTES: 1,
    Opcode.BINBYTES: 4,
    Opcode.BINBYTES8: 8,
    Opcode.BYTEARRAY8: 8,
    Opcode.LONG1: 1,
    Opcode.LONG4: 4,
}
"""Opcodes followed by a little-endian length of so many bytes, and then by that many bytes."""

LINES = {
    Opcode.FLOAT: 1,
    Opcode.INT: 1,
    Opcode.LONG: 1,
    Opcode.STRING: 1,
    Opcode.UNICODE: 1,
    Opcode.PERSID: 1,
    Opcode.GET: 1,
    Opcode.PUT: 1,
    Opcode.GLOBAL: 2,
    Opcode.INST: 2,
}
"""Opcodes followed by so many lines of text, each ended by a line feed."""

TEXTS = frozenset(
    {
        Opcode.STRING, Opcode.UNICODE, Opcode.BINSTRING, Opcode.SHORT_BINSTRING,
        Opcode.SHORT_BINUNICODE, Opcode.BINUNICODE, Opcode.BINUNICODE8,
    }
)  # fmt: skip
BYTES = frozenset({Opcode.SHORT_BINBYTES, Opcode.BINBYTES, Opcode.BINBYTES8, Opcode.BYTEARRAY8})
GLOBALS = frozenset({Opcode.GLOBAL, Opcode.INST})

LAST_PROTOCOL = 5
