"""Lists a folder. Links are resolved by hand: what leaves the folder is named, never followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.core.subject import Entry, EntryKind, Subject
from hilt.sources.file import Locator
from hilt.sources.listing import Listing, Source

DOWNLOADS = ".cache/huggingface"
SET_ASIDE = (".git", DOWNLOADS)
"""Folders that git and the download clients keep beside the files for themselves; no loader reads them."""


def fits(path: Path) -> bool:
    return path.is_dir()


def list_folder(path: Path, reference: str, limits: Limits) -> Listing:
    """Everything below `path`, links that stay below it included."""
    listing = walk(path, within=path, reference=reference, limits=limits)
    if any(entry.path == DOWNLOADS and entry.kind is EntryKind.SET_ASIDE for entry in listing.subject.entries):
        from hilt.sources.hub_download import stated

        return listing._replace(hub=stated(path / DOWNLOADS, listing.locators))
    return listing


def walk(
    folder: Path, *, within: Path, also: Path | None = None, reference: str, limits: Limits, revision: str = ""
) -> Listing:
    """Everything below `folder`; links may lead anywhere `within`, which is the folder itself or one above it, and into `also`."""
    root = os.path.realpath(folder)
    borders = [os.path.realpath(one) for one in (within, also) if one is not None]
    entries: list[Entry] = []
    locators: dict[str, Locator] = {}
    gaps: list[Gap] = []
    for name, found in _names(root, gaps, limits):
        if len(entries) >= limits.files:
            why = f"more than {limits.files} names (limit files); check its parts one by one"
            gaps.append(Gap(what="read", path="", state=State.FAILED, why=why))
            break
        entry, locator = _entry(name, found, borders)
        if entry is not None:
            entries.append(entry)
        if entry is not None and locator is not None:
            locators[entry.path] = locator
        if entry is not None and entry.kind is EntryKind.UNREADABLE:
            gaps.append(Gap(what="read", path=entry.path, state=State.FAILED, why=entry.note))
    entries.sort(key=lambda entry: entry.path)
    subject = Subject(reference=reference, revision=revision, entries=tuple(entries))
    return Listing(subject=subject, locators=locators, gaps=tuple(gaps))


def _names(root: str, gaps: list[Gap], limits: Limits) -> Iterator[tuple[str, str | OSError]]:
    """(path inside the subject, path to look at) of every name below `root`; an OSError for a closed folder."""
    pending = [("", root, 0)]
    while pending:
        inside, folder, depth = pending.pop()
        try:
            with os.scandir(folder) as scan:
                names = sorted(entry.name for entry in scan)
        except OSError as error:
            yield inside or ".", error
            continue
        for name in names:
            path, full = f"{inside}/{name}".lstrip("/"), os.path.join(folder, name)  # noqa: PTH118
            if os.path.islink(full) or not os.path.isdir(full) or path in SET_ASIDE:  # noqa: PTH112, PTH114
                yield path, full
            elif depth >= limits.depth:
                why = f"lies more than {limits.depth} folders deep (limit depth)"
                gaps.append(Gap(what="read", path=path, state=State.FAILED, why=why))
            else:
                pending.append((path, full, depth + 1))


def _entry(path: str, found: str | OSError, borders: Sequence[str]) -> tuple[Entry | None, Locator | None]:
    if isinstance(found, OSError):
        return Entry(path=path, kind=EntryKind.UNREADABLE, note=found.strerror or str(found)), None
    target, real = "", found
    try:
        status = os.lstat(found)
        if stat.S_ISLNK(status.st_mode):
            target = os.readlink(found)  # noqa: PTH115
            real = os.path.realpath(found)
            if all(os.path.commonpath([border, real]) != border for border in borders):
                return Entry(path=path, kind=EntryKind.LINK_OUT, target=target), None
            status = os.lstat(real)
            if stat.S_ISLNK(status.st_mode):  # realpath gives up on a circle and leaves the link
                return Entry(path=path, kind=EntryKind.LINK_BROKEN, target=target, note="leads in a circle"), None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        kind = EntryKind.LINK_BROKEN if target else EntryKind.UNREADABLE
        return Entry(path=path, kind=kind, target=target, note=reason), None
    if stat.S_ISDIR(status.st_mode):
        return Entry(path=path, kind=EntryKind.LINK_FOLDER if target else EntryKind.SET_ASIDE, target=target), None
    if not stat.S_ISREG(status.st_mode):
        return Entry(path=path, kind=EntryKind.SPECIAL, target=target, note=_special(status.st_mode)), None
    if not os.access(real, os.R_OK):
        return Entry(path=path, kind=EntryKind.UNREADABLE, size=status.st_size, note="Permission denied"), None
    return Entry(path=path, size=status.st_size, target=target), Locator.of(real, status)


def _special(mode: int) -> str:
    tests = (
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a character device"),
        (stat.S_ISBLK, "a block device"),
    )
    return next((word for test, word in tests if test(mode)), "not a regular file")


SOURCE = Source(id="folder", fits=fits, list=list_folder)
