"""A name that deceives the reader of a listing, or that leads elsewhere on another machine.

What: names that are not UTF-8, hold control, reordering or invisible characters, are absolute, hold `..`, a backslash or a drive
letter; pairs of names that differ only in case, in how accents are encoded or in letters that look alike; words in two
scripts; names that Windows cannot hold, or takes for a hidden stream of another file.

Why: a reordering character makes `gnp.exe` look like a picture. Of two names that differ only in case, a Mac or Windows
keeps one file, so that people there run another model than the one that was checked.

What it cannot see: names that only look alike in another way; names that are wholly in another script.

Fix: rename the file, or ask the publisher to.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.finding import Finding, Severity, Where
from hilt.core.normal_form import normal_form

_RESERVED = {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
_FORBIDDEN = set('<>:"|?*')
_HIDDEN = ("Cc", "Cf", "Zl", "Zp")
# Joiners that scripts and emoji need; alone they hide nothing.
_JOINERS = "\u200c\u200d"


_LATIN = dict(zip("\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405"
                  "\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7",
                  "aeopcyxijshdqwABEKMHOPCTXIJS" "oABEZHIKMNOPTYX", strict=True))  # fmt: skip
"""Cyrillic and Greek letters, and the Latin ones that they look like (Unicode's confusables, as far as they look alike)."""
_WORD = re.compile(r"[^\W\d_]+")


def unsafe_names(repository: Repository) -> Iterator[Finding]:
    paths = [entry.path for entry in repository.subject.entries]
    for path in paths:
        for severity, message in _told(path):
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=message)
    yield from _look_alike(paths)
    same: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        same[normal_form("NFC", path).casefold()].append(path)
    for names in same.values():
        if len(names) > 1:
            message = f"the same name as {names[1]!r} where case or the encoding of accents do not count"
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=names[0]), message=message)


def _look_alike(paths: list[str]) -> Iterator[Finding]:
    """Names with letters of another script that look like Latin ones, and names that hide behind another file's."""
    plain = set(paths)
    for path in paths:
        twin = "".join(_LATIN.get(letter, letter) for letter in path)
        if twin != path and (twin in plain or (strange := _strangers(path))):
            told = f"looks like {twin!r}" + (", which is another file" if twin in plain else "")
            if twin not in plain:
                told += f": it holds {strange} among Latin letters"
            severity = Severity.HIGH if twin in plain else Severity.MEDIUM
            yield Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=told)
        file, colon, _ = path.rpartition(":")
        if colon and file in plain:
            message = f"a stream of the file {file!r} on Windows, where nobody sees it"
            yield Finding(check=CHECK.id, severity=Severity.HIGH, where=Where(path=path), message=message)


def _strangers(path: str) -> str:
    """The letters that look Latin and stand in one word with Latin ones, as code points."""
    words = (word for word in _WORD.findall(path) if any(letter.isascii() for letter in word))
    found = sorted({letter for word in words for letter in word if letter in _LATIN})
    return ", ".join(f"U+{ord(letter):04X}" for letter in found[:5])


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
