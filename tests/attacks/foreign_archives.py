"""Builds 7z, RAR and ar archives byte by byte, honest and hostile, and the first bytes of what hilt only names."""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Sequence

COPY, LZMA2, DELTA, PPMD, AES = b"\0", b"\x21", b"\3", b"\3\4\1", b"\6\xf1\7\1"
_DICTIONARY = 0x10

Files = Sequence[tuple[str, bytes]]


def number(value: int) -> bytes:
    """As many bytes behind the first as that has leading ones."""
    for extra in range(8):
        if value < 1 << 7 * (extra + 1):
            first = (0xFF00 >> extra & 0xFF) | value >> 8 * extra
            return bytes([first]) + (value & (1 << 8 * extra) - 1).to_bytes(extra, "little")
    return b"\xff" + value.to_bytes(8, "little")


def coder(method: bytes, settings: bytes = b"") -> bytes:
    flags = len(method) | (0x20 if settings else 0)
    return bytes([flags]) + method + (number(len(settings)) + settings if settings else b"")


def _packed(data: bytes, method: bytes) -> tuple[bytes, bytes]:
    """The bytes as `method` packs them, and its coder."""
    if method != LZMA2:
        return data, coder(method, b"\3" if method == DELTA else b"")
    chain = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    return lzma.compress(data, lzma.FORMAT_RAW, filters=chain), coder(LZMA2, bytes([_DICTIONARY]))


def streams(stored: int, size: int, one: bytes, *, at: int = 0, crc32: int | None = None) -> bytes:
    """Where one block lies, and what unpacks it."""
    crc = b"" if crc32 is None else b"\x0a\1" + struct.pack("<I", crc32)
    pack = b"\6" + number(at) + b"\1\x09" + number(stored) + b"\0"
    return pack + b"\7\x0b\1\0\1" + one + b"\x0c" + number(size) + crc + b"\0"


def files_of(names: Sequence[str], *, attributes: Sequence[int] = (), count: int | None = None) -> bytes:
    encoded = b"\0" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in names)
    told = b"\x11" + number(len(encoded)) + encoded
    if attributes:
        body = b"\1\0" + struct.pack(f"<{len(attributes)}I", *attributes)
        told += b"\x15" + number(len(body)) + body
    return b"\5" + number(len(names) if count is None else count) + told + b"\0"


def seven_zip(
    files: Files = (("config.json", b"{}"), ("notes.txt", b"notes\n" * 99)),
    *,
    method: bytes = LZMA2,
    size: int | None = None,
    attributes: Sequence[int] = (),
    count: int | None = None,
    between: bytes = b"",
    behind: bytes = b"",
    layers: int = 0,
    hidden: bool = False,
) -> bytes:
    """A 7z archive of one block. `layers` packs the list of members so often, `hidden` says that it is encrypted."""
    data = b"".join(content for _, content in files)
    packed, one = _packed(data, method)
    sizes = b"".join(number(len(content)) for _, content in files[:-1])
    crcs = b"\x0a\1" + b"".join(struct.pack("<I", zlib.crc32(content)) for _, content in files)
    substreams = b"\x08\x0d" + number(len(files)) + (b"\x09" + sizes if sizes else b"") + crcs + b"\0"
    unpacked = len(data) if size is None else size
    header = b"\1\4" + streams(len(packed), unpacked, one) + substreams + b"\0"
    header += files_of([name for name, _ in files], attributes=attributes, count=count) + b"\0"
    body = packed + between
    for _ in range(layers or hidden):
        inner, one = _packed(header, LZMA2)
        one = coder(AES, b"\x53\7") if hidden else one
        header, body = (
            b"\x17" + streams(len(inner), len(header), one, at=len(body), crc32=zlib.crc32(header)) + b"\0",
            body + inner,
        )
    return seven_zip_raw(body, header) + behind


def seven_zip_raw(body: bytes, header: bytes) -> bytes:
    start = struct.pack("<QQI", len(body), len(header), zlib.crc32(header))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<I", zlib.crc32(start)) + start + body + header


def vint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def _block_five(kind: int, body: bytes, data: bytes = b"", extra: bytes = b"") -> bytes:
    flags = (1 if extra else 0) | (2 if data else 0)
    header = vint(kind) + vint(flags) + (vint(len(extra)) if extra else b"") + (vint(len(data)) if data else b"")
    header += body + extra
    header = vint(len(header)) + header
    return struct.pack("<I", zlib.crc32(header)) + header + data


def rar_five(
    files: Files = (("config.json", b"{}"),),
    *,
    method: int = 0,
    size: int | None = None,
    hidden: bool = False,
    encrypted: bool = False,
    link: str = "",
) -> bytes:
    out = b"Rar!\x1a\7\1\0"
    if hidden:
        return out + _block_five(4, b"\0\0\x0f" + b"s" * 16) + b"?" * 64
    out += _block_five(1, b"\0")
    for name, data in files:
        raw = name.encode()
        body = vint(4) + vint(len(data) if size is None else size) + vint(0o644) + struct.pack("<I", zlib.crc32(data))
        body += vint(method << 7) + vint(1) + vint(len(raw)) + raw
        record = b"\1\0\0" if encrypted else b"\5\1\0" + vint(len(link)) + link.encode() if link else b""
        out += _block_five(2, body, data, vint(len(record)) + record if record else b"")
    return out + _block_five(5, b"\0")


def _block_four(kind: int, flags: int, body: bytes) -> bytes:
    header = struct.pack("<BHH", kind, flags, len(body) + 7) + body
    return struct.pack("<H", zlib.crc32(header) & 0xFFFF) + header


def rar_four(
    files: Files = (("config.json", b"{}"),), *, method: int = 0, flags: int = 0, hidden: bool = False
) -> bytes:
    out = b"Rar!\x1a\7\0" + _block_four(0x73, 0x80 if hidden else 0, bytes(6))
    for name, data in files:
        raw = name.encode()
        body = struct.pack(
            "<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 29, 0x30 + method, len(raw), 0o100644
        )
        out += _block_four(0x74, flags | 0x8000, body + raw) + data
    return out + _block_four(0x7B, 0x4000, b"")


def ar(files: Files = (("debian-binary", b"2.0\n"), ("control.tar", b"odd")), *, size: int | None = None) -> bytes:
    out = b"!<arch>\n"
    for name, data in files:
        length = len(data) if size is None else size
        out += b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name.encode(), 0, 0, 0, b"100644", length) + data
        out += b"\n" * (len(data) % 2)
    return out


NAMED = (
    ("setup.cab", b"MSCF\0\0\0\0" + bytes(40), "Windows cabinet"),
    ("model.ace", b"\x9a\x6a\x31\0\0\x90\0**ACE**" + bytes(40), "ACE archive"),
    ("model.lzh", b"\x21\x5f-lh5-" + bytes(40), "LHA archive"),
    ("model.iso", bytes(0x8001) + b"CD001\1" + bytes(99), "image of a CD"),
    ("model.dmg", b"x\xda" + bytes(99) + b"koly" + bytes(508), "disk image of a Mac"),
    ("model.cpio", b"070701" + b"0" * 104, "cpio archive"),
    ("model.z", b"\x1f\x9d\x90" + bytes(range(40)), "compress file (.Z)"),
    ("model.tar.lz", b"LZIP\1\x0c" + bytes(range(40)), "lzip file"),
    ("weights.enc", b"Salted__" + bytes(range(40)), "file encrypted by OpenSSL"),
    ("secrets", b"$ANSIBLE_VAULT;1.1;AES256\n" + b"6869" * 20 + b"\n", "file encrypted by Ansible"),
    ("weights.b64", b"U2FsdGVkX1+aGlsdA==\n", "file encrypted by OpenSSL"),
    ("model.rpm", b"\xed\xab\xee\xdb\3\0" + bytes(90), "RPM package"),
)
"""Files that are only named: name, content, kind."""
