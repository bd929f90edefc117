"""What a model would take in a quantisation of llama.cpp that is not there: an estimate from its parameters.

The bits of one weight are those that llama.cpp's own table states for Llama 3.1 8B (tools/quantize/README.md). Two things
change them in other models: the matrix of the words, which is kept in more bits and is a larger part of small models; and
rows that are no multiple of 256 numbers, for which `llama-quantize` takes larger types.
"""

from __future__ import annotations

from hilt.knowledge.fit.shape import Shape, Variant

BITS = {
    "Q2_K": 3.1593,
    "IQ4_XS": 4.4597,
    "Q4_K_M": 4.8944,
    "Q5_K_M": 5.7036,
    "Q6_K": 6.5633,
    "Q8_0": 8.5008,
    "F16": 16.0005,
}
"""Bits of one weight of Llama 3.1 8B, the smallest first; the quantisations that people publish most."""
_LLAMA, _LLAMA_WORDS = 8_030_261_248, 128_256 * 4096
_WORDS = 6.5625
"""Bits of the matrix of the words (Q6_K), where those of the quantisation are not more."""
_BLOCK = 256
_INSTEAD = {"Q2_K": 4.5, "IQ4_XS": 4.5, "Q4_K_M": 5.6, "Q5_K_M": 6.1, "Q6_K": 8.5}
"""Bits of what stands in (IQ4_NL, Q5_0, Q5_1, Q8_0) where rows are no multiple of 256, with the parts that take more."""
_MARK = ", estimated"


def estimated(shape: Shape, parameters: int, active: int | None = None) -> tuple[Variant, ...]:
    """The sets of weights that `llama-quantize` would make of so many parameters, of which one token passes `active`."""
    words = min(shape.vocabulary * shape.width, parameters)
    return tuple(_estimated(name, parameters, words, active or parameters, shape.width) for name in BITS)


def _estimated(name: str, parameters: int, words: int, active: int, width: int) -> Variant:
    of_words = max(BITS[name], _WORDS)
    rest = (BITS[name] * _LLAMA - of_words * _LLAMA_WORDS) / (_LLAMA - _LLAMA_WORDS)
    if width % _BLOCK and name in _INSTEAD:
        of_words, rest = _INSTEAD["Q6_K"], _INSTEAD[name]
    size = int((words * of_words + (parameters - words) * rest) / 8)
    return Variant(
        name=name + _MARK,
        format="gguf",
        bytes=size,
        parameters=parameters,
        read=size * min(active, parameters) // max(1, parameters),
        dtypes=((name, size),),
    )
