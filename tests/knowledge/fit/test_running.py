"""What it takes to run one set of weights: which engine, what fits, up to which input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.running import Fits, Machine, Memory, Part
from hilt.knowledge.fit import running
from hilt.knowledge.fit.shape import Layers, Shape, Variant

GB = 10**9
MACHINE = Machine("m", 16 * GB, 100e9, 1.0)
WEIGHTS = Variant("model.gguf", "gguf", 5 * GB, 8 * GB)
SHAPE = Shape((WEIGHTS,), (Layers(32, "attention", heads=8, key=128, value=128),), 128256, 4096, 32, 14336, 131072)
ASKED = running.Asked(machine=MACHINE, today="2026-11-21")


@pytest.mark.parametrize(
    ("reserved", "resident", "memory", "fits"),
    [
        (10, 5, 10, Fits.YES),
        (11, 5, 10, Fits.TIGHT),
        (11, 10, 10, Fits.TIGHT),
        (12, 11, 10, Fits.NO),
        (1, 1, 0, Fits.UNKNOWN),
    ],
)
def test_fitting_goes_by_what_is_reserved_and_then_by_what_is_touched(
    reserved: int, resident: int, memory: int, fits: Fits
) -> None:
    told = Memory("llama.cpp", 1, 1, (Part("weights", reserved, resident),))
    assert running.fitting(told, MACHINE._replace(memory=memory)) is fits
    assert running.fitting(None, MACHINE) is Fits.UNKNOWN


def test_vllm_takes_no_more_than_nine_tenths() -> None:
    told = Memory("vllm", 1, 1, (Part("weights", 15 * GB, 15 * GB),))
    assert running.fitting(told, MACHINE) is Fits.NO
    assert running.fitting(told._replace(engine="transformers"), MACHINE) is Fits.YES


@pytest.mark.parametrize(
    ("kind", "asked", "engine"),
    [
        ("gguf", "", "llama.cpp"),
        ("gguf", "llama-cpp-python", "llama-cpp-python"),
        ("gguf", "vllm", ""),
        ("safetensors", "", "transformers"),
        ("safetensors", "vllm", "vllm"),
        ("safetensors", "llama.cpp", ""),
        ("onnx", "", ""),
        ("onnx", "transformers", ""),
    ],
)
def test_the_format_suggests_the_engine_and_bounds_what_can_be_asked_for(kind: str, asked: str, engine: str) -> None:
    assert running.engine(Variant("m", kind, 1), ASKED._replace(engine=asked)) == engine


@given(st.integers(1, 200 * GB), st.sampled_from(["llama.cpp", "llama-cpp-python"]))
def test_the_largest_context_fits_and_one_more_token_does_not(memory: int, engine: str) -> None:
    asked = ASKED._replace(machine=MACHINE._replace(memory=memory), engine=engine)
    most = running.largest_context(SHAPE, WEIGHTS, asked)
    assert most is not None

    def fits(context: int) -> bool:
        told = running.memory_of(SHAPE, WEIGHTS, asked._replace(context=context))
        return running.fitting(told, asked.machine) is Fits.YES

    assert most == 0 or fits(most)
    assert most == SHAPE.context or not fits(most + 1)


@given(st.integers(1, 64), st.floats(1e9, 1e13), st.integers(0, 5 * GB))
def test_more_at_once_write_more_together_and_never_slower_at_most_than_at_least(
    sequences: int, bandwidth: float, read: int
) -> None:
    asked = ASKED._replace(machine=MACHINE._replace(bandwidth=bandwidth))
    weights = WEIGHTS._replace(read=read)
    alone = running.speed_of(SHAPE, weights, asked)
    together = running.speed_of(SHAPE, weights, asked, sequences)
    assert alone is not None
    assert together is not None
    assert 0 < together[0] < together[1]
    assert together[0] >= alone[0] * 0.999


def test_a_card_serves_many_and_a_laptop_one() -> None:
    from hilt.knowledge.fit import machines

    told = {}
    for name in ("H100", "Apple M4 16GB", "Laptop 16GB"):
        machine = machines.machine(name)
        assert machine is not None
        why = running.run(SHAPE, WEIGHTS, ASKED._replace(machine=machine)).why
        told[name] = next(line for line in why if line.startswith("cost: "))
    assert told["H100"].startswith("cost: 32 sequences at once")
    assert told["Apple M4 16GB"].startswith("cost: 1 sequence at once")
    assert told["Laptop 16GB"].startswith("cost: 1 sequence at once")
