"""Walks a model of the ggml family before GGUF: ggml, ggmf, ggjt and, for LoRA adapters, ggla; never the numbers.

Sources: llama.cpp before August 2023 (llama.cpp, llama-util.h, convert-lora-to-ggml.py), whisper.cpp
(src/whisper.cpp, whisper_model_load and whisper_vad_init) and the examples of ggml of 2023. Little-endian: a magic, from
ggmf on a version, numbers of the model, its vocabulary, and the tensors, each with a header of its own. How many numbers
there are, and how words are written, depends on the program and is written nowhere: a layout fits where words and tensors
end with the file.

What can bite: nothing names code or files. Old loaders believed every length in the file; two tensors of one name make
two models.

What hilt cannot see: the meaning of the numbers before the vocabulary; models of programs whose layout is not listed
here, which are errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.gguf import BLOCKS
from hilt.formats.reader import Head

MAGICS = {b"lmgg": "ggml", b"fmgg": "ggmf", b"tjgg": "ggjt", b"algg": "ggla"}
_VERSIONS = {"ggmf": (1,), "ggjt": (1, 2, 3), "ggla": (1,)}
_OLD_BLOCKS = BLOCKS | {
    2: ("Q4_0", 32, 20), 3: ("Q4_1", 32, 24), 4: ("Q4_2", 16, 10), 5: ("Q4_3", 16, 12), 8: ("Q8_0", 32, 36),
}  # fmt: skip
"""The blocks of before June 2023."""
_ALIGNMENT = 32
_DIMENSIONS = 4
_AHEAD = 512
_LONGEST_WORD, _LONGEST_NAME, _MOST_LAYERS = 1 << 16, 256, 64
_VAD_NAME = b"\x0a\0\0\0silero-16k"


_COUNTED, _WORDLESS = -1, -2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """How a program writes what stands before the tensors: so many numbers, then words, with a score each or without.

    `words` is the place of their count among the numbers, or says that it stands before them, or that there are none.
    """

    program: str
    numbers: int
    words: int = 0
    scores: bool = False


_WHISPER = _Layout(program="whisper", numbers=11, words=_COUNTED)
_VAD = _Layout(program="silero-vad", numbers=0, words=_WORDLESS)
_LLAMA = (_Layout(program="llama", numbers=7, scores=True),)
_LAYOUTS = {
    "ggml": (
        _WHISPER,
        _VAD,
        _Layout(program="gpt-2", numbers=6, words=_COUNTED),  # and StarCoder
        _Layout(program="gpt-j", numbers=7, words=_COUNTED),
        _Layout(program="gpt-neox", numbers=8),  # and Dolly
        _Layout(program="mpt", numbers=8, words=4),
        _Layout(program="replit", numbers=6, words=4, scores=True),
        _Layout(program="llama", numbers=7),  # and Bloom, BERT
    ),
    "ggmf": _LLAMA,
    "ggjt": _LLAMA,
    "ggla": (_Layout(program="lora", numbers=2, words=_WORDLESS),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One tensor, its shape as ggml orders it, the fastest dimension first; its data are the bytes [begin, end)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def parameters(self) -> int:
        return prod(self.shape)

    @property
    def declared_bytes(self) -> int:
        return self.end - self.begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Ggml:
    """A model, walked to its last byte; `program` is whose layout it has. Some files hold a vocabulary and no tensor."""

    container: str
    version: int
    program: str
    numbers: tuple[int, ...]
    words: int
    tensors: tuple[Tensor, ...]


def probe(head: Head) -> bool:
    """Four letters are little: a version that exists must follow, or numbers as models have them."""
    container = MAGICS.get(head.data[:4])
    first = int.from_bytes(head.data[4:8], "little")
    return container is not None and (first in _VERSIONS[container] if container in _VERSIONS else 0 < first < 1 << 24)


def read(source: ByteSource, limits: Limits) -> Ggml:
    """The model in `source`. Raises `FormatError` where no known layout ends with the file."""
    container = MAGICS.get(source.read(0, 4))
    if container is None:
        raise FormatError("the file does not begin as one of ggml does", offset=0)
    start, version = 4, 0
    if container in _VERSIONS:
        start, version = 8, Cursor(source, 4).number("<I", "the version")
        if version not in _VERSIONS[container]:
            raise FormatError(f"version {version} of {container} is not known", offset=4)
    failures: list[FormatError] = []
    for layout in _LAYOUTS[container]:
        cursor = Cursor(source, start)
        try:
            numbers = _numbers(cursor, layout)
            words = _words(cursor, layout, numbers, limits)
            tensors = _tensors(source, cursor.offset, limits, align=container in {"ggjt", "ggla"})
        except FormatError as error:
            failures.append(error)
            continue
        return Ggml(
            container=container,
            version=version,
            program=layout.program,
            numbers=numbers,
            words=words,
            tensors=tensors,
        )
    raise max(failures, key=lambda error: error.offset or 0)


def _numbers(cursor: Cursor, layout: _Layout) -> tuple[int, ...]:
    """The numbers of the model, by which its program is told where it writes its name."""
    if layout is not _VAD:
        return cursor.unpack(f"<{layout.numbers}i", "the numbers of the model")
    if cursor.peek(len(_VAD_NAME)) != _VAD_NAME:
        raise FormatError("the file does not name the model as whisper.cpp does", offset=cursor.offset)
    cursor.skip(len(_VAD_NAME), "the name of the model")
    numbers = cursor.unpack("<6i", "the numbers of the model")
    layers = numbers[-1]
    if not 0 <= layers <= _MOST_LAYERS:
        raise FormatError(f"an encoder of {layers} layers", offset=cursor.offset)
    return numbers + cursor.unpack(f"<{3 * layers + 4}i", "the numbers of the model")


def _words(cursor: Cursor, layout: _Layout, numbers: tuple[int, ...], limits: Limits) -> int:
    """Passes over the vocabulary, and over whisper's filters before it; returns the number of words."""
    if layout.words == _WORDLESS:
        return 0
    if layout is _WHISPER:
        rows, columns = cursor.unpack("<ii", "the filters")
        cursor.skip(4 * rows * columns if min(rows, columns) >= 0 else -1, "the filters")
    count = cursor.number("<i", "the number of words") if layout.words == _COUNTED else numbers[layout.words]
    least = 8 if layout.scores else 4
    if not 0 <= count * least <= cursor.left:
        raise FormatError(f"{count} words cannot fit into the {cursor.left} bytes left", offset=cursor.offset)
    if count > limits.header_entries:
        raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset)
    for _ in range(count):
        length = cursor.number("<I", "a word")
        if length > _LONGEST_WORD:
            raise FormatError(f"a word of {length} bytes", offset=cursor.offset - 4)
        cursor.skip(length + least - 4, "a word")
    return count


def _tensors(source: ByteSource, start: int, limits: Limits, *, align: bool) -> tuple[Tensor, ...]:
    """The tensors from `start` to the end; only their sizes tell which version of the blocks they have."""
    try:
        return tuple(_walk(source, start, limits, BLOCKS, align=align))
    except FormatError as error:
        try:
            return tuple(_walk(source, start, limits, _OLD_BLOCKS, align=align))
        except FormatError:
            raise error from None


def _walk(
    source: ByteSource, start: int, limits: Limits, blocks: Mapping[int, tuple[str, int, int]], *, align: bool
) -> Iterator[Tensor]:
    cursor, count = Cursor(source, start, ahead=_AHEAD), 0
    while cursor.left:
        count += 1
        if count > limits.header_entries:
            raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset)
        offset = cursor.offset
        dimensions, length, kind = cursor.unpack("<3i", "the header of a tensor")
        if not 1 <= dimensions <= _DIMENSIONS or not 0 < length <= _LONGEST_NAME or kind not in blocks:
            said = f"{dimensions} dimensions, a name of {length} bytes and the type {kind}"
            raise FormatError(f"a tensor has {said}", offset=offset)
        shape = cursor.unpack(f"<{dimensions}i", "a shape")
        name = cursor.take(length, "a name").decode("utf-8", "backslashreplace")
        if align:
            _pad(cursor)
        dtype, numbers, size = blocks[kind]
        if min(shape) < 0 or shape[0] % numbers:
            raise FormatError(f"tensor {name!r} of the shape {list(shape)} has no whole {dtype} blocks", offset=offset)
        begin = cursor.offset
        cursor.skip(prod(shape) // numbers * size, f"tensor {name!r}")
        yield Tensor(name=name, dtype=dtype, shape=shape, begin=begin, end=cursor.offset)


def _pad(cursor: Cursor) -> None:
    padding = cursor.take(-cursor.offset % _ALIGNMENT, "the padding before a tensor")
    if any(padding):
        raise FormatError(f"{padding[:16]!r} stands in the padding before a tensor", offset=cursor.offset)
