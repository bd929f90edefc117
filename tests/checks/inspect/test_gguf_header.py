from __future__ import annotations

from collections.abc import Sequence

import pytest

from attacks.gguf import HONEST, HONEST_DATA, Info, gguf
from hilt.checks.inspect.gguf_header import CHECK
from hilt.core.finding import Severity
from reading import findings

A, B, C = HONEST


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_header_that_describes_every_byte_is_quiet(order: str) -> None:
    assert findings(CHECK, gguf(order=order), "model.gguf") == []


@pytest.mark.parametrize("padding", [0, 1, 31])
def test_padding_behind_the_last_tensor_and_a_file_without_tensors_are_quiet(padding: int) -> None:
    assert findings(CHECK, gguf(data=HONEST_DATA + b"\0" * padding), "model.gguf") == []
    assert findings(CHECK, gguf([], b"\0" * padding), "vocabulary.gguf") == []


@pytest.mark.parametrize(
    ("tensors", "words", "severity"),
    [
        ([A, Info(name="b", shape=(32, 2), type=2, offset=0), C], "overlaps the tensor before it by 32", Severity.HIGH),
        ([A, Info(name="b", shape=(8, 4), offset=32)], "reach past the end of the file", Severity.HIGH),
        ([A, Info(name="b", shape=(1 << 63, 1 << 63), offset=32)], "reach past the end of the file", Severity.HIGH),
        ([A, B, Info(name="a", offset=96)], "2 tensors are named 'a'", Severity.HIGH),
        ([A, C], "64 bytes before it belong to no tensor", Severity.MEDIUM),
        ([A, B], "60 bytes behind the last tensor", Severity.MEDIUM),
        ([A, B, Info(name="c", offset=96, type=200)], "unknown number format: ggml_type 200", Severity.MEDIUM),
        ([A, Info(name="b", shape=(30, 2), type=2, offset=32), C], "no whole number of Q4_0 blocks", Severity.HIGH),
        ([A, B, Info(name="c", offset=72, shape=(14,))], "not aligned to 32", Severity.HIGH),
    ],
)
def test_each_abuse_of_the_header_is_named(tensors: Sequence[Info], words: str, severity: Severity) -> None:
    data = HONEST_DATA[:100] if "reach" in words else HONEST_DATA
    seen = findings(CHECK, gguf(tensors, data), "model.gguf")
    assert (severity, True) in [(finding.severity, words in finding.message) for finding in seen], seen


ODD = (Info(name="a", shape=(5,)), Info(name="b", offset=32))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (bytes(20) + b"hilt" + bytes(40), "the padding holds b'hilt\\x00"),
        (bytes(64) + b"hilt", "the padding holds b'hilt'"),
    ],
)
def test_padding_that_is_no_zeros_is_named(data: bytes, words: str) -> None:
    assert findings(CHECK, gguf(ODD, bytes(64)), "model.gguf") == []
    (found,) = findings(CHECK, gguf(ODD, data), "model.gguf")
    assert (found.severity, words in found.message) == (Severity.MEDIUM, True), found


def test_padding_before_the_tensors_is_looked_at() -> None:
    data, honest = bytearray(gguf()), gguf()
    data[len(honest) - len(HONEST_DATA) - 1] = 7
    (found,) = findings(CHECK, bytes(data), "model.gguf")
    assert found.message.startswith("the padding holds ")


def test_an_alignment_makes_no_room_for_more_than_a_page() -> None:
    aligned = (("general.alignment", 1 << 20),)
    (found,) = findings(CHECK, gguf([A], bytes(32), aligned, alignment=1 << 20), "model.gguf")
    assert (found.severity, "bytes of padding, more than a page" in found.message) == (Severity.MEDIUM, True)
    aligned = (("general.alignment", 1 << 12),)
    assert findings(CHECK, gguf([A], bytes(32), aligned, alignment=1 << 12), "model.gguf") == []


def test_a_key_that_occurs_twice_is_found() -> None:
    seen = findings(CHECK, gguf(metadata=[("k", 1), ("k", 2)]), "model.gguf")
    assert [finding.message for finding in seen] == ["the metadata has the key 'k' 2 times"]


def test_a_gguf_under_another_name_is_still_looked_at() -> None:
    assert [finding.severity for finding in findings(CHECK, gguf(data=HONEST_DATA + b"x" * 64), "notes.txt")] == [
        Severity.MEDIUM
    ]


SIZES = (("general.architecture", "llama"), ("llama.block_count", 2), ("llama.embedding_length", 8))


def test_tensors_as_the_metadata_describes_them_are_quiet() -> None:
    tensors = [Info(name="token_embd.weight", shape=(8, 4)), Info(name="blk.1.attn_norm.weight", offset=128)]
    assert findings(CHECK, gguf(tensors, b"\0" * 160, SIZES), "a.gguf") == []


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (Info(name="token_embd.weight", shape=(4, 8)), "is 4 numbers wide, the metadata says 8"),
        (Info(name="blk.2.attn_norm.weight"), "there is a layer 2, counted from 0, and the metadata says 2 layers"),
    ],
)
def test_sizes_that_the_metadata_contradicts_are_named(tensor: Info, words: str) -> None:
    (finding,) = findings(
        CHECK, gguf([tensor], b"\0" * (tensor.shape[0] * (tensor.shape[1:] or (1,))[0] * 4), SIZES), "a.gguf"
    )
    assert (finding.severity, words in finding.message) == (Severity.MEDIUM, True)
