"""Persistent ids, by which the pickles of PyTorch name the storages that stand beside them.

Specification: PyTorch, torch/serialization.py (`persistent_id` in `_save` and `_legacy_save`), and
torch/csrc/jit/serialization/pickler.cpp: ("storage", class, key, location, number of elements), which before PyTorch 1.6
is followed by the part of the storage that is meant, or None.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.formats.pickle_machine import Global, Value

ITEM_SIZES = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2, "LongStorage": 8, "IntStorage": 4,
    "ShortStorage": 2, "CharStorage": 1, "ByteStorage": 1, "BoolStorage": 1, "UntypedStorage": 1, "_UntypedStorage": 1,
    "ComplexDoubleStorage": 16, "ComplexFloatStorage": 8, "QUInt8Storage": 1, "QInt8Storage": 1, "QInt32Storage": 4,
    "QUInt4x2Storage": 1, "QUInt2x4Storage": 1,
}  # fmt: skip
"""Bytes per element, by the class of the storage."""

_MODULES = frozenset({"torch", "torch.storage", "torch.cuda"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One storage as the object names it: its key, the class of its elements, how many, and on which device."""

    key: str
    kind: str
    size: int
    location: str

    @property
    def item_size(self) -> int:
        """Bytes of an element; 0 where the class is none of PyTorch's."""
        return ITEM_SIZES.get(self.kind, 0)

    @property
    def bytes(self) -> int:
        return self.size * self.item_size


def storage(identity: Value) -> Storage | None:
    """The storage that a persistent id names, if it is of the form that PyTorch writes."""
    match identity:
        case ("storage", Global(module, kind), str(key), str(location), int(size), *view) if size >= 0:
            kind = kind if module in _MODULES else f"{module}.{kind}"
            return Storage(key=key, kind=kind, size=size, location=location) if len(view) < 2 else None
    return None
