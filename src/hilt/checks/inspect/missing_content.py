"""A file that is only a promise of another.

What: pointers of Git LFS and Xet and links of a cache, the small texts that stand in a checkout where a large file was not fetched; files without a
byte under the name of weights, of an archive or of a program.

Why: what would be loaded is not here, so it was not looked at. A verdict about the pointer says nothing about the weights.

What it cannot see: whether the promised file is what it should be; its digest stands in the message.

Fix: run `git lfs pull` in the folder, or download the file from the hub, and check again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.examined import EMPTY
from hilt.checks.inspect.extension_mismatch import TEXTS
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State
from hilt.formats import READERS

if TYPE_CHECKING:
    from hilt.formats.lfs_pointer import LfsPointer


def missing_content(file: ReadFile[LfsPointer]) -> Iterator[Finding | Gap]:
    if file.format == EMPTY:
        yield from _empty(file)
        return
    pointer = file.value
    size = "the bytes" if pointer.size is None else f"{pointer.size} bytes"
    digest = "SHA-256" if pointer.kind == "Git LFS pointer" else "the digest"
    promised = f"{size} with {digest} {pointer.digest}"
    message = f"a {pointer.kind} stands in the place of the file: {promised} are not here"
    yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=file.path), message=message)
    yield Gap(what="read", path=file.path, state=State.SKIPPED, why=f"only a {pointer.kind} to it is here")


def _empty(file: ReadFile[LfsPointer]) -> Iterator[Finding]:
    """Texts may be empty: `__init__.py`, a list of nothing."""
    promised = [reader for reader in READERS if reader.claims(file.name)]
    if promised and TEXTS.isdisjoint(reader.id for reader in promised):
        message = f"the file is empty; its name promises {promised[0].title}"
        yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=file.path), message=message)


CHECK = listed("missing-content")
