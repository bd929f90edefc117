from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks.gguf import HONEST, Info, Raw, array, gguf, text
from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.gguf import Gguf, read
from hilt.formats.jinja import Template

VOCABULARY = array(8, [text(word) for word in ("a", "b", "")])


def header(data: bytes, **limits: int) -> Gguf:
    return read(MemorySource(data), Limits(**limits))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("version", [2, 3])
def test_both_versions_are_read_in_both_byte_orders(order: str, version: int) -> None:
    value = header(gguf(metadata=[("n", 7), ("yes", True), ("s", "é")], version=version, order=order))
    assert (value.version, value.big_endian) == (version, order == ">")
    assert [(entry.key, entry.value) for entry in value.key_values] == [("n", 7), ("yes", True), ("s", "é")]
    assert [(t.name, t.shape, t.dtype, t.begin - value.data_start) for t in value.tensors] == [
        ("a", (8,), "F32", 0), ("b", (32, 2), "Q4_0", 32), ("c", (8,), "F32", 96),
    ]  # fmt: skip
    assert [t.declared_bytes for t in value.tensors] == [32, 36, 32]
    assert value.data_start % 32 == 0


@pytest.mark.parametrize("order", ["<", ">"])
def test_short_arrays_of_numbers_are_held(order: str) -> None:
    def numbers(count: int) -> Raw:
        return array(4, [struct.pack(order + "I", number) for number in range(count)], order)

    told = [("heads", numbers(3)), ("heads", numbers(1)), ("long", numbers(1025)), ("words", 7), ("none", numbers(0))]
    value = header(gguf(metadata=told, order=order))
    assert value.numbers("heads") == (0, 1, 2), "of keys that are there twice the first, as ggml takes it"
    assert [value.numbers(key) for key in ("long", "words", "none", "missing")] == [(), (), (), ()]
    many = header(gguf(metadata=[(str(key), numbers(1024)) for key in range(70)], order=order))
    assert sum(len(entry.numbers) for entry in many.key_values) == 1 << 16


def test_arrays_are_counted_and_not_held() -> None:
    nested = array(9, [array(4, [struct.pack("<I", 1)] * 2).data, array(8, [text("x")]).data])
    value = header(gguf(metadata=[("vocabulary", VOCABULARY), ("nested", nested), ("after", 1)]))
    assert [(entry.value, entry.count) for entry in value.key_values] == [(None, 3), (None, 2), (1, 1)]


def test_a_vocabulary_larger_than_the_window_is_walked() -> None:
    words = [text("w" * (n % 50)) for n in range(30_000)]
    value = header(gguf(metadata=[("vocabulary", array(8, words)), ("after", 1)]))
    assert value.value("after") == 1


def test_templates_are_kept_whole_with_their_key() -> None:
    long = "{# #}" * 20_000
    value = header(gguf(metadata=[("tokenizer.chat_template", "{{ a }}"), ("tokenizer.chat_template.tool_use", long)]))
    assert value.templates == (
        Template(name="tokenizer.chat_template", text="{{ a }}"),
        Template(name="tokenizer.chat_template.tool_use", text=long),
    )


def test_other_long_strings_are_not_held() -> None:
    value = header(gguf(metadata=[("tokenizer.huggingface.json", "x" * 70_000), ("after", 1)]))
    assert [(entry.value, entry.count) for entry in value.key_values] == [(None, 70_000), (1, 1)]


def test_the_alignment_of_the_metadata_moves_the_tensors() -> None:
    value = header(gguf([HONEST[0]], b"\0" * 32, [("general.alignment", 128)], alignment=128))
    assert (value.alignment, value.data_start % 128) == (128, 0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GGUF" + struct.pack("<I", 1), "GGUF version 1 is not one"),
        (gguf(version=4), "GGUF version 4 is not one"),
        (gguf(counts=(1 << 60, 0)), "1152921504606846976 tensors cannot fit"),
        (gguf(counts=(0, 1 << 60)), "1152921504606846976 key-values cannot fit"),
        (
            gguf(metadata=[("s", Raw(type=8, data=b"\xff" * 7 + b"\x7f"))]),
            "a value of 's' of 9223372036854775807 bytes",
        ),
        (gguf(metadata=[("x" * 70_000, 1)]), "a key of 70000 bytes"),
        (gguf(metadata=[("k", Raw(type=13, data=b"\0" * 8))]), "key 'k' has the unknown value type 13"),
        (gguf(metadata=[("k", array(13, []))]), "an array of the unknown value type 13"),
        (gguf(metadata=[("k", array(4, [], count=1 << 61))]), "an array of 2305843009213693952 elements"),
        (gguf(metadata=[("k", array(8, [b"\xff" * 8, *[b"\0" * 8] * 3]))]), "the file ends after"),
        (gguf([Info(name="a", shape=(1,) * 5)]), "tensor 'a' has 5 dimensions"),
        (gguf(metadata=[("general.alignment", 0)]), "general.alignment is 0"),
        (gguf(metadata=[("general.alignment", 24)]), "general.alignment is 24"),
        (gguf(metadata=[("general.alignment", "32")]), "general.alignment is '32'"),
    ],
)
def test_a_header_that_cannot_be_followed_says_why(data: bytes, words: str) -> None:
    with pytest.raises(FormatError) as caught:
        header(data)
    assert words in str(caught.value)


@pytest.mark.reaches("header_entries")
def test_more_entries_than_the_limit_are_refused() -> None:
    nested = array(9, [array(4, []).data] * 5)
    assert header(gguf(metadata=[("k", nested)]), header_entries=6).value("k") is None
    for data, allowed in ((gguf(), 2), (gguf([], b"", [("a", 1)] * 3), 2), (gguf(metadata=[("k", nested)]), 5)):
        with pytest.raises(LimitExceeded, match="header_entries"):
            header(data, header_entries=allowed)


@pytest.mark.reaches("gguf_header_bytes")
def test_a_header_longer_than_the_limit_is_refused() -> None:
    with pytest.raises(LimitExceeded, match="gguf_header_bytes"):
        header(gguf(metadata=[("vocabulary", VOCABULARY)]), gguf_header_bytes=80)


@pytest.mark.reaches("text_bytes")
def test_templates_longer_than_the_limit_together_are_refused() -> None:
    metadata = [("tokenizer.chat_template", "x" * 60), ("tokenizer.chat_template.rag", "x" * 60)]
    assert len(header(gguf(metadata=metadata), text_bytes=120).templates) == 2
    with pytest.raises(LimitExceeded, match="text_bytes"):
        header(gguf(metadata=metadata), text_bytes=119)


def test_other_strings_are_held_until_they_are_too_much_together() -> None:
    value = header(gguf(metadata=[("a", "x" * 60), ("b", "x" * 60), ("c", "x")]), text_bytes=100)
    assert [entry.value and len(str(entry.value)) for entry in value.key_values] == [60, None, 1]


@pytest.mark.reaches("json_depth")
def test_arrays_deeper_than_the_limit_are_refused() -> None:
    deep = array(4, [])
    for _ in range(3):
        deep = array(9, [deep.data])
    assert header(gguf(metadata=[("k", deep)]), json_depth=4).value("k") is None
    with pytest.raises(LimitExceeded, match="json_depth"):
        header(gguf(metadata=[("k", deep)]), json_depth=3)


SMALL = gguf(metadata=[("general.name", "x"), ("v", VOCABULARY), ("tokenizer.chat_template", "{{ a }}"), ("n", 3)])
HEADER = len(SMALL) - 128


@pytest.mark.parametrize("length", range(HEADER - 32))
def test_every_truncated_header_is_a_format_error(length: int) -> None:
    with pytest.raises(FormatError):
        header(SMALL[:length])


def test_mutated_headers_are_read_or_are_format_errors() -> None:
    chance = random.Random(7)
    outcomes = set()
    for _ in range(2000):
        data = bytearray(SMALL)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(4, HEADER)] = chance.choice((0, 1, 9, 127, 255, chance.randrange(256)))
        try:
            outcomes.add(type(header(bytes(data))))
        except FormatError:
            outcomes.add(FormatError)
    assert outcomes == {Gguf, FormatError}


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=50)), max_size=10), st.sampled_from("<>"))
def test_what_was_written_is_read(metadata: list[tuple[str, str]], order: str) -> None:
    value = header(gguf(metadata=[(f"x.{key}", said) for key, said in metadata], order=order))
    assert [(entry.key[2:], entry.value) for entry in value.key_values] == metadata


def test_a_short_file_is_no_gguf() -> None:
    with pytest.raises(FormatError, match="not with GGUF and a version"):
        header(b"GGUF\3")
