"""What a model would take in a quantisation of llama.cpp that is not there: an estimate from its parameters.

The bits of one weight are those that llama.cpp's own table states for Llama 3.1 8B (tools/quantize/README.md); models with
few parameters in the layers beside their embeddings come out up to a tenth larger.
"""

from __future__ import annotations

from hilt.knowledge.fit.shape import Variant

BITS = {
    "Q2_K": 3.1593,
    "IQ4_XS": 4.4597,
    "Q4_K_M": 4.8944,
    "Q5_K_M": 5.7036,
    "Q6_K": 6.5633,
    "Q8_0": 8.5008,
    "F16": 16.0005,
}
"""Bits of one weight, the smallest first; the quantisations that people publish most."""
_MARK = ", estimated"


def estimated(parameters: int, active: int | None = None) -> tuple[Variant, ...]:
    """The sets of weights that `llama-quantize` would make of so many parameters, of which one token passes `active`."""
    return tuple(
        Variant(
            name=name + _MARK,
            format="gguf",
            bytes=int(parameters * bits / 8),
            parameters=parameters,
            read=int((active or parameters) * bits / 8),
            dtypes=((name, int(parameters * bits / 8)),),
        )
        for name, bits in BITS.items()
    )
