"""Lists a single file, as a subject of one entry that bears its name."""

from __future__ import annotations

import os
from pathlib import Path

from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.core.subject import Entry, EntryKind, Subject
from hilt.sources.file import Locator
from hilt.sources.listing import Listing, Source


def fits(path: Path) -> bool:
    return path.is_file()


def list_file(path: Path, reference: str, limits: Limits) -> Listing:  # noqa: ARG001
    """The file at `path`; a link is followed, for whoever called named it."""
    real = os.path.realpath(path)
    status = os.lstat(real)
    if os.access(real, os.R_OK):
        entry = Entry(path=path.name, size=status.st_size)
        return Listing(
            subject=Subject(reference=reference, entries=(entry,)), locators={path.name: Locator.of(real, status)}
        )
    why = "Permission denied"
    entry = Entry(path=path.name, kind=EntryKind.UNREADABLE, size=status.st_size, note=why)
    gap = Gap(what="read", path=path.name, state=State.FAILED, why=why)
    return Listing(subject=Subject(reference=reference, entries=(entry,)), locators={}, gaps=(gap,))


SOURCE = Source(id="file", fits=fits, list=list_file)
