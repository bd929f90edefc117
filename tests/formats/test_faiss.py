from __future__ import annotations

import random
import struct
from contextlib import suppress

import pytest

from attacks.faiss import HONEST, flat, graph, head, inverted, listed, lists, transformed
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import faiss
from reading import read
from told import told


@pytest.mark.parametrize("file", HONEST.items(), ids=lambda file: file[0])
@pytest.mark.parametrize("name", ["", "store", "model.safetensors", "model.pkl", "config.json"])
def test_an_index_is_recognised_under_any_name(file: tuple[str, bytes], name: str) -> None:
    seen = read(file[1], name or file[0])
    assert (seen.format, seen.error) == ("faiss", None)


@pytest.mark.parametrize("name", HONEST)
def test_there_is_nothing_to_say_of_an_honest_index(name: str) -> None:
    assert told(name, HONEST[name]).findings == ()


def test_an_index_tells_what_it_is_made_of() -> None:
    value = read(HONEST["mapped.index"], "mapped.index").value
    assert (value.kinds, value.dimensions, value.vectors) == (("IxM2", "IxPT", "IwFl", "IxF2"), 2, 3)


@pytest.mark.parametrize("data", HONEST.values(), ids=list(HONEST))
def test_no_truncation_and_no_further_byte_is_an_index(data: bytes) -> None:
    for end in range(len(data)):
        with pytest.raises(FormatError):
            faiss.read(MemorySource(data[:end]), Limits())
    with pytest.raises(FormatError, match="1 bytes stand behind the index"):
        faiss.read(MemorySource(data + b"\0"), Limits())


@pytest.mark.parametrize("data", HONEST.values(), ids=list(HONEST))
def test_random_changes_are_a_value_or_a_format_error(data: bytes) -> None:
    dice = random.Random(len(data))
    for _ in range(300):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            changed[dice.randrange(len(changed))] = dice.choice((0, 1, 0x7F, 0x80, 0xFF, dice.randrange(256)))
        with suppress(FormatError):
            faiss.read(MemorySource(bytes(changed)), Limits())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (flat(b"INSf"), "the index of kind 'INSf' cannot be walked"),
        (graph(b"IHNz"), "the index of kind 'IHNz' cannot be walked"),
        (graph(b"IxF2" + head(dimensions=-1)), "no head of an index, but (-1,"),
        (inverted(b"ilod" + bytes(40)), "the lists of kind 'ilod' lie in another file"),
        (inverted(b"ilbl" + bytes(40)), "the lists of kind 'ilbl' cannot be walked"),
        (inverted(lists(sizes=(3,))), "1 sizes of 2 lists"),
        (inverted(lists(sizes=(2, 2))), "the lists asks for 64 bytes, 48 are left"),
        (inverted(b"ilar" + struct.pack("<QQ4sQ", 1 << 60, 8, b"full", 1 << 60)), "sizes of lists do not fit"),
        (inverted(mapped=b"\3" + bytes(8)), "a map of kind 3"),
        (flat()[:37] + b"\xff" * 8, "a list of the index IxF2 asks for"),
        (transformed(flat()).replace(b"VNrm", b"Vown"), "the transform of kind 'Vown' cannot be walked"),
    ],
)
def test_what_no_writer_writes_or_what_lies_elsewhere_is_named(data: bytes, words: str) -> None:
    error = read(data, "index.faiss").error
    assert error is not None
    assert words in error.message


@pytest.mark.parametrize("data", [b"IxF2" + bytes(40), b"IBxF" + bytes(40), b"Ixion, a king", b"IxF2"])
def test_what_begins_alike_is_no_index(data: bytes) -> None:
    assert read(data, "index.faiss").format != "faiss"


@pytest.mark.reaches("graph_depth")
def test_an_index_of_indexes_without_end_is_given_up() -> None:
    data = flat()
    for _ in range(100):
        data = b"IxMp" + head() + data + listed(8, 0)
    with pytest.raises(LimitExceeded, match="graph_depth"):
        faiss.read(MemorySource(data), Limits())
