"""Digests again what is kept, and says what is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from hilt.core.progress import Progress
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs


class Damaged(NamedTuple):
    """What is wrong with a file, and what to do. `sha256` is what it should have; empty where that is not known."""

    sha256: str
    why: str
    file: str = ""


def damaged(blobs: Blobs, revisions: Revisions, progress: Progress | None = None) -> Iterator[Damaged]:
    """Everything that is not as it should be; all of the blobs are read."""
    raise NotImplementedError
