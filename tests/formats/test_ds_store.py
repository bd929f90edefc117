from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks.ds_store import PLACES, ds_store
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import ds_store as reader
from reading import read
from told import told


@pytest.mark.parametrize("name", [".DS_Store", "", "weights", "model.safetensors", "model.pkl"])
def test_it_is_recognised_under_any_name(name: str) -> None:
    seen = read(ds_store(), name)
    assert (seen.format, seen.error) == ("ds-store", None)
    assert (seen.value.blocks, seen.value.unowned) == (3, ())


def test_there_is_nothing_to_say_of_an_honest_one() -> None:
    said = told(".DS_Store", ds_store())
    assert (said.findings, said.stopped) == ((), False)


def test_bytes_behind_the_last_block_are_named() -> None:
    said = told(".DS_Store", ds_store() + b"hilt" * 50)
    assert "hidden-bytes" in {finding.check for finding in said.findings}


def test_no_truncation_is_one() -> None:
    data = ds_store()
    for end in range(8, len(data), 7):
        with pytest.raises(FormatError):
            reader.read(MemorySource(data[:end]), Limits())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (ds_store(again=0), "the root block is at 4096 and at 0"),
        (ds_store(root=0x2000, again=0x2000), "the root block of 2048 bytes at 8192 does not fit"),
        (ds_store(root=0, again=0), "the root block of 2048 bytes at 0 does not fit"),
        (ds_store(name=b"DSDX"), "no tree of records, but 1 of b'DSDX'"),
        (ds_store(number=9), "in block 9"),
        (ds_store(places=(*PLACES, 0x200B)), "a block ends at byte 10244, the file after 6148"),
        (ds_store(places=(*PLACES, 31)), "a block ends at byte"),
    ],
)
def test_what_no_writer_writes_is_named(data: bytes, words: str) -> None:
    error = read(data, ".DS_Store").error
    assert error is not None
    assert words in error.message


@pytest.mark.reaches("header_entries")
def test_more_blocks_than_allowed_are_given_up() -> None:
    assert "header_entries" in str(read(ds_store(), ".DS_Store", Limits(header_entries=2)).error)


def test_random_changes_are_a_value_or_a_format_error() -> None:
    dice, data = random.Random(6), ds_store()
    for _ in range(300):
        changed = bytearray(data)
        for at in (*range(8, 20), *range(0x1004, 0x1014), *range(0x140C, 0x1500)):
            if dice.random() < 0.02:
                changed[at] = dice.randrange(256)
        with suppress(FormatError):
            reader.read(MemorySource(bytes(changed)), Limits())
