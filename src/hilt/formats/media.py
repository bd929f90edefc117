"""Recognises the pictures, sounds, films, fonts and documents that repositories carry beside their model.

Specifications: the signatures of PNG (RFC 2083), JPEG (ITU T.81), GIF89a, RIFF (WebP, WAV), BMP, PDF (ISO 32000), MP4 (ISO
14496-12), Ogg (RFC 3533), FLAC, MP3 with ID3, TrueType, OpenType, WOFF, TIFF 6.0. What they show is not read, only where they end.

What can bite: a PDF document may run scripts, start programs and carry files; the others are shown and run nothing,
other than by a fault of the program that shows them. Bytes behind the end can be another file.

What hilt cannot see: what it shows; where MP3 and FLAC end, which state no length; bytes between the objects of PDF
documents, and their compressed parts; bytes between the parts of TIFF; texts and profiles inside of pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.media_ends import end_of
from hilt.formats.reader import Head
from hilt.formats.stretches import Stretch, unowned

SIGNATURES: tuple[tuple[str, int, bytes], ...] = (
    ("png", 0, b"\x89PNG\r\n\x1a\n"),
    ("jpeg", 0, b"\xff\xd8\xff"),
    ("gif", 0, b"GIF87a"),
    ("gif", 0, b"GIF89a"),
    ("webp", 8, b"WEBP"),
    ("wav", 8, b"WAVE"),
    ("pdf", 0, b"%PDF-"),
    ("mp4", 4, b"ftyp"),
    ("ogg", 0, b"OggS"),
    ("flac", 0, b"fLaC"),
    ("mp3", 0, b"ID3\x03"),
    ("mp3", 0, b"ID3\x04"),
    ("truetype", 0, b"\x00\x01\x00\x00\x00"),
    ("opentype", 0, b"OTTO\x00"),
    ("woff", 0, b"wOFF"),
    ("woff", 0, b"wOF2"),
    ("tiff", 0, b"II*\x00"),
    ("tiff", 0, b"MM\x00*"),
    ("icon", 0, b"\x00\x00\x01\x00\x01\x00"),
)


_BITMAP_HEADERS = frozenset(length.to_bytes(2, "little") for length in (12, 40, 52, 56, 64, 108, 124))


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What kind of picture, sound or document it is, and which bytes stand behind its end."""

    kind: str
    unowned: tuple[Stretch, ...]


def kind_of(data: bytes) -> str | None:
    """The kind that the first bytes of a file show."""
    for kind, offset, signature in SIGNATURES:
        if data.startswith(signature, offset) and (offset != 8 or data.startswith(b"RIFF")):
            return kind
    bitmap = data[:2] == b"BM" and data[6:10] == bytes(4) and data[14:16] in _BITMAP_HEADERS
    return "bmp" if bitmap else None


def probe(head: Head) -> bool:
    return kind_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> Media:
    """The kind of `source` and its end. Raises `FormatError` where it has none, or breaks off before it."""
    kind = kind_of(source.read(0, 16))
    if kind is None:
        raise FormatError("no picture, sound or document that is known", offset=0)
    return Media(kind=kind, unowned=unowned([(0, end_of(kind, source, limits))], source.size))
