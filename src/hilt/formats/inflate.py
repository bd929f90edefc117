"""Compressed streams as a `ByteSource`: inflated forward in small steps, never more than asked for and allowed.

Specifications: RFC 1950 (zlib), RFC 1951 (deflate), RFC 1952 (gzip), bzip2 1.0, "The .xz File Format" 1.2, "LZ4 Frame
Format" 1.6, RFC 8878 (Zstandard), and for lzma inside zip APPNOTE.TXT 5.8. The standard library inflates (lz4 and
Zstandard: packages that extras bring); nothing here trusts a size that the stream or its container states.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Protocol

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded, MissingExtra
from hilt.core.limits import Limits

HELD = 4 << 20
"""Members up to this size are kept whole once inflated; larger ones are inflated again when read backwards."""

_STEP = 1 << 16
"""Bytes taken from the source at once; what comes out of them comes in pieces of at most `_PIECE`."""
_PIECE = 1 << 18
_BLANK = 1 << 18
"""More zeros in a row than any compressor writes: a block of stored bytes is shorter. A machine takes them for a code."""


class Decompressor(Protocol):
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    @property
    def needs_input(self) -> bool: ...


class Zlib:
    """zlib's object with the manners of bz2's and lzma's: it keeps for itself what it has not used yet."""

    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)
        self._full = False

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        piece = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._full = len(piece) == max_length  # then more may wait inside, even when all input is used
        return piece

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail and not self._full


class Inflated:
    """`size` bytes of the stream in `source`, compressed by `method`; `size` is what its container states.

    Reading raises `FormatError` where the stream is broken or ends before `size`, and `LimitExceeded` past
    `inflated_bytes`. What the stream would give beyond `size` is not read; `measure` finds it.
    """

    def __init__(self, source: ByteSource, method: str, size: int, limits: Limits) -> None:
        self._source, self._method, self._limits = source, method, limits
        self._size = size
        self._restart()

    @property
    def size(self) -> int:
        return self._size

    def _restart(self) -> None:
        self._pieces = inflate(self._source, self._method, self._limits)
        self._start, self._piece = 0, b""

    def read(self, offset: int, n: int) -> bytes:
        n = min(n, self._size - offset)
        if offset < 0 or n <= 0:
            return b""
        if self._size <= HELD and len(self._piece) < self._size:
            self._hold()
        if offset < self._start:
            self._restart()
        parts: list[bytes] = []
        while n:
            begin = offset - self._start
            part = self._piece[begin : begin + n]
            parts.append(part)
            offset, n = offset + len(part), n - len(part)
            if n:
                self._next()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _next(self) -> None:
        self._start += len(self._piece)
        self._piece = next(self._pieces, b"")
        if not self._piece:
            raise FormatError(f"the {self._method} stream holds {self._start} bytes, {self._size} were stated")

    def _hold(self) -> None:
        self._restart()
        parts, length = [], 0
        for piece in self._pieces:
            parts.append(piece)
            length += len(piece)
            if length >= self._size:
                break
        self._piece = b"".join(parts)[: self._size]
        if length < self._size:
            message = f"the {self._method} stream holds {length} bytes, {self._size} were stated"
            self._restart()
            raise FormatError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a stream really holds. `left` is the bytes of the source behind its end; `ended` is False where it was cut
    short because more came out than asked about."""

    size: int
    crc32: int
    left: int
    ended: bool


def measure(source: ByteSource, method: str, at_most: int, limits: Limits) -> Measured:
    """Inflates the stream to its end, or until more than `at_most` bytes came out; keeps nothing of it."""
    size = crc32 = 0
    left: list[int] = []
    for piece in inflate(source, method, limits, left):
        size += len(piece)
        crc32 = zlib.crc32(piece, crc32)
        if size > at_most:
            return Measured(size=size, crc32=crc32, left=0, ended=False)
    return Measured(size=size, crc32=crc32, left=left[0], ended=True)


def inflate(source: ByteSource, method: str, limits: Limits, left: list[int] | None = None) -> Iterator[bytes]:
    """What comes out of the stream, piece by piece. At its end the bytes behind it are counted into `left`."""
    position, given, blank, allowed = 0, 0, 0, most(source.size, limits)
    data = b""
    if method == "stored":
        yield from (source.read(at, _PIECE) for at in range(0, source.size, _PIECE))
        if left is not None:
            left.append(0)
        return
    if method == "lzma":
        position = 4 + struct.unpack("<2xH", source.read(0, 4).ljust(4, b"\0"))[0]
    while True:
        machine = _machine(method, source, limits)
        while not machine.eof:
            if not data and machine.needs_input:
                data = source.read(position, _STEP)
                position += len(data)
                if not data:
                    raise FormatError(f"the {method} stream ends in the middle", offset=position)
                blank = 0 if data.strip(b"\0") else blank + len(data)
                if blank > _BLANK:
                    raise FormatError(f"the {method} stream has a hole of zeros", offset=position - blank)
            try:
                piece = machine.decompress(data, _PIECE)
            except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError) as error:
                if "Memory usage limit" in str(error):
                    raise LimitExceeded("inflate_memory", "the dictionary", limits.inflate_memory) from None
                raise FormatError(f"the {method} stream is broken: {error}", offset=position - len(data)) from None
            data = b""
            if piece:
                yield piece
            given += len(piece)
            if given > allowed:
                raise _too_much(given, allowed, limits)
        data = machine.unused_data or b""  # lz4 says None
        if not _goes_on(method, data or source.read(position, 6)):
            if left is not None:
                left.append(len(data) + source.size - position)
            return


def most(stored: int, limits: Limits) -> int:
    """How many bytes may come out of a stream of `stored` bytes."""
    return min(limits.inflated_bytes, max(limits.inflated_freely, limits.inflated_ratio * stored))


def _too_much(given: int, allowed: int, limits: Limits) -> LimitExceeded:
    name = {limits.inflated_bytes: "inflated_bytes", limits.inflated_freely: "inflated_freely"}
    return LimitExceeded(name.get(allowed, "inflated_ratio"), given, allowed)


_STARTS = {
    "gzip": b"\x1f\x8b",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\0",
    "lzma-alone": b"]\0",
    "lz4": b'\x04"M\x18',
    "zstd": b"\x28\xb5\x2f\xfd",
}


def _goes_on(method: str, data: bytes) -> bool:
    """Does another stream follow, which every reader of the format joins to the first?"""
    return method in _STARTS and data.startswith(_STARTS[method])


def _machine(method: str, source: ByteSource, limits: Limits) -> Decompressor:
    match method:
        case "deflated":
            return Zlib(-15)
        case "zlib":
            return Zlib(15)
        case "gzip":
            return Zlib(31)
        case "bzip2":
            return bz2.BZ2Decompressor()
        case "xz":
            return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limits.inflate_memory)
        case "lzma":
            return _lzma_in_zip(source, limits)
        case "lzma-alone":
            return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=limits.inflate_memory)
        case "lz4":
            return _lz4()
        case "zstd":
            return zstandard(limits)
    raise FormatError(f"compressed by {method}, which hilt does not read")


def _lz4() -> Decompressor:
    try:
        from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        raise FormatError(str(MissingExtra("reading lz4", "lz4"))) from None
    machine: Decompressor = LZ4FrameDecompressor()
    return machine


def lz4_frame(data: bytes, size: int) -> bytes:
    """The `size` bytes that one frame becomes; not more than one byte beyond them is made. Raises `FormatError`."""
    try:
        from lz4 import frame  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        raise FormatError(str(MissingExtra("reading lz4", "lz4"))) from None
    try:
        plain, used, ended = frame.decompress_chunk(frame.create_decompression_context(), data, max_length=size + 1)
    except (RuntimeError, ValueError, MemoryError) as error:
        raise FormatError(f"the lz4 frame is broken: {error}") from None
    if len(plain) != size or not ended or used != len(data):
        raise FormatError(f"the lz4 frame does not hold the {size} bytes that were stated, or not them alone")
    return bytes(plain)


class _Zstandard:
    """The machine of Python 3.14, or of the package that brings it to older ones, with errors as the others raise."""

    def __init__(self, inner: Decompressor, error: type[Exception]) -> None:
        self._inner, self._error = inner, error

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        try:
            return self._inner.decompress(data, max_length)
        except self._error as error:
            raise ValueError(str(error)) from None

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input


def zstandard(limits: Limits) -> Decompressor:
    """A machine for Zstandard, where there is one."""
    zstd = _zstd()
    window = {zstd.DecompressionParameter.window_log_max: limits.inflate_memory.bit_length() - 1}
    return _Zstandard(zstd.ZstdDecompressor(options=window), zstd.ZstdError)


def zstandard_compressor(level: int) -> Callable[[bytes], bytes]:
    """Packs into Zstandard, where there is what does it."""
    compress: Callable[..., bytes] = _zstd().compress
    return lambda data: compress(data, level)


def _zstd() -> ModuleType:
    try:
        return import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    except ImportError:
        raise FormatError(str(MissingExtra("reading Zstandard", "zstd"))) from None


def _lzma_in_zip(source: ByteSource, limits: Limits) -> lzma.LZMADecompressor:
    """Two bytes of version, two of length (5), five of properties: lc, lp and pb in one, then the dictionary's size."""
    header = source.read(0, 9)
    if len(header) < 9 or header[2:4] != b"\5\0" or header[4] >= 9 * 5 * 5:
        raise FormatError(f"the lzma stream begins with {header.hex()}, which states no usable properties", offset=0)
    (dictionary,) = struct.unpack_from("<I", header, 5)
    if dictionary > limits.inflate_memory:
        raise LimitExceeded("inflate_memory", dictionary, limits.inflate_memory, offset=5)
    rest, lc = divmod(header[4], 9)
    pb, lp = divmod(rest, 5)
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": lc, "lp": lp, "pb": pb}]
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=chain)
    except lzma.LZMAError as error:
        raise FormatError(f"the lzma stream states unusable properties: {error}", offset=4) from None
