"""Reads the metadata of a Python package: the `METADATA` of a wheel, the `PKG-INFO` of a source distribution.

Specification: "Core metadata specifications" 2.5 of the Python Packaging Authority: fields as in an e-mail (`Name: value`,
lines that begin with a blank go on with the one before), an empty line, and the description, which was a field until 2.0.

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
    """The fields in the order of the file, as name and value, and the description, which begins on line `described`."""

    fields: tuple[tuple[str, str], ...]
    description: str = ""
    described: int = 1

    def values(self, name: str) -> tuple[str, ...]:
        """The values of the fields of this name, whatever its case."""
        return tuple(value for field, value in self.fields if field.lower() == name.lower())


def probe(head: Head) -> bool:
    return _FIRST.match(head.data) is not None and encoding_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> PackageMetadata:
    """The fields in `source`. Raises `FormatError` where there are none."""
    lines = whole(source, limits).split("\n")
    fields: list[tuple[str, list[str]]] = []
    described, end = 1, len(lines)
    for number, line in enumerate(lines):
        blank = line[:1] in (" ", "\t") and fields
        found = None if blank else _FIELD.fullmatch(line.rstrip("\r"))
        if blank:
            fields[-1][1].append(line.strip())
        elif found is None:  # an empty line, or where Python's e-mail parser ends the fields too
            end = number
            break
        elif len(fields) >= limits.header_entries:
            raise LimitExceeded("header_entries", len(fields) + 1, limits.header_entries)
        else:
            fields.append((found[1], [found[2].strip()]))
            described = number + 1 if found[1].lower() == "description" else described
    if not fields:
        raise FormatError("no field of metadata")
    told = tuple((name, "\n".join(values)) for name, values in fields)
    behind = "\n".join(lines[end:])
    if behind.strip():
        return PackageMetadata(fields=told, description=behind, described=end + 1)
    inside = next((value for name, value in told if name.lower() == "description"), "")
    return PackageMetadata(fields=told, description=inside, described=described)
