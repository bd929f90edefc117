"""Names of uploaded files: kept as they are where they are plain, else refused.

To rename what is uploaded would change what is judged. A model whose names are no plain ones can be sent as an archive, which is
read without being unpacked, and in which a check looks at them.
"""

from __future__ import annotations

import re
import unicodedata

from hilt.core.errors import UsageError

LONGEST, LONGEST_PART, DEEPEST = 1000, 255, 32
"""Bytes of a whole name and of one part of it, and folders inside each other."""

_DRIVE = re.compile(r"[A-Za-z]:")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SEND_AN_ARCHIVE = "rename it, or send the model as one archive: it is read without being unpacked"


class Names:
    """The names of one upload."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def take(self, name: str) -> tuple[str, ...]:
        """The parts of a name that none before it stands in the way of. Raises `UsageError`."""
        parts = _parts(name)
        keys = [_key("/".join(parts[: end + 1])) for end in range(len(parts))]
        *above, own = keys
        if own in self._files:
            raise _refused(name, "is there twice (names that differ in case alone are the same on many machines)")
        if own in self._folders or not self._files.isdisjoint(above):
            raise _refused(name, "is a file, and a folder of others")
        self._files.add(own)
        self._folders.update(above)
        return parts

    def __len__(self) -> int:
        return len(self._files)

    @property
    def folders(self) -> int:
        """How many folders they lie in: each takes as much of a disk's tables as a file."""
        return len(self._folders)


def _parts(name: str) -> tuple[str, ...]:
    if not name or len(name.encode("utf-8", "surrogatepass")) > LONGEST:
        raise _refused(name, f"is longer than {LONGEST} bytes" if name else "is empty")
    if any(unicodedata.category(character) in _HIDDEN for character in name):
        raise _refused(name, "holds characters that are not seen, or that turn the reading order round")
    parts = tuple(name.split("/"))
    if "\\" in name or _DRIVE.match(name) or any(part in ("", ".", "..") for part in parts):
        raise _refused(name, "leads elsewhere")
    if len(parts) > DEEPEST or any(len(part.encode()) > LONGEST_PART for part in parts):
        raise _refused(name, f"has a part of more than {LONGEST_PART} bytes, or more than {DEEPEST} folders")
    return parts


def _key(path: str) -> str:
    """The same for names that are the same on some machine."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _refused(name: str, why: str) -> UsageError:
    return UsageError(f"the name {name[:120]!a} {why}; {_SEND_AN_ARCHIVE}")
