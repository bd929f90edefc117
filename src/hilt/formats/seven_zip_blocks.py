"""What a 7z archive packs together: a block of bytes behind a chain of coders, unpacked forward.

Specification: 7-Zip, DOC/7zFormat.txt ("Folder") and DOC/Methods.txt. The standard library unpacks: LZMA, LZMA2, Deflate,
BZip2, Copy, Delta and the branch filters; Zstandard as `inflate` does. PPMd, BCJ2, Deflate64, Brotli and encryption are
named and not read.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource, Window
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.inflate import Decompressor, Inflated, Zlib, most, zstandard

AES = "AES"
METHODS = {
    "00": "Copy", "21": "LZMA2", "030101": "LZMA", "040108": "Deflate", "040202": "BZip2", "03": "Delta", "04": "BCJ",
    "05": "PowerPC", "06": "IA64", "07": "ARM", "08": "ARMT", "09": "SPARC", "03030103": "BCJ", "03030205": "PowerPC",
    "03030401": "IA64", "03030501": "ARM", "03030701": "ARMT", "03030805": "SPARC", "0303011b": "BCJ2",
    "030401": "PPMd", "040109": "Deflate64", "04f71101": "Zstandard", "04f71102": "Brotli", "04f71104": "LZ4",
    "06f10701": AES,
}  # fmt: skip
_FILTERS = {
    "Delta": lzma.FILTER_DELTA,
    "BCJ": lzma.FILTER_X86,
    "PowerPC": lzma.FILTER_POWERPC,
    "IA64": lzma.FILTER_IA64,
    "ARM": lzma.FILTER_ARM,
    "ARMT": lzma.FILTER_ARMTHUMB,
    "SPARC": lzma.FILTER_SPARC,
}
_STEP, _PIECE = 1 << 16, 1 << 18
_LEAST_DICTIONARY = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    """One step of unpacking: its method's number in hex, its settings, and the bytes that come out of it."""

    id: str
    properties: bytes
    size: int

    @property
    def method(self) -> str:
        return METHODS.get(self.id, f"method {self.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A packed block: `stored` bytes at `begin` go through `coders`, the first of which reads the archive."""

    begin: int
    stored: int
    size: int
    coders: tuple[Coder, ...]
    plain: bool
    """One stream goes through one coder after the other; else (BCJ2) the coders are a graph, which is not read."""

    @property
    def method(self) -> str:
        return " + ".join(coder.method for coder in self.coders)

    @property
    def encrypted(self) -> bool:
        return any(coder.method == AES for coder in self.coders)


class OpenBlock(Inflated):
    """The unpacked bytes of a block. The members in it come one after the other, so that it runs forward once."""

    def __init__(self, source: ByteSource, block: Block, limits: Limits) -> None:
        if not block.plain or any(coder.method not in _MACHINES | _FILTERS for coder in block.coders):
            raise FormatError(f"compressed by {block.method}, which hilt does not read", offset=block.begin)
        self.block = block
        super().__init__(source, block.method, block.size, limits)

    def _restart(self) -> None:
        window = Window(self._source, self.block.begin, self.block.stored)
        pieces: Iterator[bytes] = (window.read(at, _STEP) for at in range(0, window.size, _STEP))
        for coder in self.block.coders:
            pieces = _unpacked(coder, pieces, self._limits)
        self._pieces = _bounded(pieces, most(self.block.stored, self._limits))
        self._start, self._piece = 0, b""


def _bounded(pieces: Iterator[bytes], allowed: int) -> Iterator[bytes]:
    given = 0
    for piece in pieces:
        given += len(piece)
        if given > allowed:
            raise LimitExceeded("inflated_ratio", given, allowed)
        yield piece


def _unpacked(coder: Coder, pieces: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    """What comes out of one coder, no more than it states."""
    machine, left = _machine(coder, limits), coder.size
    for given in _framed(pieces) if coder.method in _FILTERS else pieces:
        data = given
        while left and not machine.eof:
            try:
                piece = machine.decompress(data, min(_PIECE, left))
            except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
                raise FormatError(f"the {coder.method} stream is broken: {error}") from None
            data = b""
            left -= len(piece)
            if piece:
                yield piece
            if machine.needs_input:
                break
        if not left:
            return


def _framed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes as LZMA2 that compresses nothing, which is how the standard library lets a filter run by itself."""
    control = 1
    for piece in pieces:
        for at in range(0, len(piece), _STEP):
            part = piece[at : at + _STEP]
            yield struct.pack(">BH", control, len(part) - 1) + part
            control = 2
    yield b"\0"


class _Copy:
    eof = False
    unused_data = b""

    def __init__(self) -> None:
        self._kept = b""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        data = self._kept + data
        self._kept = data[max_length:]
        return data[:max_length]

    @property
    def needs_input(self) -> bool:
        return not self._kept


def _lzma(coder: Coder, limits: Limits) -> Decompressor:
    settings = coder.properties
    if len(settings) != 5 or settings[0] >= 9 * 5 * 5:
        raise FormatError(f"{settings[:8].hex()} are no settings of LZMA")
    rest, lc = divmod(settings[0], 9)
    pb, lp = divmod(rest, 5)
    size = _dictionary(int.from_bytes(settings[1:], "little"), coder, limits)
    return _raw({"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": lc, "lp": lp, "pb": pb})


def _lzma2(coder: Coder, limits: Limits) -> Decompressor:
    if len(coder.properties) != 1 or coder.properties[0] > 40:
        raise FormatError(f"{coder.properties[:8].hex()} are no settings of LZMA2")
    bits = coder.properties[0]
    size = _dictionary((2 | bits & 1) << bits // 2 + 11, coder, limits)
    return _raw({"id": lzma.FILTER_LZMA2, "dict_size": size})


def _dictionary(stated: int, coder: Coder, limits: Limits) -> int:
    """No stream looks further back than it is long, so that small ones need no large dictionary."""
    needed = min(stated, coder.size)
    if needed > limits.inflate_memory:
        raise LimitExceeded("inflate_memory", needed, limits.inflate_memory)
    return max(needed, _LEAST_DICTIONARY)


_MACHINES: dict[str, Callable[[Coder, Limits], Decompressor]] = {
    "Copy": lambda _coder, _limits: _Copy(),
    "LZMA": _lzma,
    "LZMA2": _lzma2,
    "Deflate": lambda _coder, _limits: Zlib(-15),
    "BZip2": lambda _coder, _limits: bz2.BZ2Decompressor(),
    "Zstandard": lambda _coder, limits: zstandard(limits),
}


def _machine(coder: Coder, limits: Limits) -> Decompressor:
    if coder.method in _MACHINES:
        return _MACHINES[coder.method](coder, limits)
    filter_: dict[str, int] = {"id": _FILTERS[coder.method]}
    if coder.method == "Delta":
        filter_["dist"] = (coder.properties or b"\0")[0] + 1
    return _raw(filter_, {"id": lzma.FILTER_LZMA2, "dict_size": _LEAST_DICTIONARY})


def _raw(*filters: dict[str, int]) -> Decompressor:
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)
    except lzma.LZMAError as error:
        raise FormatError(f"unusable settings of a coder: {error}") from None
