"""A fingerprint is taken from a small part of the bytes, holds for hostile tensors, and is stored in bounded bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from hashlib import blake2b
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.tensors.layouts.dense import Dense, Held
from hilt.knowledge.lineage.fingerprint import OtherVersion, decode, encode, largest, model_print, tensor_print
from hilt.knowledge.lineage.prints import How, ModelPrint
from random_transformers import EMBEDDING, taken, transformer


@dataclass(frozen=True)
class Counting:
    """A source of random bfloat16 that counts what is read of it."""

    size: int
    read_of: list[int]

    def read(self, offset: int, n: int) -> bytes:
        self.read_of.append(n)
        values = np.random.default_rng(offset).standard_normal(n // 2).astype(np.float32)
        return (values.view(np.uint32) >> 16).astype(np.uint16).tobytes()


def large(*shape: int) -> tuple[Dense, Counting]:
    source = Counting(prod(shape) * 2, [])
    return Dense(name="w.weight", dtype="BF16", shape=shape, source=source, begin=0), source


@pytest.mark.parametrize(
    ("shape", "part"),
    [((4096, 4096), 0.003), ((4096, 14336), 0.002), ((128256, 4096), 0.001), ((128, 768, 2048), 0.001)],
)
def test_little_is_read_of_a_large_matrix(shape: tuple[int, ...], part: float) -> None:
    tensor, source = large(*shape)
    assert tensor_print(tensor) is not None
    assert sum(source.read_of) < part * source.size


def test_a_tensor_has_about_half_a_kilobyte() -> None:
    model = taken(transformer(1))
    matrices = sum(len(tensor.shape) > 1 for tensor in model.tensors)
    assert len(encode(model)) < 1400 * matrices


def test_the_parts_of_a_fused_projection_and_the_tokens_of_a_vocabulary_have_sketches_of_their_own() -> None:
    random = np.random.default_rng(1)
    kinds = {"model.layers.0.attn.qkv.weight": (384, 128), EMBEDDING: (9000, 64), "conv.weight": (32, 16, 3, 3)}
    prints = {
        name: tensor_print(Held(name=name, dtype="F32", values=random.standard_normal(shape).astype(np.float32)))
        for name, shape in kinds.items()
    }
    found = {name: {sketch.how for sketch in one.sketches} for name, one in prints.items() if one is not None}
    assert found == {
        "model.layers.0.attn.qkv.weight": {How.WHOLE, How.PART, How.TURNED},
        EMBEDDING: {How.WHOLE, How.GRAM},
        "conv.weight": {How.WHOLE, How.LEVELLED},
    }


def test_a_tensor_that_ends_early_is_left_out_by_name() -> None:
    tensors = [
        Dense(name="short", dtype="F32", shape=(64, 64), source=MemorySource(b"\0" * 100), begin=0),
        Held(name="none", dtype="F32", values=np.zeros((0, 4), np.float32)),
    ]
    model = model_print(tensors)
    assert [one.name for one in model.left_out] == ["short", "none"]
    assert (model.tensors, model.parameters) == ((), 64 * 64)


@pytest.mark.reaches("fingerprint_tensors")
def test_tensors_past_the_limit_are_left_out_and_counted() -> None:
    one = np.random.default_rng(1).standard_normal((8, 8)).astype(np.float32)
    tensors = [Held(name=f"t{number}", dtype="F32", values=one) for number in range(300)]
    model = model_print(tensors, Limits(fingerprint_tensors=100))
    assert (len(model.tensors), len(model.left_out), model.unnamed) == (100, 100, 100)
    assert "fingerprint_tensors" in model.left_out[0].why
    with pytest.raises(LimitExceeded, match="fingerprint_tensors"):
        decode(encode(model), Limits(fingerprint_tensors=99))


def test_of_more_tensors_than_there_is_room_for_the_largest_are_kept() -> None:
    random = np.random.default_rng(1)
    matrices = [random.standard_normal((64, 64)).astype(np.float32) for _ in range(3)]
    tiny = [np.ones(size % 3 + 1, np.float32) for size in range(90)]
    tensors = [Held(name=f"t{at}", dtype="F32", values=one) for at, one in enumerate([*tiny, *matrices])]
    limits = Limits(fingerprint_tensors=5)
    kept = model_print(tensors, limits, largest(tensors, limits))
    assert [one.name for one in kept.tensors] == ["t2", "t5", "t90", "t91", "t92"]
    assert len(kept.left_out) + kept.unnamed == len(tensors) - 5


ROWS, COLUMNS = np.arange(256.0)[:, None], np.arange(512.0)[None, :]


@pytest.mark.parametrize(
    "values",
    [
        np.sin(ROWS / 10_000 ** (COLUMNS / 512)),
        np.where(COLUMNS % 2 == 0, np.sin(ROWS / 100 ** (COLUMNS / 512)), np.cos(ROWS / 100 ** ((COLUMNS - 1) / 512))),
        -np.abs(ROWS - COLUMNS / 2),
        np.exp(-((ROWS - COLUMNS / 2) ** 2) / 50),
        np.cos(np.pi * (COLUMNS + 0.5) * ROWS / 512),
        np.eye(256, 512),
        np.tril(np.ones((256, 512))),
        np.full((256, 512), 0.3),
    ],
    ids=["positions", "taking turns", "alibi", "gauss", "dct", "identity", "causal mask", "constant"],
)
def test_what_a_formula_gives_is_no_proof(values: np.ndarray) -> None:
    made = tensor_print(Held(name="a.weight", dtype="F32", values=values.astype(np.float32)))
    assert made is not None
    assert made.formula
    assert not made.tells


def test_trained_rows_that_are_somewhat_smooth_are_no_formula() -> None:
    noise = np.random.default_rng(2).standard_normal((256, 515))
    values = sum(noise[:, lag : lag + 512] for lag in range(4))
    made = tensor_print(Held(name="a.weight", dtype="F32", values=values.astype(np.float32)))
    assert made is not None
    assert made.tells


def test_a_stored_shape_beyond_all_numbers_is_refused() -> None:
    values = np.random.default_rng(1).standard_normal((64, 64)).astype(np.float32)
    model = model_print([Held(name="a", dtype="F32", values=values)])
    forged = replace(model, tensors=tuple(replace(one, shape=(1 << 62, 64)) for one in model.tensors))
    with pytest.raises(FormatError, match="shape"):
        decode(encode(forged))


@pytest.mark.parametrize("shape", [(1,) * 300 + (8, 8), (1,) * 70 + (8, 8)])
def test_a_tensor_of_a_hundred_dimensions_does_not_hide_the_others(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(1).standard_normal((64, 64)).astype(np.float32)
    source = MemorySource(values.tobytes())
    odd = Dense(name="odd", dtype="F32", shape=shape, source=source, begin=0)
    model = decode(encode(model_print([odd, Held(name="even", dtype="F32", values=values)])))
    assert [one.name for one in model.tensors] == ["even"]
    assert "dimensions" in model.left_out[0].why


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=40),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    )
)
def test_any_numbers_give_a_fingerprint_or_a_reason(values: np.ndarray) -> None:
    model = model_print([Held(name="w\x1b[31m<b>", dtype="F32", values=values)])
    assert len(model.tensors) + len(model.left_out) == 1
    assert decode(encode(model)) == model


MODEL = taken(transformer(1, layers=1))
STORED = encode(MODEL)


def test_what_was_stored_comes_back() -> None:
    assert decode(STORED) == MODEL
    assert decode(encode(ModelPrint(tensors=(), parameters=0))) == ModelPrint(tensors=(), parameters=0)


def test_long_names_are_cut_and_names_that_are_no_text_are_kept() -> None:
    values = np.random.default_rng(1).standard_normal((8, 8)).astype(np.float32)
    names = ["n" * 5000 + ".weight", "\udce4\ud800 name"]
    model = decode(encode(model_print([Held(name=name, dtype="F32", values=values) for name in names])))
    assert model.tensors[0].name.endswith("n.weight")
    assert len(model.tensors[0].name) == 512


def test_another_version_is_told_apart_from_broken_bytes() -> None:
    with pytest.raises(OtherVersion, match="version 2, this hilt reads version 1"):
        decode(STORED[:8] + struct.pack("<H", 2) + STORED[10:])
    with pytest.raises(FormatError, match="no fingerprint"):
        decode(b"PK" + STORED)


@pytest.mark.reaches("fingerprint_bytes")
def test_a_stored_fingerprint_that_is_too_long_is_not_read() -> None:
    with pytest.raises(LimitExceeded, match="fingerprint_bytes"):
        decode(STORED, Limits(fingerprint_bytes=1000))


def test_every_truncation_is_a_format_error() -> None:
    for length in range(0, len(STORED), 97):
        with pytest.raises(FormatError):
            decode(STORED[:length])


def test_changed_bytes_are_seen_and_no_change_with_a_new_checksum_does_harm() -> None:
    random = np.random.default_rng(0)
    head, body = STORED[:14], bytearray(STORED[14:-16])
    for _ in range(400):
        changed = bytearray(body)
        for place in random.integers(0, len(body), 3):
            changed[place] = random.integers(256)
        data = head + bytes(changed)
        if changed != body:
            with pytest.raises(FormatError, match="checksum"):
                decode(data + STORED[-16:])
        try:
            decode(data + blake2b(data, digest_size=16).digest())
        except FormatError:
            continue
