"""What a reference means for whoever asks a server: the bytes that were recorded under it last, never a path of the server.

Nothing is fetched, so that it takes no time: what a hub has by now, the next check of it tells.
"""

from __future__ import annotations

from hilt.core.errors import ReferenceInvalid
from hilt.gate.record import opened
from hilt.gate.settings import Settings

_BYTES = ("sha256:", "#")


def recorded_name(reference: str, settings: Settings) -> str:
    """`reference` as a digest or the number of a case. Raises `ReferenceInvalid`."""
    if reference.startswith(_BYTES):
        return reference
    if not reference.startswith("hf:"):
        raise ReferenceInvalid(
            f"{reference[:200]!a}: name a model as hf:org/name, sha256:DIGEST or '#17', the number of a case; paths mean nothing here"
        )
    with opened(settings) as record:
        found = record.registry.newest_of(reference)
    if found is None:
        raise ReferenceInvalid(f"{reference[:200]!a}: nothing is recorded under this name; have it checked first")
    return f"sha256:{found.subject}"
