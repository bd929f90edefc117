"""An archive in which two readers see different files.

What: a central directory and local headers that disagree; two members of one name, or of names that differ only in case
or in how accents are encoded; more than one end record or directory; counts that are wrong; members that no directory
lists; bytes that belong to nothing before, between or behind the members; data in extra fields; checksums and data
descriptors that do not fit; compression that is not readable; comments.

Why: one reader is the scanner, the other one is what loads the model. Where they disagree, the scanner sees a harmless
file and the loader takes another. Honest writers produce one reading only; bytes that belong to nothing may be a second
file of another kind.

What it cannot see: checksums of members that are too large to be read for this (64 MiB in all, 1 MiB of those that are not
packed, smallest first).

Fix: ask the publisher for a freshly written archive or for the bare files, and compare what both hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.core.normal_form import normal_form
from hilt.formats import ZIPS

if TYPE_CHECKING:
    from hilt.formats.archive import Archive, Oddity

HARMLESS = ("comment", "padding")
"""Nobody reads them as anything."""
STRANGE = (
    "crc-false", "extra", "gap", "method-unknown", "padding-data", "prefix", "shifted", "size-ignored", "split", "trailing-data",
    "unreadable",
)  # fmt: skip
"""Damage, old tools or somebody's intent: a person must look. Every other oddity is a contradiction."""
ELSEWHERE = ("bomb", "overlap", "size-false")
"""What `archive-bomb` tells."""
TORCH = ("torch-zip", "torchscript")


def archive_ambiguity(file: ReadFile[object]) -> Iterator[Finding]:
    from hilt.knowledge.archives import falsehoods, listing

    archive = listing(file)
    oddities = archive.oddities
    if file.format in ZIPS:
        oddities += falsehoods(file.source, file.limits)
    # PyTorch writes no checksum at all where it is told to leave them out (`set_crc32_options`).
    unchecked = file.format in TORCH and not any(member.crc32 for member in archive.members)
    for oddity in (*oddities, *_one_name(archive)):
        if oddity.id in ELSEWHERE:
            continue
        severity = Severity.HIGH
        if oddity.id in HARMLESS and file.format in TORCH:
            severity = Severity.MEDIUM  # PyTorch writes nothing of the kind
        elif oddity.id in HARMLESS or (oddity.id == "crc-false" and unchecked):
            severity = Severity.LOW
        elif oddity.id in STRANGE:
            severity = Severity.MEDIUM
        where = Where(path=file.path, offset=oddity.offset)
        yield Finding(check=CHECK.id, severity=severity, where=where, message=oddity.message)


def _one_name(archive: Archive) -> Iterator[Oddity]:
    """Members that are one file on Windows and on a Mac."""
    from hilt.formats.archive import Oddity

    first: dict[str, str] = {}
    for member in archive.members:
        plain = normal_form("NFC", member.path)
        earlier = first.setdefault(plain.casefold(), member.path)
        if earlier != member.path:
            said = f"{earlier!r} and {member.path!r} are one name where case or the encoding of accents do not count"
            yield Oddity(id="one-name", message=said, offset=member.offset)


CHECK = listed("archive-ambiguity")
