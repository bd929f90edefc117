"""Tensors of what torch.export writes since PyTorch 2.9: a zip with a raw member for each, and a list of them in JSON.

Source: PyTorch, torch/export/pt2_archive/_package.py and torch/_export/serde/schema.py. Other zips have no such list, and
no tensors of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.tensor_source import TensorSource
from hilt.formats import json
from hilt.formats.archive import Archive, Member
from hilt.formats.tensors import Given
from hilt.formats.tensors.torch_state import Place, Stored, checked, is_weight, tensor
from hilt.formats.tensors.torch_zip import Records
from hilt.formats.torch_storage import Storage

_LIST = re.compile(r"[^/]+/(data/(?:weights|constants)/)\w+_(?:weights|constants)_config\.json")
_DTYPES = {
    1: "U8", 2: "I8", 6: "F16", 7: "F32", 8: "F64", 13: "BF16", 29: "F8_E4M3", 30: "F8_E5M2",
}  # fmt: skip
"""By the numbers of `ScalarType`."""


def weights(given: Given) -> Iterator[TensorSource]:
    value: Archive = given.value
    records: Records | None = None
    for member in value.members:
        if found := _LIST.fullmatch(member.path):
            records = records or Records(given.source, value, given.limits)
            yield from _listed(found[1], member, records, given)


def _listed(folder: str, listing: Member, records: Records, given: Given) -> Iterator[TensorSource]:
    if listing.size > given.limits.json_bytes:
        raise LimitExceeded("json_bytes", listing.size, given.limits.json_bytes, offset=listing.offset)
    text = records.members.source(listing).read(0, listing.size)
    document = json.parse(text, given.limits).value
    listed = document.get("config") if isinstance(document, dict) else None
    if not isinstance(listed, dict) or len(listed) > given.limits.header_entries:
        raise FormatError(f"{listing.path} lists no tensors, or too many", offset=listing.offset)
    place = partial(records.place, folder)
    for name, described in listed.items():
        match described:
            case {"path_name": str(key), "use_pickle": False, "tensor_meta": dict(meta)}:
                yield from _tensor(name, key, meta, place, big_endian=records.big_endian)


def _tensor(
    name: str, key: str, meta: dict[str, Any], place: partial[Place], *, big_endian: bool
) -> Iterator[TensorSource]:
    dtype = meta.get("dtype")
    size = place(Storage(key=key, kind="UntypedStorage", size=0, location="")).size
    stored = Stored(Storage(key=key, kind="UntypedStorage", size=size, location=""), 0, size)
    one = checked(
        stored,
        _DTYPES.get(dtype) if isinstance(dtype, int) else None,
        _whole(meta.get("storage_offset")),
        _wholes(meta.get("sizes")),
        _wholes(meta.get("strides")),
    )
    if is_weight(one):
        yield from tensor(name, one, place, big_endian=big_endian)


def _wholes(given: Any) -> tuple[Any, ...]:
    return tuple(map(_whole, given)) if isinstance(given, list) else (None,)


def _whole(given: Any) -> Any:
    """A number, or None where it is decided as the model runs."""
    return given.get("as_int") if isinstance(given, dict) else None
