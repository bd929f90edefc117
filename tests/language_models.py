"""Reports of language models as a check would state them, without any file: for tests of what follows from a report."""

from __future__ import annotations

from hilt.core.fact import Fact, Known, Value
from hilt.core.report import Report
from hilt.core.subject import Subject

LLAMA_8B = 8_030_261_248
LAYERS = ("32 attention heads=8 key=128 value=128",)


def variant(name: str, size: int, kind: str = "safetensors", parameters: int = LLAMA_8B, dtype: str = "BF16") -> str:
    """A line of `fit.variants`."""
    return f"format={kind} bytes={size} parameters={parameters} read={size} dtypes={dtype}:{size} name={name}"


def reported(
    reference: str = "hf:meta-llama/Llama-3.1-8B-Instruct",
    variants: tuple[str, ...] = (variant("model.safetensors", 2 * LLAMA_8B),),
    **other: Value,
) -> Report:
    """A report of Llama 3.1 8B, other facts instead of its own by key with `__` for a dot; None leaves one out."""
    told: dict[str, Value] = {
        "fit__variants": variants,
        "fit__layers": LAYERS,
        "fit__vocabulary": 128256,
        "fit__width": 4096,
        "fit__heads": 32,
        "fit__inner": 14336,
        "model__context_length": 131072,
        "model__parameters": LLAMA_8B,
        "model__generates": ("text",),
        **other,
    }
    facts = [
        Fact(key=key.replace("__", "."), value=value, known=Known.CLAIMED, source="config.json")
        for key, value in told.items()
        if value is not None
    ]
    return Report(subject=Subject(reference=reference), facts=tuple(facts))
