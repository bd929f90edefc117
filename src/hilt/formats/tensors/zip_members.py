"""Members of a zip as sources of tensors: opened as they are read, since each compressed one holds what it unpacked."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.byte_source import ByteSource, expect
from hilt.core.limits import Limits
from hilt.formats.archive import Member
from hilt.formats.zip import open_member


class Members:
    """The members of one archive, of which the last one that was read is open."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._open: tuple[Member, ByteSource] | None = None

    def source(self, member: Member) -> ByteSource:
        """The unpacked bytes of a member."""
        return _Lazy(self, member) if member.method != "stored" else self.opened(member)

    def opened(self, member: Member) -> ByteSource:
        if self._open is None or self._open[0] is not member:
            self._open = member, open_member(self._source, member, self._limits)
        return self._open[1]


class _Lazy:
    """The bytes of one member, which is opened when they are asked for."""

    def __init__(self, members: Members, member: Member) -> None:
        self._members, self._member = members, member

    @property
    def size(self) -> int:
        return self._member.size

    def read(self, offset: int, n: int) -> bytes:
        return self._members.opened(self._member).read(offset, n)

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        expect(self._members.opened(self._member), ranges)
