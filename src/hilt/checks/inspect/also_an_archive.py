"""A file of another format that is an archive as well.

What: files that are no archive by their beginning and still open as one: a zip archive that ends the file, or bytes at
its start that are the header of a tar archive too.

Why: a zip is found from its end and most other formats from their beginning, so that one file can be two. The scanner
reads the one, a loader or an unpacking tool that is steered by the name reads the other.

What it cannot see: archives in the middle of a file, which no reader looks for there.

Fix: ask the publisher for the file without what hangs on to it, and how that came there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.byte_source import ByteSource
from hilt.core.finding import Finding, Severity, Where
from hilt.formats import LISTED, READERS
from hilt.formats.beginnings import ZIP_END, ZIP_REACH
from hilt.formats.reader import HEAD, Head

if TYPE_CHECKING:
    from hilt.formats.zip_end import End

WITH_ZIP = ("tflite",)
"""Formats in which a zip behind has its place; their readers list it."""

(TAR,) = (reader for reader in READERS if reader.id == "tar")


def also_an_archive(file: ReadFile[object]) -> Iterator[Finding]:
    if file.format in LISTED:
        return

    def seen(severity: Severity, message: str, offset: int) -> Finding:
        where = Where(path=file.path, offset=offset)
        return Finding(check=CHECK.id, severity=severity, where=where, message=message)

    head = Head(name=file.name, data=file.source.read(0, HEAD), source=file.source, limits=file.limits)
    if TAR.fits(head):
        yield seen(Severity.HIGH, f"read as {file.format}, it is a tar archive as well", 0)
    end = _end_behind(file.source) if file.format not in WITH_ZIP else None
    if end is None:
        return
    behind = file.source.size - end.comment_end
    # A pickle may well hold a zip as bytes, with opcodes behind it; that much tells it from one that ends the file.
    severity = Severity.MEDIUM if behind > 0 else Severity.HIGH
    message = f"read as {file.format}, it is a zip archive of {end.count} members as well"
    yield seen(severity, message + (f", with {behind} bytes behind it" if behind > 0 else ""), end.directory)


def _end_behind(source: ByteSource) -> End | None:
    """The end record of a zip behind; few files have the bytes of one, and the others need no reader of zips."""
    if ZIP_END not in source.read(max(0, source.size - ZIP_REACH), ZIP_REACH):
        return None
    from hilt.formats.zip_end import end_behind

    return end_behind(source)


CHECK = listed("also-an-archive")
