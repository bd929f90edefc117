"""The ground of an HDF5 file: its superblock, its addresses, and how much of it may be looked at.

Specification: "HDF5 File Format Specification Version 3.0", sections I and II (superblock versions 0 to 3).
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_WINDOW = 1 << 14


def signature_offset(source: ByteSource) -> int | None:
    """Where the superblock begins: at 0, 512, 1024 and so on, doubling; None where there is none."""
    offset = 0
    while offset + len(SIGNATURE) <= source.size:
        if source.read(offset, len(SIGNATURE)) == SIGNATURE:
            return offset
        offset = offset * 2 or 512
    return None


class Fields:
    """Takes fields one after the other from bytes that begin at `offset` of the file."""

    def __init__(self, data: bytes, file: File, offset: int) -> None:
        self.data, self.file, self.offset, self.position = data, file, offset, 0

    @property
    def left(self) -> int:
        return len(self.data) - self.position

    def take(self, n: int) -> bytes:
        if n > self.left:
            where = self.offset + self.position
            raise FormatError(f"a field of {n} bytes in a structure that has {self.left} left", offset=where)
        self.position += n
        return self.data[self.position - n : self.position]

    def number(self, n: int) -> int:
        return int.from_bytes(self.take(n), "little")

    def address(self) -> int | None:
        """An address; None for the undefined one."""
        value = self.number(self.file.offset_size)
        return None if value == (1 << 8 * self.file.offset_size) - 1 else value

    def defined_address(self) -> int:
        value = self.address()
        if value is None:
            raise FormatError("an address is undefined", offset=self.offset + self.position)
        return value

    def length(self) -> int:
        return self.number(self.file.length_size)

    def text(self) -> str:
        """Text up to a zero byte, which is taken too."""
        end = self.data.find(b"\0", self.position)
        raw = self.take((end if end >= 0 else len(self.data)) - self.position)
        self.position += end >= 0
        return self.file.held(raw)

    def fields(self, n: int) -> Fields:
        """The next `n` bytes as fields of their own."""
        offset = self.offset + self.position
        return Fields(self.take(n), self.file, offset)

    def expect(self, signature: bytes, version: int | None = 0) -> None:
        """Takes a signature, and the version behind it where there is one."""
        found = self.take(len(signature))
        if found != signature:
            raise FormatError(f"{found!r} stands where {signature!r} belongs", offset=self.offset)
        if version is not None and (said := self.number(1)) != version:
            raise FormatError(f"{signature.decode()} has version {said}, not {version}", offset=self.offset)


class File:
    """An HDF5 file: bytes by address, and the budget for looking at them."""

    def __init__(self, source: ByteSource, limits: Limits) -> None:
        self.source, self.limits = source, limits
        self.offset_size = self.length_size = 8
        self.base = 0
        self._window, self._window_start = b"", 0
        self._records = self._text = 0
        start = signature_offset(source)
        if start is None:
            raise FormatError("there is no HDF5 signature at 0, 512, 1024 and so on", offset=0)
        self.superblock = start
        """Where the superblock begins, and so the size of the user block in front of it."""
        self.root, self.end = self._superblock(start)

    def at(self, address: int, n: int) -> Fields:
        """The `n` bytes at an address, which the file must have."""
        offset = self.base + address
        if n > self.limits.graph_text_bytes:
            raise LimitExceeded("graph_text_bytes", n, self.limits.graph_text_bytes, offset=offset)
        if not (self._window_start <= offset and offset + n <= self._window_start + len(self._window)):
            if offset + n > self.source.size:
                raise FormatError(f"{n} bytes past the end of the file of {self.source.size} bytes", offset=offset)
            self._window, self._window_start = self.source.read(offset, max(n, _WINDOW)), offset
        begin = offset - self._window_start
        return Fields(self._window[begin : begin + n], self, offset)

    def upto(self, address: int, n: int) -> Fields:
        """At most `n` bytes at an address, fewer where the file ends."""
        return self.at(address, max(0, min(n, self.source.size - self.base - address)))

    def count(self, records: int = 1) -> None:
        """Counts what is looked at, so that no file can make hilt look for ever."""
        self._records += records
        if self._records > self.limits.hdf5_records:
            raise LimitExceeded("hdf5_records", self._records, self.limits.hdf5_records)

    def hold(self, characters: int) -> None:
        """Counts the text that is kept."""
        self._text += characters
        if self._text > self.limits.graph_text_bytes:
            raise LimitExceeded("graph_text_bytes", self._text, self.limits.graph_text_bytes)

    def held(self, raw: bytes) -> str:
        """Text that is kept; bytes that are not UTF-8 stand as escapes."""
        self.hold(len(raw))
        return raw.decode("utf-8", "backslashreplace")

    def _superblock(self, start: int) -> tuple[int, int]:
        """The address of the root group's object header, and the end of the file as the superblock has it."""
        self.base = start
        fields = self.upto(len(SIGNATURE), 128)
        version = fields.number(1)
        if version in {0, 1}:
            fields.take(4)
            self._sizes(fields)
            fields.take(1 + 4 + 4 + (4 if version else 0))
            base = fields.defined_address()
            fields.address()
            end = fields.defined_address()
            fields.address()
            fields.length()  # the name of the root group, which has none
        elif version in {2, 3}:
            self._sizes(fields)
            fields.take(1)
            base = fields.defined_address()
            fields.address()
            end = fields.defined_address()
        else:
            raise FormatError(f"superblock version {version} is not one that hilt reads (0 to 3)", offset=start)
        root = fields.defined_address()
        # As in the HDF5 library: addresses count from the signature whatever base the superblock states.
        return root, end + start - base

    def _sizes(self, fields: Fields) -> None:
        self.offset_size, self.length_size = fields.number(1), fields.number(1)
        if self.offset_size not in {2, 4, 8} or self.length_size not in {2, 4, 8}:
            sizes = f"addresses of {self.offset_size} and lengths of {self.length_size} bytes"
            raise FormatError(f"{sizes}; 2, 4 or 8 are expected", offset=fields.offset)
