"""Builds the smallest pictures, sounds, films, fonts and documents that keep to their formats."""

from __future__ import annotations

import struct
import zlib


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\7")) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    """A progressive one: two scans, with stuffed bytes and a restart among the numbers."""

    def segment(mark: int, data: bytes) -> bytes:
        return bytes([0xFF, mark]) + struct.pack(">H", len(data) + 2) + data

    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + b"\xff" + scan + scan + b"\xff\xd9"


def gif() -> bytes:
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes(6)
    comment = b"\x21\xfe\x04hilt\0"
    picture = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    return b"GIF89a" + screen + comment + picture + b"\x3b"


def bmp() -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 24, 0, 4, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 14 + 40 + 4, 0, 0, 14 + 40) + header + b"\x12\x34\x56\0"


def wav() -> bytes:
    body = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8) + b"data" + struct.pack("<I", 4) + bytes(4)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def mp4() -> bytes:
    def box(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", 8 + len(data)) + kind + data

    wide = struct.pack(">I4sQ", 1, b"mdat", 20) + b"hilt"
    return box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov", box(b"mvhd", bytes(100))) + wide


def ogg() -> bytes:
    page = b"OggS" + bytes(22) + b"\2\5\3" + b"hiltogg!"
    return page + page


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n2 0 obj<<>>endobj\n%%EOF\n"


def truetype() -> bytes:
    return b"\0\1\0\0" + struct.pack(">HHHH", 1, 16, 0, 0) + b"glyf" + struct.pack(">III", 0, 28, 5) + b"hilt!\0\0\0"


def woff() -> bytes:
    return b"wOFF\0\1\0\0" + struct.pack(">IHHIHHIIIII", 48, 0, 0, 48, 1, 0, 0, 0, 0, 0, 0) + b"hilt"


def icon() -> bytes:
    return struct.pack("<HHH", 0, 1, 1) + struct.pack("<BBBBHHII", 1, 1, 0, 0, 1, 32, 4, 22) + b"hilt"


def tiff(order: str = "<") -> bytes:
    """Two strips, what the camera says in a directory of its own, and a second picture."""

    def directory(*entries: tuple[int, int, int, int], then: int = 0) -> bytes:
        listed = b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries)
        return struct.pack(f"{order}H", len(entries)) + listed + struct.pack(f"{order}I", then)

    first = directory((273, 4, 2, 64), (279, 4, 2, 72), (34665, 4, 1, 80), then=98)
    camera = directory((0x9003, 2, 4, 0))
    second = directory((273, 4, 1, 128), (279, 4, 1, 8))
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8)
    strips = struct.pack(f"{order}4I", 136, 140, 4, 4)
    return (start + first).ljust(64, b"\0") + strips + camera + second + b"hilt" * 4


HONEST = {
    "scan.tif": tiff(), "map.tiff": tiff(">"),
    "logo.png": png(), "photo.jpg": jpeg(), "film.gif": gif(), "voice.wav": wav(), "scan.bmp": bmp(), "film.mp4": mp4(), "voice.ogg": ogg(),
    "paper.pdf": pdf(), "font.ttf": truetype(), "font.woff": woff(), "favicon.ico": icon(),
}  # fmt: skip
