"""The format by itself: what is written is read, and nothing else."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import pytest

from hilt.core.errors import FormatError
from hilt.record.blobs.delta_format import (
    BLOCK,
    MAGIC,
    MOST_HEAD,
    Base,
    Head,
    Segment,
    blocks,
    encode_head,
    read_head,
)
from kept_files import sha256_of

BASE = Base(sha256_of(b"base"), 5000)
HEAD = Head(sha256_of(b"it"), 3008, "zlib", (BASE,), (Segment(1000, 1), Segment(2008, 8, 0, 2992)))


def head_of(**changes: Any) -> bytes:
    """The head above with other values in its JSON."""
    table = json.loads(encode_head(HEAD)[12:]) | changes
    data = json.dumps(table).encode()
    return struct.pack("<8sI", MAGIC, len(data)) + data


def test_a_head_is_read_back() -> None:
    assert read_head(io.BytesIO(encode_head(HEAD) + b"blocks").read) == HEAD


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "begins with b''"),
        (b"hiltdlt2" + bytes(4), "begins with b'hiltdlt2'"),
        (MAGIC + b"\xff\xff\xff\xff", f"{MOST_HEAD} are allowed"),
        (MAGIC + b"\x09\0\0\0{}", "ends after 2 of the 9 bytes"),
        (MAGIC + b"\x02\0\0\0{}", "schema: this key is missing"),
        (MAGIC + b"\x02\0\0\0[]", "an object is needed"),
        (MAGIC + b"\x04\0\0\0null", "an object is needed"),
        (MAGIC + b"\x90\x5f\1\0" + b"[" * 90_000, "head is none"),
        (head_of(schema="hilt.delta/2"), "reads hilt.delta/1 alone"),
        (head_of(more=1), "does not know"),
        (head_of(packed="rar"), "'rar', and this version of hilt knows zstd, zlib"),
        (head_of(size=3009), "do not add up to the 3009 bytes"),
        (head_of(size=2**80), "whole number|do not add up"),
        (head_of(sha256="../../etc/passwd"), "a SHA-256 in it is none"),
        (head_of(bases=[{"sha256": "A" * 64, "size": 5000}]), "a SHA-256 in it is none"),
        (head_of(bases=[]), "outside of its base"),
        (head_of(bases=[{"sha256": BASE.sha256, "size": 4999}]), "outside of its base"),
        (head_of(bases=[{"sha256": BASE.sha256, "size": 2**62}]), "outside of its base"),
        (head_of(segments=[[3008, 3]]), "no numbers fit"),
        (head_of(segments=[[3004, 8], [4, 1]]), "no numbers fit"),
        (head_of(segments=[[3008, 1], [0, 1]]), "no numbers fit"),
        (head_of(segments=[[3008, 1, -1, 0]]), "whole numbers are needed"),
        (head_of(segments=[[3008, True]]), "whole numbers are needed"),
        (head_of(segments=[[3008.0, 1]]), "whole numbers are needed"),
        (head_of(segments=[[2**70, 1]]), "whole numbers are needed"),
        (head_of(segments=[[3008]]), "whole numbers are needed"),
        (head_of(bases=[{"sha256": BASE.sha256, "size": 5000}] * 1001), "are too many"),
    ],
)
def test_a_head_that_cannot_be_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FormatError, match=why):
        read_head(io.BytesIO(data).read)


def test_what_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(FormatError, match="outside of its base"):
        encode_head(HEAD._replace(bases=()))


def test_blocks_are_a_mib_of_the_file_each() -> None:
    segments = (Segment(2 * BLOCK + 8, 8, 0, 16), Segment(5, 1))
    assert list(blocks(segments)) == [
        Segment(BLOCK, 8, 0, 16),
        Segment(BLOCK, 8, 0, 16 + BLOCK),
        Segment(8, 8, 0, 16 + 2 * BLOCK),
        Segment(5, 1),
    ]
