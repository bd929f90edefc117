"""An archive that no loader of models reads.

What: 7z and RAR archives, cabinets, packages, images of disks, files that are encrypted as a whole. It is worse where
the file's name says that it is a model. What hilt can unpack of them is looked at like any other file.

Why: loaders read zip and tar. A model in anything else has to be unpacked by a program that somebody is told to run, and
scanners that do not know the packing let it pass: models that open a shell have been published as PyTorch files that
are 7z archives, for that very reason.

What it cannot see: what is in archives that it can only name; of 7z what is packed with PPMd, BCJ2, Deflate64 or Brotli,
of RAR all that is compressed.

Fix: ask the publisher for the bare files. If you unpack the archive yourself, check the folder that comes of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile, Seen
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State
from hilt.knowledge.file_names import DATA_SUFFIXES, suffix

if TYPE_CHECKING:
    from hilt.formats.archive import Archive
    from hilt.formats.foreign_archive import ForeignArchive

_NAMES = {"seven-zip": "7z archive", "rar": "RAR archive"}


def foreign_archive(file: ReadFile[Archive | ForeignArchive]) -> Iterator[Seen]:
    kind = _NAMES.get(file.format, "") or getattr(file.value, "kind", "")
    severity = Severity.LOW if file.format == "seven-zip" else Severity.MEDIUM
    message = f"a {kind}, which no loader of models reads"
    if suffix(file.name) in DATA_SUFFIXES:
        severity, message = Severity.HIGH, f"{file.name} is named like data, and is a {kind}"
    yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)
    if file.format == "foreign-archive":
        why = f"hilt knows the {kind} by its first bytes, and cannot open it"
        yield Gap(what=CHECK.id, path=file.path, state=State.SKIPPED, why=why)


CHECK = listed("foreign-archive")
