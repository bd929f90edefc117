"""Reads the `fingerprint.pb` of a SavedModel: hashes of its parts, which loaders do not compare.

Specification: fingerprint.proto of TensorFlow 2.20: five 64-bit hashes (1 to 5), a version (6), a UUID (7).

What can bite: nothing: hashes and version numbers, which name no code and no file.

What hilt cannot see: whether the hashes are those of the files beside it; loaders do not compare them either.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import KIB, Limits
from hilt.formats.protobuf import BYTES, VARINT, Wire
from hilt.formats.reader import Head

_FIELDS = dict.fromkeys((1, 2, 3, 4, 5), VARINT) | {6: BYTES, 7: BYTES}
_LARGEST = KIB


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorflowFingerprint:
    """The hashes by their numbers in the specification."""

    hashes: dict[int, int]


def probe(head: Head) -> bool:
    if not 20 <= head.source.size <= _LARGEST or head.data[:1] != b"\x08":
        return False
    try:
        return {1, 2, 3, 4} <= read(head.source, head.limits).hashes.keys()
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> TensorflowFingerprint:
    """The hashes in `source`. Raises `FormatError` where it holds anything else."""
    hashes: dict[int, int] = {}
    for field in Wire(source, limits).message():
        if _FIELDS.get(field.number) != field.wire or field.number in hashes:
            raise FormatError(f"field {field.number} is none of a fingerprint", offset=field.start)
        if field.wire == VARINT:
            hashes[field.number] = field.value
    return TensorflowFingerprint(hashes=hashes)
