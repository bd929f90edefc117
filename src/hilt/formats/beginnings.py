"""How formats begin that have no magic of their own, or share one."""

from __future__ import annotations

ZIP_END = b"PK\x05\x06"
"""How the end record of a zip begins."""

ZIP_REACH = 22 + 0xFFFF
"""As far from the end as a comment can push the end record."""

ZIP = ((0, b"PK\x03\x04"), (0, ZIP_END))
"""How a zip begins, with and without a member."""

HDF5 = tuple((offset, b"\x89HDF\r\n\x1a\n") for offset in (0, 512, 1024, 2048))
"""Where HDF5 may begin: behind a user block only under a name that speaks for HDF5."""

BLANKS = b" \t\n\r\v\f"
XML = ((0, b"<\xef\xfe\xff" + BLANKS),)
"""How XML begins: with a tag, the mark of an encoding, or blanks before them."""

PROTOBUF = (
    (0, bytes(n << 3 for n in (1, 3, 5, 10)) + bytes(n << 3 | 2 for n in range(1, 16)) + bytes(range(128, 256))),
)
"""How protobuf begins: with the number of a field that holds a number or bytes, in one byte or in several."""

TAR = ((148, b"01234567+-" + BLANKS), (149, b"01234567_oO\0" + BLANKS))
"""The checksum of a tar's first header: octal digits, as CPython reads them."""

PICKLE = ((0, b"()]}012BCFGIJKLMNPQRSTUVXabcdeghijlopqrstu" + bytes(range(0x80, 0x99))),)
"""How a pickle begins: with an opcode."""
