"""Reads the headers of a CTranslate2 model (`model.bin`): which variables it holds; never their numbers.

Source: CTranslate2 4, src/models/model.cc (Model::load) and python/ctranslate2/specs/model_spec.py. Little-endian: the
version of the format, the name of the specification and its revision, the variables (name, shape, type, bytes, data),
and further names for some of them. Names end in a zero byte that their length counts.

What can bite: nothing names code or files. A variable with more bytes than its shape asks for overwrites memory of the
loader, and of two variables of one name only the first counts.

What hilt cannot see: whether the numbers are the right ones; what the configuration and vocabulary beside the model do,
which are read on their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.cursor import Cursor
from hilt.formats.reader import Head

DTYPES = (("FLOAT32", 4), ("INT8", 1), ("INT16", 2), ("INT32", 4), ("FLOAT16", 2), ("BFLOAT16", 2))
_OF_SIZE = {1: 1, 2: 2, 4: 0}
"""Before version 4 the type is told by the bytes of one number."""
_NEWEST = 6
_AHEAD = 1024
"""Bytes that one read fetches: a variable's header, not its numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable; its data are the bytes [begin, end)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int
    declared_bytes: int
    """What type and shape ask for."""

    @property
    def parameters(self) -> int:
        return prod(self.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ctranslate2:
    """A model: what it is, its variables in the order of the file, and (further name, variable) of its aliases."""

    version: int
    specification: str
    revision: int
    tensors: tuple[Variable, ...]
    aliases: tuple[tuple[str, str], ...]


def probe(head: Head) -> bool:
    try:
        cursor = Cursor(head.source, ahead=_AHEAD)
        _, specification, _, count = _opening(cursor)
        name = _name(cursor)
    except FormatError:
        return False
    return specification.isidentifier() and count > 0 and name.isascii() and name.isprintable()


def read(source: ByteSource, limits: Limits) -> Ctranslate2:
    """The model in `source`, walked to its last byte."""
    cursor = Cursor(source, ahead=_AHEAD)
    version, specification, revision, count = _opening(cursor)
    if count > limits.header_entries:
        raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset - 4)
    variables = tuple(_variable(cursor, version, limits) for _ in range(count))
    aliases: tuple[tuple[str, str], ...] = ()
    if version >= 3:
        count = cursor.number("<I", "the number of aliases")
        if count > limits.header_entries:
            raise LimitExceeded("header_entries", count, limits.header_entries, offset=cursor.offset - 4)
        aliases = tuple((_name(cursor), _name(cursor)) for _ in range(count))
    cursor.end("the model")
    return Ctranslate2(
        version=version, specification=specification, revision=revision, tensors=variables, aliases=aliases
    )


def _opening(cursor: Cursor) -> tuple[int, str, int, int]:
    """The version, the specification and its revision, the number of variables."""
    version = cursor.number("<I", "the version")
    if not 2 <= version <= _NEWEST:
        raise FormatError(f"version {version} of the format is not one that hilt reads (2 to {_NEWEST})", offset=0)
    specification = _name(cursor)
    revision, count = cursor.unpack("<II", "the revision and the number of variables")
    return version, specification, revision, count


def _variable(cursor: Cursor, version: int, limits: Limits) -> Variable:
    start, name = cursor.offset, _name(cursor)
    rank = cursor.number("<B", "a rank")
    if rank > limits.graph_tensor_rank:
        raise LimitExceeded("graph_tensor_rank", rank, limits.graph_tensor_rank, offset=start)
    shape = cursor.unpack(f"<{rank}I", "a shape")
    kind, size = cursor.unpack("<BI", "a type and a number of bytes")
    if version < 4:
        size *= kind
        kind = _OF_SIZE.get(kind, len(DTYPES))
    if kind >= len(DTYPES):
        raise FormatError(f"variable {name!r} has the unknown type {kind}", offset=start)
    dtype, width = DTYPES[kind]
    begin = cursor.offset
    cursor.skip(size, f"variable {name!r}")
    return Variable(
        name=name, dtype=dtype, shape=shape, begin=begin, end=cursor.offset, declared_bytes=width * prod(shape)
    )


def _name(cursor: Cursor) -> str:
    start = cursor.offset
    data = cursor.take(cursor.number("<H", "the length of a name"), "a name")
    if data.find(b"\0") != len(data) - 1:
        # The loader copies up to the first zero byte, wherever in its memory that is.
        raise FormatError(f"a name of {len(data)} bytes does not end in its only zero byte", offset=start)
    return data[:-1].decode("utf-8", "backslashreplace")
