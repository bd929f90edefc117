from __future__ import annotations

import random
from contextlib import suppress

import pytest

from attacks import archives
from attacks.msgpack import COMMAND, FLAX, HONEST, SPACY, Ext, numpy_array, objects, pack
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats import READERS
from hilt.formats.msgpack import open_member
from hilt.formats.msgpack import read as walk
from hilt.formats.reader import HEAD, Head, recognise
from reading import read


@pytest.mark.parametrize("kind", HONEST)
@pytest.mark.parametrize("name", ["", "weights", "model.safetensors", "model.pkl"])
def test_a_file_is_recognised_under_any_name(kind: str, name: str) -> None:
    usual, data = HONEST[kind]
    file = read(data, name or usual)
    assert (file.format, file.error) == ("msgpack", None)


@pytest.mark.parametrize("data", [b"\x80", pack({2**40: 1, 2**41: 2})])
def test_numbers_by_numbers_are_known_by_the_name_that_spacy_gives_them(data: bytes) -> None:
    assert (read(data, "key2row").format, read(data, "data").format) == ("msgpack", "unknown")


def test_a_list_of_no_patterns_is_known_by_the_name_that_spacy_gives_it() -> None:
    assert (read(b"\x90", "patterns").format, read(b"\x90", "data").format) == ("msgpack", "unknown")
    assert read(b"\x91", "patterns").format == "unknown"


def test_arrays_of_spacy_are_told_and_passed_over() -> None:
    value = read(pack(SPACY), "model").value
    assert value.keys == ("nodes", "attrs", "params", "shims")
    assert [(array.name, array.dtype, array.shape, array.size) for array in value.arrays] == [
        ("params/0/W", "float32", (2, 2), 16),
        ("params/0/b", "structured", (2,), 24),
    ]
    assert (value.members, value.extensions, value.oddities) == ((), (), ())


def test_arrays_of_flax_are_told_and_its_other_types_known() -> None:
    data = pack(FLAX)
    value = read(data, "flax_model.msgpack").value
    assert [(array.name, array.dtype, array.shape) for array in value.arrays] == [
        ("params/kernel", "bfloat16", (2, 2)),
        ("params/scale", "float32", ()),
    ]
    assert all(array.declared_bytes == array.size for array in value.arrays)
    assert data[value.arrays[0].begin :].startswith(bytes(8))
    assert value.extensions == ()


def test_the_texts_of_the_outermost_map_are_placed() -> None:
    data = pack({"prefix_search": "^a+", "inner": {"x": "b"}})
    (begin, size) = read(data, "tokenizer").value.texts["prefix_search"]
    assert data[begin : begin + size] == b"^a+"


def test_an_array_of_objects_is_a_pickle() -> None:
    (stream,) = read(objects(COMMAND), "data.msgpack").value.pickles
    assert stream.name == "object array weights"


def test_a_byte_string_that_is_a_file_is_a_member() -> None:
    inner = archives.honest_zip()
    source = MemorySource(pack({"shims": [[pack({"state": inner})]]}))
    (member,) = walk(source, Limits()).members
    nested = open_member(source, member, Limits())
    (state,) = walk(nested, Limits()).members
    opened = open_member(nested, state, Limits())
    assert (member.path, state.path, opened.read(0, opened.size)) == ("shims_0_0", "state", inner)


def test_a_key_that_stands_twice_is_told() -> None:
    (oddity,) = read(pack((("a", 1), ("b", 2), ("a", 3))), "x.msgpack").value.oddities
    assert oddity.message == "the key 'a' stands twice in one map, at the top"


def test_extensions_of_other_programs_are_told() -> None:
    value = read(pack({"a": Ext(42, b"abc"), "b": Ext(1, b"no array of Flax"), "c": Ext(-1, b"12345")}), "x").value
    assert [extension.type for extension in value.extensions] == [42, 1, -1]


@pytest.mark.parametrize("kind", HONEST)
def test_every_truncation_is_a_format_error(kind: str) -> None:
    _, data = HONEST[kind]
    for end in range(len(data)):
        source = MemorySource(data[:end])
        recognise(READERS, Head(name="x", data=data[:end][:HEAD], source=source, limits=Limits()))
        with pytest.raises(FormatError):
            walk(source, Limits())


def test_random_changes_are_a_value_or_a_format_error() -> None:
    dice = random.Random("msgpack")
    for _ in range(1500):
        changed = bytearray(dice.choice(list(HONEST.values()))[1])
        for _ in range(dice.randint(1, 6)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        source = MemorySource(bytes(changed))
        recognise(READERS, Head(name="x.msgpack", data=bytes(changed[:HEAD]), source=source, limits=Limits()))
        with suppress(FormatError):
            walk(source, Limits())


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pack(1) + b"\0", "1 bytes stand behind the value"),
        (b"\x91\xc1", "the byte 0xc1 begins no value"),
        (b"\xdf\xff\xff\xff\xff", "a map of 8589934590 keys and values, with 0 bytes left"),
        (b"\x81\x80\x01", "a map as the key of a map"),
    ],
)
def test_what_is_no_value_is_named(data: bytes, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        walk(MemorySource(data), Limits())


@pytest.mark.reaches("msgpack_values")
def test_more_values_than_the_limit_are_not_walked() -> None:
    with pytest.raises(LimitExceeded, match="4 is past the limit msgpack_values = 3"):
        walk(MemorySource(pack([1, 2, 3, 4])), Limits(msgpack_values=3))


def test_lists_inside_each_other_have_a_bound() -> None:
    with pytest.raises(LimitExceeded, match="json_depth"):
        walk(MemorySource(b"\x91" * 1_000_000 + b"\0"), Limits())


def test_arrays_and_members_have_bounds() -> None:
    with pytest.raises(LimitExceeded, match="header_entries"):
        walk(MemorySource(pack([numpy_array(), numpy_array()])), Limits(header_entries=1))
    with pytest.raises(LimitExceeded, match="archive_members"):
        walk(MemorySource(pack([archives.honest_zip()] * 2)), Limits(archive_members=1))


def test_text_is_never_taken_for_it() -> None:
    for text in ("Ă\u0111 \u0e01\u0e02 \u4f60\u597d" * 50, "\u0712\u072a" * 100, "\u07c0" * 99):
        assert read(text.encode(), "vocab").format == "text"
