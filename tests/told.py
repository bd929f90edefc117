"""Everything that hilt says of one file: of what it is read as, by every check, and of what lies inside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.checks import CHECKS, reading
from hilt.checks.check import ReadFile, Repository
from hilt.checks.examined import Examined
from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.errors import FormatError, SourceError
from hilt.core.finding import Finding, Severity
from hilt.core.limits import Limits
from hilt.core.report import Gap, State
from hilt.core.subject import Entry, Subject
from hilt.formats.archive import ARCHIVES, MemberKind, member_path, open_member

OF_FILES = [check for check in CHECKS if check.reads]
OF_REPOSITORIES = [check for check in CHECKS if not check.reads]
LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said of a file and of the files inside it; `formats` has theirs too, the file's own first."""

    formats: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()

    @property
    def stopped(self) -> bool:
        """Would the default policy not admit it?"""
        return bool(self.gaps) or any(finding.severity >= Severity.MEDIUM for finding in self.findings)


def told(name: str, source: bytes | ByteSource, limits: Limits = LIMITS) -> Told:
    """What hilt says of a repository that holds only this file."""
    files = dict(_files(name, MemorySource(source) if isinstance(source, bytes) else source, limits))
    examined = [reading.examine(file, OF_FILES) for file in files.values() if isinstance(file, ReadFile)]
    examined += [file for file in files.values() if isinstance(file, Examined)]
    read = {path: file for path, file in files.items() if isinstance(file, ReadFile)}

    def again(path: str) -> ReadFile[Any]:
        if (error := read[path].error) is not None:
            raise error
        return read[path]

    repository = Repository(
        subject=Subject(reference="memory", entries=(Entry(path=name, size=read[name].source.size),)),
        formats={path: file.format for path, file in read.items()},
        read=again,
        limits=limits,
        open=lambda path: read[path].source,
    )
    examined += [reading.run_check(check, repository, "", limits) for check in OF_REPOSITORIES]
    return Told(
        formats=tuple(file.format for file in read.values()),
        findings=tuple(finding for each in examined for finding in each.findings),
        gaps=tuple(gap for each in examined for gap in each.gaps),
    )


def _files(path: str, source: ByteSource, limits: Limits, depth: int = 0) -> Iterator[tuple[str, Any]]:
    file = reading.read(path, source, limits)
    yield path, file
    if file.format not in ARCHIVES or file.error is not None or depth == limits.archive_depth:
        return
    for at, member in enumerate(file.value.members):
        if member.kind is MemberKind.FILE:
            inner = f"{path}!/{member_path(path, member)}"
            try:
                yield from _files(inner, open_member(file.format, source, at, limits), limits, depth + 1)
            except (FormatError, SourceError) as error:
                gap = Gap(what="read", path=inner, state=State.FAILED, why=str(error))
                yield inner, Examined(format="unread", gaps=(gap,))
