"""Archives as checks see them: the listing of whatever is one, and what unpacking shows that no header tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, Member, MemberKind, Oddity, remembered
from hilt.formats.zip import read as list_zip
from hilt.formats.zip import verify

_VERIFIED = 64 << 20
"""Bytes of one archive that are unpacked to compare them with what it states, the smallest members first."""

_STORED = 1 << 20
"""The same of members that are not packed: of them only the CRC-32 can be false, and weights are passed over."""


class Listed(Protocol):
    """A file that was read in one of the formats `LISTED`."""

    @property
    def format(self) -> str: ...

    @property
    def value(self) -> Any: ...

    @property
    def source(self) -> ByteSource: ...

    @property
    def limits(self) -> Limits: ...


def listing(file: Listed) -> Archive:
    """What the archive lists."""
    archive = getattr(file.value, "archive", file.value)
    return archive if isinstance(archive, Archive) else list_zip(file.source, file.limits)


@remembered
def falsehoods(source: ByteSource, limits: Limits) -> tuple[Oddity, ...]:
    """Sizes and CRC-32 of a zip's smaller members that are not those of the bytes; streams that are broken.

    Members flagged as encrypted are left out, for there is nothing to compare.
    """
    members = tried(member for member in list_zip(source, limits).members if not member.encrypted)
    found = (falsehood(source, member, limits) for member in members)
    return tuple(oddity for oddity in found if oddity is not None)


def tried(members: Iterable[Member]) -> Iterator[Member]:
    """Those of `members` that are unpacked to see whether it is so: the smallest first, up to a sum."""
    left = {True: _STORED, False: _VERIFIED}
    for member in sorted(members, key=lambda member: max(member.size, member.stored)):
        stored = member.method == "stored"
        left[stored] -= max(member.size, member.stored)
        if left[stored] >= 0 and member.kind is not MemberKind.FOLDER:
            yield member


def falsehood(source: ByteSource, member: Member, limits: Limits) -> Oddity | None:
    """What `member` states of its bytes and is not so."""
    try:
        return verify(source, member, limits)
    except FormatError as error:
        said = f"{member.path!r} cannot be unpacked: {error.message}"
        return Oddity(id="unreadable", message=said, offset=member.offset)
