"""A name that deceives the reader of a listing, or that leads elsewhere on another machine.

What: names that are not UTF-8, hold control, reordering or invisible characters, are absolute, hold `..`, a backslash or a drive
letter; pairs of names that differ only in case or in how accents are encoded; names that Windows cannot hold.

Why: a reordering character makes `gnp.exe` look like a picture. Of two names that differ only in case, a Mac or Windows
keeps one file, so that people there run another model than the one that was checked.

What it cannot see: letters of other scripts that look like Latin ones, where they are used on their own.

Fix: rename the file, or ask the publisher to.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
_FORBIDDEN = set('<>:"|?*')
_HIDDEN = ("Cc", "Cf", "Zl", "Zp")
# Joiners that scripts and emoji need; alone they hide nothing.
_JOINERS = "\u200c\u200d"


def unsafe_names(repository: Repository) -> Iterator[Finding]:
    paths = [entry.path for entry in repository.subject.entries]
    for path in paths:
        for severity, message in _told(path):
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=message)
    same: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        same[unicodedata.normalize("NFC", path).casefold()].append(path)
    for names in same.values():
        if len(names) > 1:
            message = f"the same name as {names[1]!r} where case or the encoding of accents do not count"
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=names[0]), message=message)


def _told(path: str) -> Iterator[tuple[Severity, str]]:
    parts = path.split("/")
    if any("\ud800" <= character <= "\udfff" for character in path):
        yield Severity.MEDIUM, "the name is not UTF-8, so that each machine shows and finds another one"
    if hidden := sorted({c for c in path if unicodedata.category(c) in _HIDDEN and c not in _JOINERS}):
        listed = ", ".join(f"U+{ord(c):04X} {unicodedata.name(c, 'a control character')}" for c in hidden[:5])
        yield Severity.HIGH, f"the name holds characters that cannot be seen: {listed}"
    if path.startswith("/") or ".." in parts or "\\" in path or path[1:2] == ":":
        yield Severity.HIGH, "the name leads out of the folder when it is taken for a path"
    elif any(
        part.split(".")[0].lower() in _RESERVED or part != part.rstrip(". ") for part in parts
    ) or _FORBIDDEN & set(path):
        yield Severity.LOW, "Windows cannot hold a file of this name"


CHECK = listed("unsafe-names")
