from __future__ import annotations

import json
import random
import struct

import pytest

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.safetensors import read

HEADER = json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "__metadata__": {"k": "v"}}).encode()
FILE = struct.pack("<Q", len(HEADER)) + HEADER + bytes(8)


def test_a_header_is_read_with_its_metadata() -> None:
    header = read(MemorySource(FILE), Limits())
    assert [(tensor.name, tensor.shape, tensor.end - tensor.begin) for tensor in header.tensors] == [("a", (2,), 8)]
    assert header.metadata == {"k": "v"}


def test_no_metadata_may_be_written_as_null() -> None:
    text = HEADER.replace(b'{"k": "v"}', b"null")
    header = read(MemorySource(struct.pack("<Q", len(text)) + text + bytes(8)), Limits())
    assert ([tensor.name for tensor in header.tensors], header.metadata) == (["a"], {})


@pytest.mark.reaches("safetensors_header_bytes")
def test_a_header_longer_than_the_limit_is_not_read() -> None:
    with pytest.raises(LimitExceeded) as caught:
        read(MemorySource(FILE), Limits(safetensors_header_bytes=20))
    assert (caught.value.limit, caught.value.seen) == ("safetensors_header_bytes", len(HEADER))


def test_every_truncation_of_the_header_is_an_error() -> None:
    for end in range(8 + len(HEADER)):
        with pytest.raises(FormatError):
            read(MemorySource(FILE[:end]), Limits())


def test_random_changes_are_a_value_or_a_format_error() -> None:
    dice = random.Random(1)
    errors = 0
    for _ in range(500):
        changed = bytearray(FILE)
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        try:
            read(MemorySource(bytes(changed)), Limits())
        except FormatError:
            errors += 1
    assert errors
