"""Tells text from binary: UTF-8, UTF-16 or UTF-32 with a byte order mark, or a Latin 8-bit code.

Whatever no other reader knows and is text from its first to its last byte: vocabularies, merges, requirements, tables,
package metadata. The text is not kept; it is looked at in windows, so its size does not matter. `whole` gives the text
of a file that is small enough, to the readers of code, templates, cards and licences.

What can bite: nothing by itself. By their names some texts are acted upon: requirements by pip, `.pth` by Python,
settings, shortcuts and pages by whoever opens them.

What hilt cannot see: what a text means: merges, vocabularies and tables are not understood. Models in formats of text
that have no reader are only text.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.reader import Head

WINDOW = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next one
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
)
CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b")) + b"\x7f"
UNUSED_IN_LATIN = bytes({0x81, 0x8D, 0x8F, 0x90, 0x9D})
"""The bytes that neither ASCII, nor ISO 8859-1 text, nor Windows-1252 uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text file: its encoding and its size in bytes."""

    encoding: str
    size: int


def encoding_of(data: bytes) -> str | None:
    """The encoding in which the beginning of a file is text, or None where it is binary."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data or len(data) - len(data.translate(None, CONTROLS)) > len(data) // 64:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        plain = sum(32 <= byte < 127 for byte in data) >= 0.7 * len(data)
        return "latin-1" if plain and len(data.translate(None, UNUSED_IN_LATIN + CONTROLS)) == len(data) else None
    return "utf-8"


def probe(head: Head) -> bool:
    return bool(head.data) and encoding_of(head.data) is not None


def read(source: ByteSource, limits: Limits) -> Text:
    """Looks at all of `source`. Raises `FormatError` at the first byte that is not text in the encoding of the start."""
    del limits
    encoding = encoding_of(source.read(0, 4096))
    if encoding is None:
        raise FormatError("binary, not text", offset=0)
    decoder = codecs.getincrementaldecoder(encoding)()
    for offset in range(0, source.size, WINDOW):
        window = source.read(offset, WINDOW)
        if not encoding.startswith(("utf-16", "utf-32")) and (nul := window.find(b"\0")) >= 0:
            raise FormatError("text is followed by binary: a zero byte", offset=offset + nul)
        try:
            decoder.decode(window, final=offset + WINDOW >= source.size)
        except UnicodeDecodeError as error:
            raise FormatError(f"text is followed by binary: {error.reason} in {encoding}", offset=offset) from None
    return Text(encoding=encoding, size=source.size)


def whole(source: ByteSource, limits: Limits) -> str:
    """The text of `source`, without its byte order mark."""
    if source.size > limits.text_bytes:
        raise LimitExceeded("text_bytes", source.size, limits.text_bytes)
    data = source.read(0, source.size)
    encoding = encoding_of(data)
    if encoding is None:
        raise FormatError("binary, not text", offset=0)
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise FormatError(f"not text: {error.reason} in {encoding}", offset=error.start) from None
