"""A repository in memory: files read in this process, as a check of the whole subject sees them."""

from __future__ import annotations

from collections.abc import Mapping

from hilt.checks.check import ReadFile, Repository
from hilt.checks.line import Check
from hilt.core.byte_source import MemorySource
from hilt.core.finding import Finding
from hilt.core.limits import Limits
from hilt.core.subject import Entry, Subject
from hilt.knowledge.byte_marks import Marker, Marks
from reading import read


def repository(files: Mapping[str, bytes], *others: Entry, limits: Limits = Limits()) -> Repository:  # noqa: B008
    """These files, searched through all their bytes, and entries that are no plain files."""
    done = {path: read(data, path, limits) for path, data in files.items()}

    def again(path: str) -> ReadFile[object]:
        if (error := done[path].error) is not None:
            raise error
        return done[path]

    entries = [Entry(path=path, size=len(data)) for path, data in files.items()]
    return Repository(
        subject=Subject(reference="memory", entries=tuple(sorted([*entries, *others], key=lambda entry: entry.path))),
        formats={path: file.format for path, file in done.items()},
        read=again,
        limits=limits,
        open=lambda path: MemorySource(files[path]),
        marks={path: marked(data, limits) for path, data in files.items()},
    )


def marked(data: bytes, limits: Limits = Limits(), chunk: int = 1 << 18) -> Marks:  # noqa: B008
    """What the search through all bytes notes in a file."""
    marker = Marker(limits)
    for offset in range(0, len(data), chunk):
        marker.update(data[offset : offset + chunk])
    return marker.marks()


def findings_in(check: Check, files: Mapping[str, bytes], *others: Entry) -> list[Finding]:
    """What a check of the whole repository finds in these files."""
    return [seen for seen in check.run(repository(files, *others)) if isinstance(seen, Finding)]
