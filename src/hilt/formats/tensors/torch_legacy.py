"""Tensors of what torch.save wrote before PyTorch 1.6: each in a view of a storage, which stands behind the pickles."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.errors import FormatError
from hilt.core.tensor_source import TensorSource
from hilt.formats.pickle_machine import Items
from hilt.formats.tensors import Given
from hilt.formats.tensors.pickled import Objects, root
from hilt.formats.tensors.torch_state import Place, tensors_in
from hilt.formats.torch_legacy import PARTS, TorchLegacy
from hilt.formats.torch_storage import Storage


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: TorchLegacy = given.value

    def place(storage: Storage) -> Place:
        if storage.key not in value.places:
            raise FormatError(f"storage {storage.key!r} is missing")
        begin, end = value.places[storage.key]
        return Place(given.source, begin, end - begin)

    parts = {stream.name: stream for stream in value.pickles}
    if parts.keys() >= set(PARTS):
        system = root(parts["system information"], Objects(given.limits))
        big_endian = isinstance(system, Items) and system.get("little_endian") is False
        yield from tensors_in(parts["object"], place, given, big_endian=big_endian)
