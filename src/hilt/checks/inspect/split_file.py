"""A file in parts of which some are missing.

What: files that were cut into numbered parts (`x.zip.001`, `x.part-aa`) and do not lie here as a whole. A whole one is read
as one file, under the name of its first part.

Why: nobody can look into a file without all of it, and whoever adds the rest later adds what was never checked.

What it cannot see: that the last part is missing, other than by the format of what is there; parts of several sizes.

Fix: download all parts, or join them (`cat x.zip.* > x.zip`) and check the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where


def split_file(repository: Repository) -> Iterator[Finding]:
    from hilt.knowledge.split_files import split_files

    sizes = {entry.path: entry.size for entry in repository.subject.entries if entry.path in repository.formats}
    for split in split_files(sizes):
        if split.missing:
            told = ", ".join(name.rsplit("/", 1)[-1] for name in split.missing[:5])
            more = f" and {len(split.missing) - 5} more" if len(split.missing) > 5 else ""
            message = f"of a file in {len(split.parts) + len(split.missing)} parts these are missing: {told}{more}"
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=split.parts[0]), message=message)


CHECK = listed("split-file")
