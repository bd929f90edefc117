from __future__ import annotations

import pytest

from hilt.knowledge.regulation.accelerators import PEAKS, known, named, peak
from hilt.knowledge.regulation.claims import claims
from hilt.knowledge.regulation.compute import Estimate, Size, estimate, largest, of_this_size


def of(text: str, active: int | None = None, most: int | None = None, **told: bool) -> Estimate:
    size = Size(active=active, most=most, source="model.safetensors: counted")
    return estimate(claims(text), size, source="README.md", **{"based": False, "language": True, **told})


@pytest.mark.parametrize(
    ("active", "text", "published"),
    [
        (8_030_000_000, "pretrained on 15T tokens", 7.2e23),  # Llama 3.1 8B
        (405_850_000_000, "pretrained on 15.6T tokens", 3.8e25),  # Llama 3.1 405B
        (37_000_000_000, "pre-trained on 14.8T tokens", 3.3e24),  # DeepSeek-V3
        (22_600_000_000, "trained on 4 trillion tokens", 6 * 22.6e9 * 4e12 / 1.03),  # EuroLLM 22B
        (70_600_000_000, "pretrained on 15T tokens", 6 * 70.6e9 * 15e12 / 0.94),  # Apertus 70B
        (176_000_000_000, "trained on 366B tokens", 6 * 176e9 * 366e9 / 0.69),  # BLOOM
    ],
)
def test_what_was_published_lies_in_the_interval(active: int, text: str, published: float) -> None:
    found = of(text, active)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= published <= found.high
    assert found.high / found.low < 2
    assert (found.method, found.inputs) == ("tokens", (f"README.md:1: {text}", "model.safetensors: counted"))


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("It took 30.84M GPU hours on H100-80GB", 3.8e25),  # Llama 3.1 405B
        ("It took 2.788M H800 GPU hours", 3.3e24),  # DeepSeek-V3
        ("It took 370,000 GPU hours on H100-80GB", 6.5e23),  # model H of the Commission's guidelines, annex A.3
        ("It took 200,000 GPU hours on A100", 1e23),  # model B of the same
    ],
)
def test_hours_of_accelerators_hold_what_was_published(text: str, published: float) -> None:
    found = of(text)
    assert found.method == "hardware"
    assert found.low is not None
    assert found.high is not None
    assert found.low <= published <= found.high


def test_hours_of_a_whole_family_say_nothing_of_the_least_that_one_of_it_took() -> None:
    found = of("Training utilized a cumulative of **39.3M** GPU hours of computation on H100-80GB type hardware.")
    assert (found.low, found.method) == (None, "hardware")
    assert found.high == pytest.approx(39.3e6 * 3600 * 989e12 * 0.5)


def test_a_disclosed_figure_is_believed_before_tokens_and_tokens_before_hours() -> None:
    text = "Trained with 1e24 FLOPs, on 15T tokens of data. It took 100 H100 hours."
    found = of(text, 8_000_000_000)
    assert (found.low, found.high, found.method) == (pytest.approx(0.7e24), pytest.approx(1.3e24), "disclosed")
    assert of(text.replace("1e24 FLOPs, on ", ""), 8_000_000_000).method == "tokens"


@pytest.mark.parametrize(
    "text", ["Trained on 1M tokens.", "Trained with 1e15 FLOPs.", "It took 2 H100 GPU hours to train."]
)
def test_a_figure_with_which_no_model_of_this_size_was_trained_bounds_nothing_from_above(text: str) -> None:
    found = of(text, 70_000_000_000)
    assert found.high is None
    assert "no known model of this size" in found.inputs[-1]


def test_a_model_with_few_tokens_for_its_size_keeps_its_interval() -> None:
    assert of("Trained on 270B tokens.", 530_000_000_000).high is not None  # MT-NLG


def test_without_figures_a_language_model_has_a_lower_bound_and_no_upper_end() -> None:
    found = of("A fine model.", 70_000_000_000)
    assert (found.method, found.high) == ("lower-bound", None)
    assert found.low == pytest.approx(0.9 * 6 * 20 * 70e9**2)
    assert found.inputs[0].startswith("assumed: 20 tokens")
    assert of("A fine model.", 70_000_000_000, language=False) == Estimate(low=None, high=None, method="unknown")


def test_a_small_model_has_an_upper_bound_and_no_lower_end() -> None:
    found = of("A fine model.", 22_000_000, 23_000_000)
    assert (found.low, found.method) == (None, "upper-bound")
    assert found.high is not None
    assert found.high < 1e23
    assert of("A fine model.", 22_000_000, None).method == "lower-bound"


def test_what_a_fine_tune_says_of_itself_leaves_the_upper_end_unknown() -> None:
    for text, based in (("trained on 1B tokens", True), ("fine-tuned on 1B tokens", False)):
        found = of(text, 8_000_000_000, based=based)
        assert (found.method, found.high) == ("tokens", None)
        assert found.low == pytest.approx(0.9 * 6 * 20 * 8e9**2)  # its base was trained as well
        assert "what the training before it took is not told" in found.inputs
    assert of("The base was pretrained on 15T tokens", 8_000_000_000, based=True).high is not None


def test_stages_of_a_training_do_not_widen_the_interval_and_siblings_do() -> None:
    stages = of("trained on 15T tokens of web data, then trained on 40B tokens of books", 8_000_000_000)
    assert stages.low == pytest.approx(0.9 * 6 * 8e9 * 15e12)
    siblings = of("trained on 15T tokens of data\n\nanother trained on 9T tokens", 8_000_000_000)
    assert (siblings.low, siblings.high) == (pytest.approx(0.9 * 6 * 8e9 * 9e12), pytest.approx(1.5 * 6 * 8e9 * 15e12))


def test_the_tokens_of_the_whole_training_are_told_and_those_of_a_part_are_not() -> None:
    assert largest("tokens", claims("trained on 15T tokens, 9T tokens of data"), based=False) == 15 * 10**12
    assert largest("tokens", claims("trained on 15T tokens"), based=True) is None
    assert largest("tokens", claims("fine-tuned on 15B tokens"), based=False) is None


def test_tokens_without_a_size_and_hours_without_an_accelerator_say_nothing() -> None:
    assert of("trained on 15T tokens. It took 500 GPU hours").method == "unknown"


def test_accelerators_are_known_however_cards_spell_them() -> None:
    assert named("8x NVIDIA A100 (80GB), one RTX-4090, TPU v5p; not an H1000 or XA100") == (
        "A100",
        "RTX 4090",
        "TPU v5p",
    )
    assert known("rtx4090") == "RTX 4090"
    assert peak("H100") == 989e12
    assert all(10 < value < 3000 for value in PEAKS.values())


def test_of_sizes_that_a_card_tells_apart_only_its_own_counts() -> None:
    gemma = "The 27B model was trained with 14 trillion tokens, the 12B model was trained with 12 trillion tokens, 4B model was trained with 4 trillion tokens and 1B with 2 trillion tokens."
    size = Size(active=4_300_000_000, source="counted")
    own = of_this_size(claims(gemma), size)
    assert [claim.value for claim in own] == [4e12]
    assert largest("tokens", own, based=False) == 4e12
    listed = claims("A 7B and 3B model trained on 1T tokens, as well as a 13B model trained on 600B tokens.")
    assert [one.value for one in of_this_size(listed, Size(active=6_700_000_000))] == [1e12]  # OpenLLaMA
    strange = Size(active=70_000_000_000, source="counted")
    assert len(of_this_size(claims(gemma), strange)) == 4  # none is of this size: none is left out
    vision = """
| Llama 3.2-vision 11B | Stage 1 pretraining: 147K H100 hours Stage 2 annealing: 98K H100 hours | 700 |
| Llama 3.2-vision 90B | Stage 1 pretraining: 885K H100 hours Stage 2 annealing: 885K H100 hours | 700 |
"""
    own = of_this_size(claims(vision), Size(active=10_600_000_000, source="counted"))
    assert [claim.value for claim in own] == [147_000, 98_000]
    assert largest("hours", own, based=False) is None  # each is of a stage, none of the whole


def test_columns_of_several_models_are_the_figure_of_none() -> None:
    """OLMo 2: 4 trillion for 7B, 5 trillion for 13B, each in its column."""
    row = "| Pretraining Stage 1 | 4 trillion tokens<br>(1 epoch) | 5 trillion tokens<br>(1.2 epochs) |"
    assert largest("tokens", claims(row), based=False) is None
    assert of(row, 7_000_000_000).high == pytest.approx(1.5 * 6 * 7e9 * 5e12)
    same = "| **Training budget** | 10 trillion tokens | 10 trillion tokens |"
    assert largest("tokens", claims(same), based=False) == 1e13
