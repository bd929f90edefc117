from __future__ import annotations

import random

import pytest

from hanging import no_hanging
from hilt.knowledge.regulation.claims import Claim, Part, claims


def only(text: str) -> Claim:
    (claim,) = claims(text)
    return claim


@pytest.mark.parametrize(
    ("text", "kind", "value", "part"),
    [
        ("Llama 3.1 was pretrained on ~15 trillion tokens of data", "tokens", 15e12, Part.WHOLE),
        ("pre-trained on 14.8 trillion diverse and high-quality tokens", "tokens", 14.8e12, Part.WHOLE),
        ("We trained it on 11.2T tokens.", "tokens", 11.2e12, Part.UNSAID),
        ("- **Training tokens:** 4T", "tokens", 4e12, Part.UNSAID),
        ("| Training Tokens | 5 Trillion |", "tokens", 5e12, Part.UNSAID),
        ("fine-tuned on 1.2B tokens of chat data", "tokens", 1.2e9, Part.LATER),
        ("Continued pre-training on 200B tokens", "tokens", 200e9, Part.LATER),
        ("The model was trained with 3.8 × 10^25 FLOPs", "operations", 3.8e25, Part.UNSAID),
        ("training compute: 3.8e25 FLOPs", "operations", 3.8e25, Part.UNSAID),
        (r"about $1.6 \times 10^{23}$ FLOPs in total", "operations", 1.6e23, Part.WHOLE),
        ("It took 6.5×10²³ floating point operations", "operations", 6.5e23, Part.UNSAID),
        ("It took 2.788M H800 GPU hours", "hours", 2_788_000, Part.UNSAID),
        ("370,000 GPU hours on H100-80GB", "hours", 370_000, Part.UNSAID),
        ("We used 2,048 H100 GPUs for about 54 days", "hours", 2048 * 54 * 24, Part.UNSAID),
        ("384 H100s for 24 days", "hours", 384 * 24 * 24, Part.UNSAID),
        ("Training utilized a cumulative of **39.3**M GPU hours of computation", "hours", 39_300_000, Part.UNSAID),
        ("The total token budget for training is 4 trillion tokens.", "tokens", 4e12, Part.UNSAID),
        (
            "a window of 8192 tokens, and was trained using the Fill-in-the-Middle objective on 1 trillion tokens",
            "tokens",
            1e12,
            Part.UNSAID,
        ),
        ("trained on 61 billion tokens for 164 epochs", "tokens", 61e9 * 164, Part.UNSAID),
        ("trained for 3 epochs on 1T tokens", "tokens", 3e12, Part.UNSAID),
        (
            "we continue pretraining Llama-3.2-3B base on different math datasets for 60B tokens",
            "tokens",
            60e9,
            Part.LATER,
        ),
        ("training used 433 MWh", "energy", 433_000, Part.UNSAID),
        ("emitted 11,390 tons CO2eq", "carbon", 11_390_000, Part.UNSAID),
    ],
)
def test_a_figure_of_a_training_is_found(text: str, kind: str, value: float, part: Part) -> None:
    claim = only(text)
    assert (claim.kind, claim.value, claim.part) == (kind, value, part)


@pytest.mark.parametrize(
    "text",
    [
        "a context window of 128K tokens",
        "trained with a context length of 1M tokens",
        "a vocabulary of 128 million tokens",
        "it generates 50 million tokens per second",
        "trained at 3.5 million tokens/s",
        "trained with batches of 4M tokens: batch size 4M tokens",
        "989e12 FLOPs per second, 1e20 FLOPs/s",
        "trained for 3 hours",
        "it costs $2 per 1M tokens of training data",
        "a 3B model trained with tokens",
        "capacity of 100 trillion tokens per day of training",
        "It was not trained on 15T tokens of data.",
        "Some people claim that it was trained on 100T tokens.",
        "Was it trained on 15T tokens? No.",
        "Training it again would take 10^26 FLOP",
        "x" * 100,
    ],
)
def test_another_figure_is_not_one_of_a_training(text: str) -> None:
    assert claims(text) == ()


def test_a_claim_has_its_words_its_line_and_its_accelerator() -> None:
    text = (
        "# Model\n\nWe trained on\n15\ntrillion tokens. More.\n\nIt took 39.3M GPU hours\non H100-80GB type hardware."
    )
    tokens, hours = claims(text, first_line=10)
    assert (tokens.value, tokens.line, tokens.quote) == (15e12, 13, "We trained on 15 trillion tokens")
    assert (hours.device, hours.line) == ("H100", 16)
    assert hours.quote == "It took 39.3M GPU hours on H100-80GB type hardware."


def test_hours_of_accelerators_that_nobody_names_have_no_accelerator() -> None:
    assert only("It took 5000 GPU hours").device == ""
    assert only("It took 5000 GPU hours on A100 and H100").device == ""


def test_hostile_text_takes_time_in_proportion_to_its_length() -> None:
    pieces = (
        "1,234" * 50,
        "9" * 3000,
        "trained on 1T " * 200,
        "a-" * 2000 + " tokens",
        "1 x 10^" * 300,
        "| H100 for " * 300,
        "tokens ",
    )
    rng = random.Random(5)
    text = " ".join(rng.choice(pieces) for _ in range(400))
    claims(text[:1000])
    with no_hanging():
        claims(text)
    assert len(claims("We trained on 15T tokens. \n\n" * 5000)) == 400


def test_tokens_may_be_written_out() -> None:
    """Pythia."""
    text = (
        "Each model saw 299,892,736,000 tokens during training, and checkpoints are saved every 2,097,152,000 tokens."
    )
    assert [claim.value for claim in claims(text) if claim.kind == "tokens"] == [299_892_736_000]
