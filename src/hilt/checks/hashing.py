"""SHA-256 and BLAKE3 of every file in one pass over its bytes, threads over files.

SHA-256 is what hubs and signatures use; BLAKE3 is for checking again fast.
"""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from blake3 import blake3

from hilt.core.errors import SourceError
from hilt.core.progress import Progress
from hilt.core.report import Gap, State
from hilt.core.subject import Entry
from hilt.sources.file import Locator
from hilt.sources.listing import Listing

CHUNK = 1 << 18
"""Fits into a core's cache, so that the second digest reads what the first has just brought there."""


def hash_files(
    listing: Listing, progress: Progress, stopped: threading.Event
) -> tuple[tuple[Entry, ...], tuple[Gap, ...]]:
    """The entries with their digests, and a gap for every file that could not be read to its end."""

    def digest(entry: Entry) -> Entry | Gap:
        locator = listing.locators.get(entry.path)
        if locator is None:
            return entry
        try:
            sha256, fast = _digests(locator, progress, stopped)
        except SourceError as error:
            return Gap(what="hash", path=entry.path, state=State.FAILED, why=str(error))
        return replace(entry, sha256=sha256, blake3=fast)

    entries = listing.subject.entries
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        results = list(pool.map(digest, entries))
    done = tuple(entry if isinstance(result, Gap) else result for entry, result in zip(entries, results, strict=True))
    return done, tuple(result for result in results if isinstance(result, Gap))


def _digests(locator: Locator, progress: Progress, stopped: threading.Event) -> tuple[str, str]:
    sha256, fast = hashlib.sha256(usedforsecurity=True), blake3()
    with locator.open() as source:
        for offset in range(0, source.size, CHUNK):
            if stopped.is_set():
                raise SourceError("the check was interrupted")
            chunk = source.read(offset, CHUNK)
            sha256.update(chunk)
            fast.update(chunk)
            progress.advance(size=len(chunk))
        source.assert_unchanged()
    return sha256.hexdigest(), fast.hexdigest()
