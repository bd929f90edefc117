"""A Parquet file whose columns lie in other files.

What: column chunks that name a file of their own (`file_path`), inside the folder or out of it.

Why: readers that follow the name (fastparquet, Dask) open whatever it leads to, with the rights of whoever reads the
table; what was checked here is then not what is read.

What it cannot see: what is in the other file, unless it is part of the subject.

Fix: ask the publisher for files that hold their own columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.parquet import Parquet

_SHOWN = 100


def parquet_elsewhere(file: ReadFile[Parquet]) -> Iterator[Finding]:
    for path in file.value.files:
        away = "://" in path or leads_away(path)
        severity = Severity.HIGH if away else Severity.LOW
        message = f"columns lie in the file {path[:_SHOWN]!r}" + (", outside of the folder" if away else "")
        yield Finding(check=CHECK.id, severity=severity, where=Where(path=file.path), message=message)


CHECK = listed("parquet-elsewhere")
