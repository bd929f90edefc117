"""Documents: reports, verdicts and bundles, kept whole under the SHA-256 of their bytes, which an entry of the log signs."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from hilt.core.errors import RecordDamaged
from hilt.core.events import Event, Imported, VerdictGiven
from hilt.record.schema import documents, in_parts, stored

_WITH = stored(documents).where(documents.c.digest.in_(bindparam("digests", expanding=True)))

LARGEST = 1 << 28
"""Bytes of a document."""


def digest_of(document: bytes) -> str:
    return sha256(document).hexdigest()


def named(event: Event) -> tuple[str, ...]:
    """The digests of the documents that `event` rests on."""
    match event:
        case VerdictGiven():
            return (event.report, event.verdict)
        case Imported():
            return (event.bundle, event.verdict.report, event.verdict.verdict)
    return ()


def pack(document: bytes) -> bytes:
    return zlib.compress(document, 6)


def keep(connection: Connection, packed: Mapping[str, bytes]) -> None:
    """Keeps documents that are not kept yet, by their digests."""
    if packed:
        connection.execute(documents.insert(), [{"digest": digest, "packed": one} for digest, one in packed.items()])


def present(connection: Connection, digests: Iterable[str]) -> set[str]:
    """Those of `digests` whose documents are kept."""
    found = select(documents.c.digest)
    return {
        digest for part in in_parts(digests) for digest in connection.scalars(found.where(documents.c.digest.in_(part)))
    }


def load(connection: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """The documents with these digests. Raises `RecordDamaged` where one is not there, or not the one that was signed."""
    loaded = {row.digest: unpack(row.digest, row.packed) for row in _rows(connection, digests)}
    for digest in digests:
        if digest not in loaded:
            raise RecordDamaged(f"document {digest}", "it is not there")
    return loaded


def whole(connection: Connection, digests: Collection[str]) -> dict[str, bytes]:
    """Those of the documents with these digests that are there and what was signed."""
    unpacked = {}
    for row in _rows(connection, digests):
        with suppress(RecordDamaged):
            unpacked[row.digest] = unpack(row.digest, row.packed)
    return unpacked


def _rows(connection: Connection, digests: Iterable[str]) -> Iterator[Row[Any]]:
    for part in in_parts(digests):
        yield from connection.execute(_WITH, {"digests": part})


def unpack(digest: str, packed: Any) -> bytes:
    """The document that `packed`, whatever stands in the row, holds. Raises `RecordDamaged`."""
    inflate = zlib.decompressobj()
    try:
        document = inflate.decompress(packed, LARGEST)
    except (zlib.error, TypeError):
        raise RecordDamaged(f"document {digest}", "it cannot be unpacked") from None
    if not inflate.eof or inflate.unused_data:
        raise RecordDamaged(f"document {digest}", f"it breaks off, goes on, or has more than {LARGEST} bytes")
    if (found := digest_of(document)) != digest:
        raise RecordDamaged(f"document {digest}", f"its SHA-256 is {found}")
    return document
