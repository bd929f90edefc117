"""The size of quantisations that are not there, against files that are."""

from __future__ import annotations

import pytest

from hilt.knowledge.fit.quantisations import estimated
from hilt.knowledge.fit.shape import Shape

GIB = 1 << 30


def size(name: str, parameters: int, vocabulary: int, width: int) -> int:
    told = {one.dtypes[0][0]: one.bytes for one in estimated(Shape((), (), vocabulary, width), parameters)}
    return told[name]


@pytest.mark.parametrize(
    ("name", "gib"),
    [
        ("Q2_K", 2.95),
        ("IQ4_XS", 4.17),
        ("Q4_K_M", 4.58),
        ("Q5_K_M", 5.33),
        ("Q6_K", 6.14),
        ("Q8_0", 7.95),
        ("F16", 14.96),
    ],
)
def test_llama_8b_comes_out_as_in_the_table_of_llama_cpp(name: str, gib: float) -> None:
    assert size(name, 8_030_261_248, 128256, 4096) == pytest.approx(gib * GIB, rel=2e-3)


@pytest.mark.parametrize(
    ("parameters", "width", "gigabytes"), [(70_553_706_496, 8192, 43.1), (405_853_388_800, 16384, 249.1)]
)
def test_its_sisters_come_out_near_what_llama_cpp_states(parameters: int, width: int, gigabytes: float) -> None:
    assert size("Q4_K_M", parameters, 128256, width) == pytest.approx(gigabytes * 1e9, rel=0.03)


def test_words_weigh_more_in_small_models() -> None:
    """Llama 3.2 1B, whose words are a fifth of it."""
    told = size("Q4_K_M", 1_235_814_400, 128256, 2048) * 8 / 1_235_814_400
    assert 5.1 < told < 5.3


def test_rows_that_are_no_multiple_of_256_take_larger_types() -> None:
    """SmolLM2 135M, of width 576: six bits where others take five."""
    told = size("Q4_K_M", 134_515_008, 49152, 576) * 8 / 134_515_008
    assert 6.0 < told < 6.5


def test_of_experts_one_token_reads_a_part() -> None:
    (one, *_) = estimated(Shape((), (), 1000, 256), 30_000_000_000, 3_000_000_000)
    assert one.read == pytest.approx(one.bytes / 10, rel=1e-3)


def test_nothing_is_no_division_by_nothing() -> None:
    assert all(one.bytes == 0 for one in estimated(Shape(()), 0))
