"""What it takes to compare a statement with the files that are here, and how a signature stands once that is done.

Whoever compares gets names, bytes and digests in a way of their own; which digests, and what follows, is decided here for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hilt.core.verification import Signed
from hilt.knowledge.provenance.manifest import Differences
from hilt.knowledge.provenance.statement import Statement


def to_digest(statement: Statement, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Of the files that are here, by their sizes, those of which it takes the digests: signed, and not of another size."""
    signed: dict[str, int] = {}
    for resource in statement.resources:
        signed[resource.path] = max(signed.get(resource.path, 0), resource.end or 0)
    return tuple(
        path for path, end in signed.items() if path in sizes and (not statement.shard_size or end == sizes[path])
    )


def may_be_renamed(statement: Statement, sizes: Mapping[str, int], signatures: Collection[str]) -> tuple[str, ...]:
    """Files that are here and unsigned, where one may be a signed file under a new name, which its digest would tell."""
    signed = {resource.path for resource in statement.resources}
    if statement.shard_size or signed <= sizes.keys():
        return ()
    return tuple(path for path in sizes if path not in signed and path not in signatures)


def state(alone: Signed, differences: Differences, *, unlisted: bool = False) -> Signed:
    """How a signature stands over the files, where it stands so `alone`. `unlisted`: there may be names that nobody saw."""
    if differences.any:
        return Signed.BROKEN
    if alone is Signed.VERIFIED and (differences.unknown or unlisted):
        return Signed.UNREAD
    return alone
