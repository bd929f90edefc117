"""Reads what joblib.dump writes: a pickle with raw array bytes between its opcodes, maybe compressed as a whole.

Specification: joblib, numpy_pickle.py (0.10 and later) and numpy_pickle_compat.py (before). Behind the BUILD of a
`NumpyArrayWrapper` stand a byte of padding length and the padding (joblib 1.2 and later), then the array's bytes; an
array of objects is a pickle of its own there. Older wrappers name files beside this one and are ordinary objects here.

What can bite: it is a pickle, and runs what it names as it is loaded; joblib has no mode that refuses. Arrays of
objects in it are pickles too, and old files have arrays loaded from files beside them.

What hilt cannot see: what callables do that hilt does not know; the numbers in arrays; what is packed with LZ4, without
the extra that unpacks it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from hilt.core.byte_source import ByteSource, MemorySource, Window
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import pickle
from hilt.formats.pickle import PickleStream
from hilt.formats.pickle_disputes import Disputes
from hilt.formats.pickle_machine import Global, Items, Machine, Made, Value
from hilt.formats.pickle_opcodes import GLOBALS, LINES, Opcode
from hilt.formats.pickle_probe import Search, recognised
from hilt.formats.pickle_walk import JOBLIB, KEPT, Argument, Op, walk
from hilt.formats.pickle_walk import measure as measure_pickle
from hilt.formats.reader import HEAD, Head

_METHODS = {
    b"\x78": "zlib", b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7zXZ": "xz", b"\x5d\x00": "lzma-alone",
    b"\x04\x22\x4d\x18": "lz4", b"ZF": "zfile",
}  # fmt: skip
_TOLD: dict[int, int] = {Opcode.FRAME: 9, Opcode.PROTO: 2, Opcode.STOP: 1, **dict.fromkeys(LINES.keys() - GLOBALS, 2)}
"""Opcodes that readers may take differently, and how long they are, the text of their lines not counted."""
_WHOLE = frozenset({*_TOLD, Opcode.BUILD})
"""Opcodes that no frame can be seen to cut by where the next one stands: array bytes may follow a BUILD."""
_ZFILE_HEADER = len("ZF") + len(hex(1 << 64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Joblib:
    """A file of joblib. `compression` is empty where there is none; positions in `pickles` count inflated bytes."""

    compression: str
    pickles: tuple[PickleStream, ...]
    unread: int = 0
    """Bytes behind the compressed stream."""


def probe(head: Head) -> bool:
    method = _method(head.data)
    if not method:
        return recognised(head) and measure_pickle(head.source, 0, head.source.size).joblib
    from hilt.formats.inflate import inflate

    try:
        first = next(inflate(_stream(head.source, method), _inner(method), head.limits), b"")
    except FormatError:
        return method == "lz4"
    return recognised(replace(head, data=first[:HEAD], source=MemorySource(first)))


def read(source: ByteSource, limits: Limits) -> Joblib:
    """The pickles of `source`. Raises `FormatError` where it holds none."""
    method, unread = _method(source.read(0, HEAD)), 0
    if method:
        from hilt.formats.inflate import Inflated, measure

        stream = _stream(source, method)
        found = measure(stream, _inner(method), limits.inflated_bytes, limits)
        source, unread = _Rereadable(Inflated(stream, _inner(method), found.size, limits)), found.left
    return Joblib(compression=method, pickles=_pickles(source, limits), unread=unread)


def _method(data: bytes) -> str:
    return next((method for magic, method in _METHODS.items() if data.startswith(magic)), "")


def _inner(method: str) -> str:
    return "zlib" if method == "zfile" else method


def _stream(source: ByteSource, method: str) -> ByteSource:
    """The compressed bytes: all, or those behind the header of a Z-file, which Python 2 wrote one byte longer."""
    if method != "zfile":
        return source
    skipped = min(_ZFILE_HEADER + (source.read(_ZFILE_HEADER, 1) == b" "), source.size)
    return Window(source, skipped, source.size - skipped)


class _Rereadable:
    """A source that is dear to read, and read forward several times: its last blocks are kept, up to 128 MiB of them."""

    _BLOCK, _MOST = 1 << 19, 256

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._blocks: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        return self._source.size

    def read(self, offset: int, n: int) -> bytes:
        if offset < 0 or n <= 0:
            return b""
        first, last = offset // self._BLOCK, (min(offset + n, self.size) - 1) // self._BLOCK
        joined = b"".join(self._block(number) for number in range(first, last + 1))
        return joined[offset - first * self._BLOCK :][:n]

    def _block(self, number: int) -> bytes:
        if number not in self._blocks:
            self._blocks[number] = self._source.read(number * self._BLOCK, self._BLOCK)
            if len(self._blocks) > self._MOST:
                del self._blocks[next(iter(self._blocks))]
        return self._blocks[number]


def _pickles(source: ByteSource, limits: Limits) -> tuple[PickleStream, ...]:
    """The main pickle, those inside it, the file as a plain pickle where that differs, and whatever follows."""
    arrays = _Arrays(source, limits)
    end, broken = source.size, None
    try:
        arrays.run(arrays.watched(walk(source, 0, source.size, arrays.found)))
        end = arrays.position + 1
        if arrays.code != Opcode.STOP:
            broken = FormatError("the pickle has no STOP", offset=end)
    except FormatError as error:
        broken, end = error, arrays.position if error.offset is None else error.offset
    plain = pickle.one(source, 0, source.size, "as plain pickle")
    if not arrays.found and arrays.refused is None:
        return pickle.find(source, 0, source.size, limits)
    following = Search(source, source.size).after(end)
    main = PickleStream(
        source=source, start=0, end=end, protocol=arrays.protocol, broken=broken, made=arrays.refused is not None,
        arrays=tuple(arrays.found.items()), unread=(source.size if following is None else following) - end,
        disputes=tuple(arrays.disputes.found),
    )  # fmt: skip
    other = replace(plain, broken=None, disputes=(), overlay=True)
    behind = () if following is None else pickle.find(source, following, source.size, limits, "pickle behind")
    return (main, *arrays.objects, other, *(replace(stream, following=True) for stream in behind))


class _Arrays(Machine):
    """Runs the pickle of joblib and tells the walk which bytes are an array's."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        super().__init__(limits)
        self._source = source
        self.found: dict[int, int] = {}
        self.objects: list[PickleStream] = []
        self.position, self.code, self.protocol = 0, -1, 0
        self.disputes = Disputes(0)
        self.refused: FormatError | None = None

    def watched(self, ops: Iterator[Op]) -> Iterator[Op]:
        disputes = self.disputes
        for op in ops:
            position, code, argument = op
            if self.position < disputes.frame_end < position and self.code not in _WHOLE:
                disputes.crossed(self.position)
            self.position, self.code = position, code
            if code in _TOLD:
                self._tell(position, code, argument)
            yield op

    def _tell(self, position: int, code: int, argument: Argument) -> None:
        """What is read of an opcode that readers may take differently."""
        line, after = b"", position + _TOLD[code]
        if code in LINES:
            line = self._source.read(position + 1, KEPT + 1).partition(b"\n")[0]
            after += len(line)
        elif code == Opcode.PROTO and isinstance(argument, int):
            self.protocol = max(self.protocol, argument)
        self.disputes.seen(code, position, after, argument, line)

    def built(self, target: Value, state: Value, position: int) -> Value:
        super().built(target, state, position)
        if not _is_wrapper(target):
            return target
        if self.disputes.frame_end > position + 1:
            raise self._refuse("array bytes stand inside a frame, where readers disagree on them", position)
        start = position + 1
        self.found[start] = self._end(target.state, start)
        return "an array"

    def _refuse(self, message: str, position: int) -> FormatError:
        """Not what joblib writes, and not for want of bytes: somebody made it."""
        self.refused = FormatError(message, offset=position)
        return self.refused

    def _end(self, state: Value, start: int) -> int:
        """Where the bytes end that belong to the array whose wrapper has this state."""
        shape = state.get("shape") if isinstance(state, Items) else None
        size, objects = _dtype(state.get("dtype")) if isinstance(state, Items) else (None, False)
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape) or size is None:
            raise self._refuse("an array wrapper has no usable shape and dtype", start)
        if objects:
            inner = pickle.one(self._source, start, self._source.size, f"object array {len(self.objects) + 1}")
            self.objects.append(inner)
            return inner.end
        padding = 0
        if state.get("numpy_array_alignment_bytes") is not None:
            padding = 1 + int.from_bytes(self._source.read(start, 1))
            if self._source.read(start + 1, padding - 1).strip(b"\xff"):
                raise self._refuse("the padding before an array holds something", start)
        end = start + padding + prod(shape) * size
        if end > self._source.size:
            raise FormatError(f"an array of {end - start} bytes reaches past the end", offset=start)
        return end


def _is_wrapper(target: Value) -> bool:
    """Was `target` made from NumpyArrayWrapper, by NEWOBJ or as protocols 0 and 1 do it?"""
    if not isinstance(target, Made):
        return False
    made = target.callable
    if isinstance(made, Global) and made.name == "_reconstructor" and isinstance(target.args, tuple) and target.args:
        made = target.args[0]
    return isinstance(made, Global) and made.module in JOBLIB and made.name == "NumpyArrayWrapper"


def _dtype(value: Value) -> tuple[int | None, bool]:
    """Bytes per item of a pickled numpy.dtype, and whether the items are objects; None where that cannot be told."""
    match value:
        case Made(Global("numpy", "dtype"), (str(name), *_), state):
            pass
        case Made(Global("numpy._core._internal" | "numpy.core._internal", "_convert_to_stringdtype_kwargs")):
            return 0, True  # strings of any length are kept as objects are
        case _:
            return None, False
    kind, digits = name.lstrip("<>|=")[:1], name.lstrip("<>|=")[1:]
    stated = state[5] if isinstance(state, tuple) and len(state) > 7 and isinstance(state[5], int) else -1
    flags = state[7] if isinstance(state, tuple) and len(state) > 7 and isinstance(state[7], int) else 0
    size = stated if stated > 0 else int(digits) if digits.isdecimal() and len(digits) < 10 else None
    if kind == "U" and stated <= 0 and size is not None:
        size *= 4
    return (size or 0 if kind in "OSUV" else size), kind == "O" or bool(flags & 1)
