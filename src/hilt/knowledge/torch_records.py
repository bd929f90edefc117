"""Whether what stands beside the pickles of a PyTorch file is what they ask for: each storage, to the last byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from hilt.formats.archive import Member, Oddity
from hilt.formats.torch_storage import Storage
from hilt.formats.torch_zip import inside
from hilt.knowledge.callables.trace import Asked

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
