"""The arrays of NumPy and the tensors of PyTorch in a pickle or a file of joblib, wherever they stand in its objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.core.tensor_source import TensorSource
from hilt.formats.pickle import PickleStream
from hilt.formats.pickle_machine import Global, Items, Value
from hilt.formats.pickle_opcodes import Opcode
from hilt.formats.tensors import Given
from hilt.formats.tensors.numpy_arrays import Array, Raw, array, described, stored
from hilt.formats.tensors.orientation.biases import oriented
from hilt.formats.tensors.pickled import Objects, find, root
from hilt.formats.tensors.torch_state import Place, View, is_weight, loaded, tensor, view
from hilt.formats.torch_storage import Storage


def weights(given: Given) -> Iterator[TensorSource]:
    yield from in_pickles(given.value.pickles, given.limits)


def in_pickles(streams: Iterable[PickleStream], limits: Limits, name: str = "") -> Iterator[TensorSource]:
    """The tensors in all pickles of a file; of those behind the first, what stands in ones that do not break."""
    for number, stream in enumerate(one for one in streams if not one.overlay):
        if number == 0 or stream.broken is None:
            yield from oriented(_in_pickle(stream, limits, f"{name}.{number}".strip(".") if number else name))


def _in_pickle(stream: PickleStream, limits: Limits, name: str) -> Iterator[TensorSource]:
    for path, one in find(root(stream, _Machine(limits, stream)), _leaf, limits, name):
        match one:
            case Array():
                yield from stored(path, one, stream.source)
            case View() if is_weight(one):
                yield from tensor(path, one, _nowhere, big_endian=False)


def _leaf(value: Value) -> Array | View | None:
    return array(value) or view(value)


def _nowhere(storage: Storage) -> Place:
    raise FormatError(f"storage {storage.key!r} is missing")


class _Machine(Objects):
    """Runs a pickle. In one of joblib, the bytes of an array stand behind the BUILD of a wrapper."""

    def __init__(self, limits: Limits, stream: PickleStream) -> None:
        super().__init__(limits)
        self._limits, self._source, self._raw = limits, stream.source, dict(stream.arrays)

    def called(self, callable_: Value, args: Value, how: Opcode, position: int) -> Value:
        match callable_, args:
            case Global("torch.storage", "_load_from_bytes"), (data,):
                return loaded(self._source, data, self._limits)
        return super().called(callable_, args, how, position)

    def built(self, target: Value, state: Value, position: int) -> Value:
        end = self._raw.get(position + 1)
        if end is None or not isinstance(state, Items):
            return super().built(target, state, position)
        return described(state.get("shape"), state.get("dtype"), state.get("order") == "F", Raw(end))
