"""Reads the header of a SQLite database: vector stores, logs of experiments, tiles. Its rows are not looked at.

Specification: sqlite.org, "Database File Format", 1.3: 100 bytes, big-endian, then pages of one size. No extension can be loaded
from a database by opening it.

What can bite: nothing as it is opened; programs may unpickle what they find in its rows.

What hilt cannot see: what is in its rows, its views and its triggers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.stretches import Stretch, unowned

MAGIC = b"SQLite format 3\0"
_LARGEST = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Sqlite:
    """A header; `unowned` are the bytes behind the last page. `application` is a number that the program chose."""

    page_size: int
    pages: int
    application: int
    version: int
    unowned: tuple[Stretch, ...]


def read(source: ByteSource, limits: Limits) -> Sqlite:
    """The header of `source`."""
    del limits
    header = source.read(0, 100)
    if len(header) < 100 or not header.startswith(MAGIC):
        raise FormatError("the file ends inside its header", offset=0)
    (page_size,) = struct.unpack_from(">H", header, 16)
    page_size = _LARGEST if page_size == 1 else page_size
    if page_size < 512 or page_size & (page_size - 1):
        raise FormatError(f"pages of {page_size} bytes", offset=16)
    changes, pages = struct.unpack_from(">II", header, 24)
    (application,) = struct.unpack_from(">I", header, 68)
    valid_for, version = struct.unpack_from(">II", header, 92)
    if not pages or changes != valid_for:  # SQLite then goes by the file's size, as did versions before 3.7
        pages = source.size // page_size
    return Sqlite(
        page_size=page_size,
        pages=pages,
        application=application,
        version=version,
        unowned=unowned([(0, page_size * pages)], source.size),
    )
