"""Reads what torch.save wrote before PyTorch 0.1.10: a tar of the object's pickle, its tensors and their storages.

Specification: PyTorch, torch/serialization.py, `legacy_load`, which still reads it. The member `storages` is a pickled
count, then for each storage a pickle of (key, location, class), its number of elements in 8 bytes and the elements, then
a pickled list of views. `tensors` is a pickled count, then for each tensor a pickle of (key, storage, class), and its
shape, strides and offset. `pickle` asks for tensors by key. `sys_info` is a pickle that is not read.

What can bite: its pickles run what they name as they are loaded, before PyTorch 2.6 with `weights_only=True` as well
(CVE-2025-32434); newer versions refuse it then. Members are unpacked to files first, and those may be links.

What hilt cannot see: what callables do that hilt does not know, and the numbers in the storages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import pickle, tar
from hilt.formats.archive import Archive, Member, MemberKind, Oddity
from hilt.formats.cursor import Cursor
from hilt.formats.pickle import PickleStream
from hilt.formats.pickle_machine import Global, Items, Machine, Value
from hilt.formats.reader import Head
from hilt.formats.torch_storage import ITEM_SIZES

MEMBERS = ("sys_info", "pickle", "tensors", "storages")
_NEEDED = frozenset({"pickle", "tensors", "storages"})
_MOST_DIMENSIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class TarStorage:
    """`size` elements of a class of storage, from the byte `begin` of `member` on."""

    kind: str
    member: Member
    begin: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TarTensor:
    """A view of the storage with this key; offset and strides count elements."""

    storage: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchTar:
    """`pickles` bear the names of their members. `storages` and `tensors` are known by their keys. `oddities` are members
    that PyTorch did not write, and storages and tensors that do not fit together."""

    archive: Archive
    pickles: tuple[PickleStream, ...]
    storages: Mapping[int, TarStorage] = field(default_factory=dict)
    tensors: Mapping[int, TarTensor] = field(default_factory=dict)
    oddities: tuple[Oddity, ...]


def probe(head: Head) -> bool:
    if not tar.probe(head):
        return False
    try:
        return {member.path for member in tar.read(head.source, head.limits).members} >= _NEEDED
    except FormatError:
        return False


def read(source: ByteSource, limits: Limits) -> TorchTar:
    """All pickles of the three members. Raises `FormatError` where the archive cannot be followed."""
    archive = tar.read(source, limits)
    pickles: list[PickleStream] = []
    storages: dict[int, TarStorage] = {}
    tensors: dict[int, TarTensor] = {}
    oddities: list[Oddity] = []
    for member in archive.members:
        if member.path not in MEMBERS or member.kind is not MemberKind.FILE:
            said = f"PyTorch writes no member like {member.path!r} ({member.size} bytes)"
            oddities.append(Oddity(id="member-unknown", message=said, offset=member.offset))
            continue
        part = _Part(tar.open_member(source, member, limits), member, limits)
        try:
            part.read()
        except FormatError as error:
            if isinstance(error, LimitExceeded):
                raise
            said = f"{member.path!r} breaks: {error.message}"
            oddities.append(Oddity(id="storage-broken", message=said, offset=member.offset))
        pickles += part.closed()
        storages |= part.storages
        tensors |= part.tensors
    return TorchTar(
        archive=archive, pickles=tuple(pickles), storages=storages, tensors=tensors, oddities=tuple(oddities)
    )


class _Part:
    """One member, and the pickles found in it so far."""

    def __init__(self, source: ByteSource, member: Member, limits: Limits) -> None:
        self._cursor = Cursor(source)
        self._source, self._name, self._limits, self._member = source, member.path, limits, member
        self._pickles: list[PickleStream] = []
        self.storages: dict[int, TarStorage] = {}
        self.tensors: dict[int, TarTensor] = {}

    def closed(self) -> Iterator[PickleStream]:
        """The pickles; whatever is left of the member belongs to none."""
        *whole, last = self._pickles
        yield from whole
        yield replace(last, unread=last.unread + self._source.size - self._cursor.offset)

    def read(self) -> None:
        first = self._value()
        if self._name in ("storages", "tensors"):
            if not isinstance(first, int) or first < 0:
                raise FormatError(f"{first!r} is no count of them", offset=0)
            if first > self._limits.header_entries:
                raise LimitExceeded("header_entries", first, self._limits.header_entries, offset=0)
            for _ in range(first):
                (self._storage if self._name == "storages" else self._tensor)()
        if self._name == "storages":
            self._views(self._value())

    def _storage(self) -> None:
        match self._value():
            case (key, _, Global("torch", kind)) if kind in ITEM_SIZES:
                count = self._cursor.number("<q", "the number of elements of a storage")
                begin = self._cursor.offset
                self._cursor.skip(count * ITEM_SIZES[kind], "a storage")
                if isinstance(key, int):
                    self.storages[key] = TarStorage(kind=kind, member=self._member, begin=begin, size=count)
            case _:
                raise FormatError("a storage is not described by its key, place and class", offset=self._cursor.offset)

    def _tensor(self) -> None:
        match self._value():
            case (key, storage, Global("torch", _)):
                dimensions = self._cursor.number("<i4x", "the number of dimensions of a tensor")
            case _:
                raise FormatError("a tensor is not described by its key, storage and class", offset=self._cursor.offset)
        if not 0 <= dimensions <= _MOST_DIMENSIONS:
            raise FormatError(f"a tensor has {dimensions} dimensions", offset=self._cursor.offset)
        numbers = self._cursor.unpack(f"<{2 * dimensions + 1}q", "the shape of a tensor")
        if isinstance(key, int) and isinstance(storage, int):
            self.tensors[key] = TarTensor(
                storage=storage, shape=numbers[:dimensions], strides=numbers[dimensions:-1], offset=numbers[-1]
            )

    def _views(self, listed: Value) -> None:
        """Storages that are parts of others."""
        for view in listed.first if isinstance(listed, Items) else ():
            match view:
                case (int(key), int(whole), int(offset), int(size)) if whole in self.storages:
                    of = self.storages[whole]
                    if 0 <= offset <= of.size and 0 <= size <= of.size - offset:
                        self.storages[key] = replace(of, begin=of.begin + offset * ITEM_SIZES[of.kind], size=size)

    def _value(self) -> Value:
        """What the next pickle leaves."""
        start = self._cursor.offset
        name = f"{self._name} pickle {len(self._pickles) + 1}" if self._pickles else self._name
        stream = pickle.one(self._source, start, self._source.size, name)
        self._pickles.append(stream)
        self._cursor.skip(stream.end - start, "a pickle")
        if stream.broken is not None:
            raise stream.broken
        if self._name in ("pickle", "sys_info"):
            return None
        machine = Machine(self._limits)
        machine.run(stream.ops())
        return machine.stack[-1]
