"""Reads the metadata of a Python package: the `METADATA` of a wheel, the `PKG-INFO` of a source distribution.

Specification: "Core metadata specifications" 2.5 of the Python Packaging Authority: fields as in an e-mail (`Name: value`,
lines that begin with a blank go on with the one before), an empty line, and the description.

What can bite: nothing by itself; it names licences.

What hilt cannot see: whether what it claims is true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import Head
from hilt.formats.text import encoding_of, whole

_FIRST = re.compile(rb"(?:\xef\xbb\xbf)?Metadata-Version: *\d+\.\d+ *\r?\n", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,40}):(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMetadata:
    """The fields in the order of the file, as name and value; the description is none of them."""

    fields: tuple[tuple[str, str], ...]

    def values(self, name: str) -> tuple[str, ...]:
        """The values of the fields of this name, whatever its case."""
        return tuple(value for field, value in self.fields if field.lower() == name.lower())


def probe(head: Head) -> bool:
    return _FIRST.match(head.data) is not None and encoding_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> PackageMetadata:
    """The fields in `source`. Raises `FormatError` where there are none."""
    fields: list[tuple[str, str]] = []
    for line in whole(source, limits).splitlines():
        if not line.strip():
            break
        if line[0] in " \t" and fields:
            name, value = fields.pop()
            fields.append((name, f"{value}\n{line.strip()}"))
            continue
        found = _FIELD.fullmatch(line)
        if found is None:  # where Python's e-mail parser ends the fields too
            break
        if len(fields) >= limits.header_entries:
            raise LimitExceeded("header_entries", len(fields) + 1, limits.header_entries)
        fields.append((found[1], found[2].strip()))
    if not fields:
        raise FormatError("no field of metadata")
    return PackageMetadata(fields=tuple(fields))
