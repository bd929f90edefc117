"""The intrinsic name of the files of a revision: whoever has the same files comes to the same one, without asking anybody.

Specification: swhid.org/specification 1.2 (ISO/IEC 18670), 5.4 "Directories", which is git's tree object: for each name its mode, itself
and the SHA-1 of what it names, sorted by the bytes of the name, that of a folder with `/` behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from hilt.core.errors import FormatError

_FILE, _FOLDER = b"100644", b"40000"


class _Open(NamedTuple):
    """A folder that is not at its end: the rows of its tree so far, and the names of its files."""

    name: bytes
    rows: list[bytes]
    files: set[bytes]


def directory_id(files: Iterable[tuple[str, str]]) -> str:
    """The identifier of a folder with these (path, git's name in hex), none of which can be executed.

    Raises `FormatError` where no folder can have them: a path that leads elsewhere, twice the same one, a file that is a folder, too.
    """
    # The order of whole paths is that of the rows of each tree, so that each folder can be done with before the next one begins.
    ordered = sorted((file_name(path), blob) for path, blob in files)
    stack = [_Open(b"", [], set())]
    for path, blob in ordered:
        *folders, name = path.split(b"/")
        if b"\0" in path or not {b"", b".", b".."}.isdisjoint((*folders, name)):
            raise FormatError(f"{path!r:.200} is no path inside a folder")
        same = 0
        while same < min(len(folders), len(stack) - 1) and stack[same + 1].name == folders[same]:
            same += 1
        _close(stack, same + 1)
        for folder in folders[same:]:
            if folder in stack[-1].files:
                raise FormatError(f"{path!r:.200} lies in a folder that is a file, too")
            stack.append(_Open(folder, [], set()))
        if name in stack[-1].files:
            raise FormatError(f"{path!r:.200} is listed twice")
        stack[-1].files.add(name)
        stack[-1].rows.append(b"%s %s\0%s" % (_FILE, name, bytes.fromhex(blob)))
    _close(stack, 1)
    return f"swh:1:dir:{_digest(stack[0]).hex()}"


def file_name(path: str) -> bytes:
    """The bytes of a path, as a file system or an archive has them."""
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # what no bytes stand for
        return path.encode("utf-8", "surrogatepass")


def _close(stack: list[_Open], depth: int) -> None:
    """Ends the folders below `depth`."""
    while len(stack) > depth:
        folder = stack.pop()
        stack[-1].rows.append(b"%s %s\0%s" % (_FOLDER, folder.name, _digest(folder)))


def _digest(folder: _Open) -> bytes:
    body = b"".join(folder.rows)
    return hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).digest()
