"""Tensors of what torch.save writes since PyTorch 1.6: each in a view of a storage, which is a member of the zip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from hilt.core.byte_source import ByteSource, expect
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.archive import Archive, Member
from hilt.formats.tensors import Given
from hilt.formats.tensors.torch_state import Place, tensors_in
from hilt.formats.torch_storage import Storage
from hilt.formats.torch_zip import TorchZip, inside
from hilt.formats.zip import open_member


def tensors(given: Given) -> Iterator[TensorSource]:
    value: TorchZip = given.value
    members = Members(given.source, value.archive, given.limits)
    for stream in value.pickles:
        if inside(stream.name) == "data.pkl":
            place = partial(members.place, "data/")
            yield from tensors_in(stream, place, given.limits, big_endian=members.big_endian)


class Members:
    """The storages of one archive. Of those that are compressed, the one read last is kept open."""

    def __init__(self, source: ByteSource, archive: Archive, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._members = {inside(member.path): member for member in archive.members}
        self._open: tuple[Member, ByteSource] | None = None

    @property
    def big_endian(self) -> bool:
        order = self._members.get("byteorder")
        return order is not None and order.size < 8 and self.opened(order).read(0, order.size) == b"big"

    def place(self, folder: str, storage: Storage) -> Place:
        """Where the bytes of a storage lie that is a member of this folder."""
        member = self._members.get(f"{folder}{storage.key}".lower())
        if member is None:
            raise FormatError(f"storage {storage.key!r} is missing")
        return Place(_Storage(self, member), 0, member.size)

    def opened(self, member: Member) -> ByteSource:
        """The unpacked bytes of a member."""
        if self._open is None or self._open[0] is not member:
            self._open = member, open_member(self._source, member, self._limits)
        return self._open[1]


class _Storage:
    """The bytes of one member, which is opened when they are read: many may be compressed, and none stays unpacked."""

    def __init__(self, members: Members, member: Member) -> None:
        self._members, self._member = members, member

    @property
    def size(self) -> int:
        return self._member.size

    def read(self, offset: int, n: int) -> bytes:
        return self._members.opened(self._member).read(offset, n)

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        expect(self._members.opened(self._member), ranges)
