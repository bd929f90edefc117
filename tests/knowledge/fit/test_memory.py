from __future__ import annotations

import pytest

from hilt.core.limits import MIB
from hilt.knowledge.fit.memory import ENGINES, cache_bytes, engine_of, memory, state_bytes
from hilt.knowledge.fit.shape import Layers, Shape, Variant

FULL = Layers(1, "attention", heads=2, key=64, value=64)
TOKEN = 2 * (64 + 64) * 2
"""Bytes that one such layer keeps of a token, in 16 bits."""


def of(*layers: Layers, size: int = 10 * MIB, dtype: str = "BF16", **other: int) -> Shape:
    return Shape((Variant("m", "safetensors", size, dtypes=((dtype, size),)),), layers=layers, **other)


def test_where_layers_are_not_told_memory_is_not() -> None:
    shape = of()
    assert memory(shape, shape.variants[0], "llama.cpp", 4096) is None


@pytest.mark.parametrize(
    ("engine", "kept"),
    [("llama.cpp", 128 + 512 + 128), ("llama-cpp-python", 4096), ("transformers", 128), ("vllm", 4096)],
)
def test_how_many_tokens_are_kept_behind_a_window_is_the_engines_own(engine: str, kept: int) -> None:
    assert cache_bytes(of(FULL._replace(window=128)), engine, 4096) == kept * TOKEN


def test_a_window_that_nobody_fills_keeps_the_input() -> None:
    assert cache_bytes(of(FULL._replace(window=8192)), "transformers", 1000) == 1000 * TOKEN


def test_blocks_are_filled_up() -> None:
    shape = of(FULL)
    assert cache_bytes(shape, "llama.cpp", 1000) == 1024 * TOKEN
    assert cache_bytes(shape, "vllm", 1001) == 1008 * TOKEN
    assert cache_bytes(shape, "transformers", 1001) == 1001 * TOKEN


def test_what_an_encoder_heard_is_kept_however_short_the_text() -> None:
    assert cache_bytes(of(FULL._replace(fixed=1500)), "transformers", 10) == 1500 * TOKEN


def test_each_sequence_has_its_own_cache_and_state() -> None:
    shape = of(FULL, Layers(3, "state", channels=100, kernel=4, numbers=1000))
    one, four = (memory(shape, shape.variants[0], "llama.cpp", 4096, sequences) for sequences in (1, 4))
    assert one is not None
    assert four is not None
    sizes = [{part.name: part.reserved for part in told.parts} for told in (one, four)]
    for part in ("cache", "state"):
        assert sizes[1][part] == 4 * sizes[0][part]
    assert sizes[1]["weights"] == sizes[0]["weights"] == 10 * MIB
    assert sizes[0]["state"] == state_bytes(shape, "llama.cpp") == 3 * 4 * (100 * 3 + 1000)


def test_a_smaller_number_format_of_the_cache_makes_it_smaller() -> None:
    shape = of(FULL)
    assert cache_bytes(shape, "llama.cpp", 256, cache_bits=8.5) == 256 * TOKEN * 8.5 / 16


def test_transformers_keep_the_cache_in_the_format_of_the_weights() -> None:
    caches = []
    for dtype in ("BF16", "F32"):
        shape = of(FULL, dtype=dtype)
        told = memory(shape, shape.variants[0], "transformers", 100)
        assert told is not None
        caches.append(next(part.reserved for part in told.parts if part.name == "cache"))
    assert caches == [100 * TOKEN, 200 * TOKEN]


def test_room_for_the_scores_of_all_words_is_reserved_and_not_touched() -> None:
    shape = of(FULL, vocabulary=100_000, width=512, heads=8, inner=2048)
    told = memory(shape, shape.variants[0], "llama-cpp-python", 4096)
    assert told is not None
    assert told.reserved - told.resident > 512 * 100_000 * 4 * 0.9
    other = memory(shape, shape.variants[0], "llama.cpp", 4096)
    assert other is not None
    assert other.reserved == other.resident


def test_without_flash_attention_the_scores_of_a_layer_take_room() -> None:
    shape = of(FULL, vocabulary=1000, width=512, heads=8, inner=2048)
    with_it, without = (memory(shape, shape.variants[0], "llama.cpp", 32768, flash=flash) for flash in (True, False))
    assert with_it is not None
    assert without is not None
    assert without.reserved - with_it.reserved > 8 * 32768 * 512 * 4 * 0.9


@pytest.mark.parametrize("engine", ENGINES)
def test_no_engine_takes_less_for_more(engine: str) -> None:
    shape = of(FULL._replace(window=512), FULL, Layers(2, "latent", rank=512, rope=64), vocabulary=1000, width=512)
    sizes = []
    for context, sequences in ((0, 1), (1, 1), (4096, 1), (4096, 2), (1 << 20, 2)):
        told = memory(shape, shape.variants[0], engine, context, sequences)
        assert told is not None
        assert told.resident <= told.reserved
        sizes.append(told.reserved)
    assert sizes == sorted(sizes)


def test_the_format_suggests_the_engine() -> None:
    assert [engine_of(Variant("m", kind, 1)) for kind in ("gguf", "safetensors", "torch-zip", "tflite")] == [
        "llama.cpp",
        "transformers",
        "transformers",
        "",
    ]


def llama(weights: float, **other: int) -> Shape:
    layers = Layers(16, "attention", heads=8, key=64, value=64)
    return of(layers, size=int(weights * MIB), vocabulary=128256, width=2048, heads=32, inner=8192, **other)


LLAMA = llama(1252)
QWEN = of(
    Layers(28, "attention", heads=8, key=128, value=128),
    size=604 * MIB,
    vocabulary=151936,
    width=1024,
    heads=16,
    inner=3072,
)
GEMMA = of(
    Layers(22, "attention", heads=1, key=256, value=256, window=512),
    Layers(4, "attention", heads=1, key=256, value=256),
    size=1013 * MIB,
    vocabulary=262144,
    width=1152,
    heads=4,
    inner=6912,
)


@pytest.mark.parametrize(
    ("shape", "engine", "context", "resident"),
    [
        (LLAMA, "llama.cpp", 4096, 1502),
        (LLAMA, "llama.cpp", 32768, 2400),
        (QWEN, "llama.cpp", 32768, 4273),
        (GEMMA, "llama.cpp", 32768, 1310),
        (GEMMA, "llama-cpp-python", 32768, 1933),
    ],
    ids=["Llama-3.2-1B 4k", "Llama-3.2-1B 32k", "Qwen3-0.6B 32k", "Gemma-3-1B 32k", "Gemma-3-1B 32k, windows whole"],
)
def test_what_is_touched_is_what_processes_had_in_memory_at_most(
    shape: Shape, engine: str, context: int, resident: int
) -> None:
    """Peaks of resident memory, in MiB, of llama-cpp-python 0.3.36 with weights of these shapes in Q8_0, not mapped."""
    told = memory(shape, shape.variants[0], engine, context)
    assert told is not None
    assert told.resident / MIB == pytest.approx(resident, rel=0.05)
