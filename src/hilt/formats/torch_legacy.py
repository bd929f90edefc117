"""Reads what torch.save wrote before PyTorch 1.6, and still writes when asked to: five pickles, then raw storages.

Specification: PyTorch, torch/serialization.py, `_legacy_save` and `_legacy_load`. The pickles are a magic number, the
protocol version, sizes of the machine that wrote it, the object itself, and the keys of its storages. A storage is its
number of elements in 8 bytes, then the elements, whose size stands in the persistent ids of the fourth pickle.

What can bite: each of its five pickles runs what it names as it is loaded. With `weights_only=True`, the default since
PyTorch 2.6, only listed names pass.

What hilt cannot see: what callables do that hilt does not know, and the numbers in the storages.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import pickle
from hilt.formats.archive import Oddity
from hilt.formats.pickle import PickleStream
from hilt.formats.pickle_machine import Items, Machine, Opaque, Value
from hilt.formats.torch_storage import Storage, storage

_ODDITIES = 64
_COUNT = 8
"""Bytes of the number of elements, before those of each storage."""

PARTS = ("magic number", "protocol version", "system information", "object", "storage keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchLegacy:
    """The pickles in the order of `PARTS`, and more where there are more; `storages` by the order of the object.

    `data_end` is where the last storage ends, None where that cannot be told. What stands behind it is `unread` of the
    last pickle. `places` are the bytes [begin, end) of every storage, by its key, as far as they can be told. `oddities`
    are storages whose pickles and bytes do not agree.
    """

    pickles: tuple[PickleStream, ...]
    storages: tuple[Storage, ...]
    data_end: int | None
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    oddities: tuple[Oddity, ...] = ()


def read(source: ByteSource, limits: Limits) -> TorchLegacy:
    """The pickles and storages of `source`. Raises `FormatError` where it does not begin with a pickle."""
    found: list[PickleStream] = []
    position = 0
    for part in PARTS:
        stream = pickle.one(source, position, source.size, part)
        found.append(stream)
        position = stream.end
        if stream.broken is not None:
            return _broken(source, found, limits)
    data_start = position
    storages, oddities = _storages(found[3], limits)
    keys = _keys(found[4], limits)
    ends = _ends(source, data_start, keys or [], storages)
    end = None if keys is None or len(ends) < len(keys) else ends[-1] if ends else data_start
    oddities += _disagreements(keys, storages, found[4].start)
    if end is not None:
        oddities += _counts(source, data_start, keys or [], storages)
    last = replace(found[4], unread=source.size - data_start if end is None else source.size - end)
    behind: tuple[PickleStream, ...] = ()
    start = pickle.Search(source, source.size).after(end) if end is not None else None
    if start is not None and end is not None:
        last = replace(last, unread=start - end)
        found_behind = pickle.find(source, start, source.size, limits, "pickle behind the storages")
        behind = tuple(replace(stream, following=True) for stream in found_behind)
    pickles = (*found[:4], last, *behind)
    told = tuple(oddities[:_ODDITIES])
    begins = [before + _COUNT for before in (data_start, *ends)]
    return TorchLegacy(
        pickles=pickles,
        storages=tuple(storages.values()),
        data_end=end,
        places=dict(zip(keys or (), zip(begins, ends, strict=False), strict=False)),
        oddities=told,
    )


def _broken(source: ByteSource, found: list[PickleStream], limits: Limits) -> TorchLegacy:
    """A file whose first pickles do not all end: every pickle that can be found in it, and no storages."""
    *whole, last = found
    nothing = (replace(last, unread=source.size - last.end),)
    rest = pickle.find(source, last.start, source.size, limits, last.name) if last.steps else nothing
    return TorchLegacy(pickles=(*whole, *rest), storages=(), data_end=None)


class _Object(Machine):
    """Runs the object's pickle and keeps what its persistent ids say."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.storages: dict[str, Storage] = {}
        self.oddities: list[Oddity] = []

    def persistent(self, identity: Value, position: int) -> Value:
        named = storage(identity)
        if named is not None and (first := self.storages.setdefault(named.key, named)) != named:
            said = f"storage {named.key!r} is asked for with {first.bytes} bytes and with {named.bytes}"
            if first.bytes != named.bytes and len(self.oddities) < _ODDITIES:
                self.oddities.append(Oddity(id="storage-size", message=said, offset=position))
        return Opaque("a storage")


def _storages(stream: PickleStream, limits: Limits) -> tuple[dict[str, Storage], list[Oddity]]:
    machine = _Object(limits)
    try:
        machine.run(stream.ops())
    except FormatError:
        return {}, []
    return machine.storages, machine.oddities


class _Keys(Machine):
    """Runs the list of keys and keeps all of them, which a plain machine would not."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.keys: list[str] = []

    def extended(self, target: Value, items: list[Value], position: int) -> None:
        self.keys += [str(item) for item in items]
        super().extended(target, items, position)


def _keys(stream: PickleStream, limits: Limits) -> list[str] | None:
    machine = _Keys(limits)
    try:
        machine.run(stream.ops())
    except FormatError:
        return None
    top = machine.stack[-1] if machine.stack else None
    listed = isinstance(top, Items) and top.kind == "list" and top.size == len(machine.keys)
    return machine.keys if listed else None


def _ends(source: ByteSource, position: int, keys: list[str], storages: dict[str, Storage]) -> list[int]:
    """Where each storage ends, up to one whose size is missing, or that reaches past the end of the file."""
    ends: list[int] = []
    for key in keys:
        head = source.read(position, _COUNT)
        if len(head) < _COUNT or key not in storages or not storages[key].item_size:
            break
        (count,) = struct.unpack("<q", head)
        position += _COUNT + count * storages[key].item_size
        if count < 0 or position > source.size:
            break
        ends.append(position)
    return ends


def _disagreements(keys: list[str] | None, storages: dict[str, Storage], at: int) -> Iterator[Oddity]:
    """Where the list of keys, in the pickle at `at`, is not the list of the storages that the object asks for."""
    if keys is None:
        yield Oddity(id="storage-keys", message="the last pickle is no list of storages", offset=at)
        return
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield Oddity(id="storage-keys", message=f"storage {key!r} is listed more than once", offset=at)
        elif key not in storages:
            yield Oddity(id="storage-unasked", message=f"storage {key!r} is listed and never asked for", offset=at)
        seen.add(key)
    for key in storages.keys() - seen:
        yield Oddity(id="storage-missing", message=f"storage {key!r} is asked for and has no bytes", offset=at)


def _counts(source: ByteSource, position: int, keys: list[str], storages: dict[str, Storage]) -> Iterator[Oddity]:
    """Storages whose number of elements is another one before their bytes than in the object."""
    for key in keys:
        (count,) = struct.unpack("<q", source.read(position, _COUNT))
        if count != storages[key].size:
            said = f"storage {key!r} has {count} elements, and {storages[key].size} are asked for"
            yield Oddity(id="storage-size", message=said, offset=position)
        position += _COUNT + count * storages[key].item_size
