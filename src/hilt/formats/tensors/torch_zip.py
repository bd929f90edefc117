"""Tensors of what torch.save writes since PyTorch 1.6: each in a view of a storage, which is a member of the zip."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.archive import Archive
from hilt.formats.tensors import Given
from hilt.formats.tensors.torch_state import Place, tensors_in
from hilt.formats.tensors.zip_members import Members
from hilt.formats.torch_storage import Storage
from hilt.formats.torch_zip import TorchZip, inside


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: TorchZip = given.value
    records = Records(given.source, value.archive, given.limits)
    for stream in value.pickles:
        if inside(stream.name) == "data.pkl":
            place = partial(records.place, "data/")
            yield from tensors_in(stream, place, given, big_endian=records.big_endian)


class Records:
    """The members of an archive of PyTorch, by the names under which it looks for them."""

    def __init__(self, source: ByteSource, archive: Archive, limits: Limits) -> None:
        self.members = Members(source, limits)
        self._by_name = {inside(member.path): member for member in archive.members}

    @property
    def big_endian(self) -> bool:
        order = self._by_name.get("byteorder")
        return order is not None and self.members.source(order).read(0, 3) == b"big"

    def place(self, folder: str, storage: Storage) -> Place:
        """Where the bytes of a storage lie that is a member of this folder."""
        member = self._by_name.get(f"{folder}{storage.key}".lower())
        if member is None:
            raise FormatError(f"storage {storage.key!r} is missing")
        return Place(self.members.source(member), 0, member.size)
