"""The facts that the checks of this family state, each declared once. `knowledge/fit/shape.py` tells the language of their lines."""

from __future__ import annotations

from hilt.core.fact import FactSpec

VARIANTS = FactSpec(
    key="fit.variants",
    type=tuple,
    about="sets of weights that are loaded together, a line each: format, bytes, parameters, bytes read for each token",
)
LAYERS = FactSpec(
    key="fit.layers",
    type=tuple,
    about="what the layers keep of each token while they write, a line for those that are alike",
)
VOCABULARY = FactSpec(key="fit.vocabulary", type=int, about="words that the model writes with")
WIDTH = FactSpec(key="fit.width", type=int, about="numbers that go from layer to layer for each token")
HEADS = FactSpec(key="fit.heads", type=int, about="heads of attention that ask")
INNER = FactSpec(key="fit.inner", type=int, about="width of the feed-forward part of a layer, experts together")
UNTOLD = FactSpec(key="fit.untold", type=tuple, about="what cannot be told of the memory, and why")
RESERVED = FactSpec(
    key="fit.reserved",
    type=int,
    about="bytes of memory that are set aside to run the smallest set of weights: one sequence of 4,096 tokens, with the engine of its format",
)
RESIDENT = FactSpec(key="fit.resident", type=int, about="of `fit.reserved`, the bytes that are touched")
STATED = (VARIANTS, LAYERS, VOCABULARY, WIDTH, HEADS, INNER, UNTOLD, RESERVED, RESIDENT)
