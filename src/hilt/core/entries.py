"""The log as people read it: entries, what proves one of them, and signed checkpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hilt.core.events import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """A page of entries, newest first, each with its signature and its proof verified; `after` is that of the next page, None where
    there is none.

    `size` is how many the log has. `references` are those of models by their digests, as the tables tell, `names` those of
    people, by what the log calls them. That no entry is left out between two others, only `hilt log verify` tells where a search
    was narrowed down.
    """

    entries: tuple[Recorded, ...]
    after: int | None
    size: int
    references: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


class Cosignature(NamedTuple):
    """A witness has signed a checkpoint at `time`, in seconds since 1970. Whether that holds is `verified` of witnesses of the
    settings; of others nobody can tell here."""

    witness: str
    time: int
    verified: bool


class Checkpoint(NamedTuple):
    """The log had this `root` (hex) when it had `size` entries, and signed that: `note`, with what witnesses signed of it."""

    size: int
    root: str
    note: str
    cosignatures: tuple[Cosignature, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEntry:
    """One entry, verified, and all that it takes to verify it elsewhere.

    `envelope` is what was signed, as JSON, with the key `key` (base64 of its DER), `leaf` its hash in the tree, and `path` the
    hashes that lead from there to the root of `checkpoint`; all of these in hex. `statement` is what the envelope says.
    """

    recorded: Recorded
    reference: str
    name: str
    statement: dict[str, Any]
    envelope: str
    key: str
    leaf: str
    path: tuple[str, ...]
    checkpoint: Checkpoint
    size: int
