"""Lists what is in a zlib stream: collections of documents of spaCy (`.spacy`) and whatever else is stored so.

Specification: RFC 1950. A `.spacy` file is MessagePack inside (spaCy, tokens/_serialize.py, DocBin).

What can bite: bombs, and bytes behind the stream. Whatever is packed in it bites as it would by itself, and is read as
if it stood there.

What hilt cannot see: what comes out past the limits, which the coverage says.
"""

from __future__ import annotations

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, remembered
from hilt.formats.compressed import listed, opened
from hilt.formats.inflate import inflate
from hilt.formats.reader import Head

open_member = opened


def probe(head: Head) -> bool:
    begins = head.data[:1] == b"x" and int.from_bytes(head.data[:2], "big") % 31 == 0
    try:
        return begins and bool(next(inflate(head.source, "zlib", head.limits), b""))
    except FormatError:
        return False


@remembered
def read(source: ByteSource, limits: Limits) -> Archive:
    """The one member."""
    return listed(source, "zlib", limits)
