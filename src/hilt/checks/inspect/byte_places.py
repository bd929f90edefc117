"""Where in a file some byte of it lies: in which tensor, or in which member of an archive."""

from __future__ import annotations

from typing import Any

from hilt.checks.check import Repository
from hilt.core.errors import FormatError, SourceError
from hilt.core.finding import Where
from hilt.formats.archive import Archive, Member, MemberKind


def place(repository: Repository, path: str, offset: int) -> Where:
    """The byte at `offset` of a file of the subject, named as its reader names what lies there."""
    try:
        value: Any = repository.read(path).value
    except (FormatError, SourceError):
        return Where(path=path, offset=offset)
    member = member_around(value, offset)
    if member is not None:
        return Where(path=f"{path}!/{member.path}", offset=offset - member.begin)
    for tensor in getattr(value, "tensors", ()):
        begin, end = getattr(tensor, "begin", None), getattr(tensor, "end", None)
        if begin is not None and end is not None and begin <= offset < end:
            return Where(path=path, offset=offset, tensor=tensor.name)
    return Where(path=path, offset=offset)


def member_around(value: object, offset: int) -> Member | None:
    """The stored member of an archive, or of a format that is one, in which the byte at `offset` lies."""
    archive = getattr(value, "archive", value)
    if not isinstance(archive, Archive):
        return None
    return next(
        (
            member
            for member in archive.members
            if member.kind is MemberKind.FILE and member.begin <= offset < member.begin + member.stored
        ),
        None,
    )
