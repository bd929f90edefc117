"""Tensors of what torch.save wrote before PyTorch 0.1.10: the object names them by key, another member says what they are."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats import tar
from hilt.formats.pickle_machine import Opaque, Value
from hilt.formats.tensors import Given
from hilt.formats.tensors.pickled import Objects
from hilt.formats.tensors.torch_state import KINDS, Place, Stored, checked, tensors_in
from hilt.formats.torch_storage import Storage
from hilt.formats.torch_tar import TorchTar


def weights(given: Given) -> Iterator[TensorSource | str]:
    value: TorchTar = given.value

    def place(storage: Storage) -> Place:
        kept = value.storages[int(storage.key)]
        source = tar.open_member(given.source, kept.member, given.limits)
        return Place(source, kept.begin, kept.size * storage.item_size)

    for stream in value.pickles:
        if stream.name == "pickle":
            yield from tensors_in(stream, place, given, machine=_Object(given.limits, value))


class _Object(Objects):
    """Runs the pickle of the object; its persistent ids are the keys of tensors."""

    def __init__(self, limits: Limits, value: TorchTar) -> None:
        super().__init__(limits)
        self._value = value

    def persistent(self, identity: Value, position: int) -> Value:
        value = self._value
        key = int(identity) if isinstance(identity, str) and identity.isdecimal() else identity
        if not isinstance(key, int) or key not in value.tensors:
            return Opaque("a persistent object")
        one = value.tensors[key]
        if one.storage not in value.storages:
            raise FormatError(f"storage {one.storage} of tensor {key} is missing", offset=position)
        kept = value.storages[one.storage]
        whole = Storage(key=str(one.storage), kind=kept.kind, size=kept.size, location="")
        return checked(Stored(whole, 0, kept.size), KINDS.get(kept.kind), one.offset, one.shape, one.strides)
