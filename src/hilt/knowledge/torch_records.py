"""Whether what stands beside the pickles of a PyTorch file is what they ask for: each storage, to the last byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import pickle, torch_legacy, torch_zip
from hilt.formats.archive import Member, Oddity
from hilt.formats.pickle import PickleStream
from hilt.formats.torch_storage import Storage
from hilt.formats.torch_zip import inside
from hilt.knowledge.callables.trace import Asked, Trace

_KEY = re.compile(r"[0-9]{1,20}")
_LOCATION = re.compile(r"[a-z_]{0,20}(:[0-9]{1,5})?")

_EXAMPLES = "traced_inputs"
"""Where PyTorch puts the inputs with which a model was traced, often without their bytes, which it never reads."""

Named = tuple[str, Storage]
"""The folder in which a storage is looked for, and the storage."""


_BEFORE = {"torch-legacy": re.compile(r"\('module', .*"), "torch-tar": re.compile(r"'?[0-9]{1,20}'?|\([\w.]+, .*")}
"""Other objects that older files ask for, as they are told: tensors by number, and the class of a module saved whole."""


def odd_identity(asked: Asked, format_id: str) -> str:
    """Why a persistent id is none that PyTorch writes into such a file; empty where it is."""
    if format_id in _BEFORE and _BEFORE[format_id].fullmatch(asked.identity):
        return ""
    storage = asked.storage
    if storage is None:
        return "not in the form in which PyTorch names a storage"
    if not storage.item_size:
        return f"of the class {storage.kind}, which is no storage of PyTorch"
    if not _KEY.fullmatch(storage.key):
        return f"under the key {storage.key[:80]!r}, where PyTorch writes a number"
    if not _LOCATION.fullmatch(storage.location):
        return f"at {storage.location[:80]!r}, which is no device"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Bytes that torch.load is given: its pickles, what is odd about the rest, and the records of a zip."""

    pickles: tuple[PickleStream, ...]
    oddities: tuple[Oddity, ...]
    records: tuple[Member, ...] = ()
    zipped: bool = False


def opened(source: ByteSource, limits: Limits) -> Opened:
    """What torch.load finds in `source`. Raises `FormatError` where there is nothing to load."""
    if source.read(0, 2) == b"PK":
        value = torch_zip.read(source, limits)
        odd = [oddity for oddity in value.archive.oddities if oddity.id not in ("comment", "padding")]
        others = (f"PyTorch writes no member like {member.path!r}" for member in value.others)
        odd += [Oddity(id="member-unknown", message=said) for said in others]
        if not value.pickles:
            raise FormatError("the zip has no pickle for PyTorch", offset=0)
        return Opened(pickles=value.pickles, oddities=tuple(odd), records=value.storages, zipped=True)
    first = pickle.find(source, 0, source.size, limits)
    if len(first) >= len(torch_legacy.PARTS):
        legacy = torch_legacy.read(source, limits)
        return Opened(pickles=legacy.pickles, oddities=legacy.oddities)
    return Opened(pickles=first, oddities=())


def unaccounted(file: Opened, traces: Iterable[Trace]) -> Iterator[str]:
    """What cannot be followed of `file`, whose pickles do as `traces` tell, and what belongs to nothing in it."""
    named: list[Named] = []
    for stream, trace in zip(file.pickles, traces, strict=True):
        named += [("data", asked.storage) for asked in trace.asked if asked.storage is not None]
        if trace.broken is not None:
            yield f"loads a pickle from bytes that cannot be followed: {trace.broken}"
        elif trace.oddities:
            yield f"loads a pickle from bytes that {trace.oddities[0].message}"
        elif stream.unread:
            yield f"loads bytes of which {stream.unread} belong to nothing"
    for oddity in (*file.oddities, *(mismatches(named, file.records) if file.zipped else ())):
        yield f"loads bytes of which this is odd: {oddity.message}"


def mismatches(named: Iterable[Named], records: Iterable[Member]) -> Iterator[Oddity]:
    """Storages without their record, records of another size, and records that no pickle asks for."""
    held: dict[str, Member] = {}
    for record in records:
        held.setdefault(inside(record.path), record)
    asked: dict[str, Storage] = {}
    for folder, storage in named:
        path = f"{folder}/{storage.key}".lower()
        found, earlier = held.get(path), asked.setdefault(path, storage)
        if earlier.bytes != storage.bytes:
            said = f"storage {path!r} is asked for with {earlier.bytes} bytes and with {storage.bytes}"
            yield Oddity(id="storage-size", message=said, offset=found.offset if found else None)
        if found is None:
            yield Oddity(id="storage-missing", message=f"storage {path!r} is asked for and not there")
        elif folder == _EXAMPLES and not found.size:
            continue
        elif storage.item_size and not 0 <= found.size - storage.bytes < storage.item_size:
            said = f"storage {path!r} has {found.size} bytes, and {storage.bytes} are asked for"
            yield Oddity(id="storage-size", message=said, offset=found.offset)
    for path, record in held.items():
        if path not in asked and record.size:
            said = f"{record.size} bytes of {record.path!r} are asked for by no pickle"
            yield Oddity(id="storage-unasked", message=said, offset=record.offset)
