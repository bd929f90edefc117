"""How much memory the model asks for, and what that follows from.

What: the sets of weights that can be loaded and their bytes, from the headers; what the layers keep of each token, from
the config or the header, set right by the tensors; the memory for one sequence of 4,096 tokens. It finds nothing; it
states facts, from which `hilt fit` tells the memory for other engines, lengths and numbers of sequences.

Why: whether a model runs on a machine, and what that costs, follows from these figures, which cards rarely give.

What it cannot see: layers of types that hilt does not know, of which it tells nothing rather than borrow from a similar
one; what an engine sets aside otherwise than its release that was measured; models whose weights are code.

Fix: there is nothing to mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.checks.fit.facts import HEADS, INNER, LAYERS, RESERVED, RESIDENT, UNTOLD, VARIANTS, VOCABULARY, WIDTH
from hilt.checks.fit.gathering import gathered
from hilt.checks.inspect.facts import CONTEXT_LENGTH
from hilt.core.fact import Fact, FactSpec, Known, Value

if TYPE_CHECKING:
    from hilt.core.running import Memory
    from hilt.knowledge.fit.shape import Shape, Variant

_CONTEXT = 4096


def memory_needed(repository: Repository) -> Iterator[Fact]:
    if (model := gathered(repository)) is None:
        return
    shape, source = model.shape, model.source or model.shape.variants[0].name
    known = Known.VERIFIED if model.measured else Known.CLAIMED
    stated: list[tuple[FactSpec, Value, Known]] = [
        (VARIANTS, tuple(one.line for one in shape.variants), Known.VERIFIED),
        (LAYERS, tuple(one.line for one in shape.layers), Known.CLAIMED),
        (VOCABULARY, shape.vocabulary, known),
        (WIDTH, shape.width, known),
        (HEADS, shape.heads, Known.CLAIMED),
        (INNER, shape.inner, Known.CLAIMED),
        (UNTOLD, shape.untold, Known.CLAIMED),
    ]
    for spec, value, how in stated:
        if value:
            yield Fact(key=spec.key, value=value, known=how, source=source)
    if (needed := _least(shape, repository)) is not None:
        yield Fact(key=RESERVED.key, value=needed[1].reserved, known=Known.CLAIMED, source=needed[0].name)
        yield Fact(key=RESIDENT.key, value=needed[1].resident, known=Known.CLAIMED, source=needed[0].name)


def _least(shape: Shape, repository: Repository) -> tuple[Variant, Memory] | None:
    """The set of weights that takes the least, with the engine of its format, and what it takes."""
    from hilt.knowledge.fit.memory import engine_of, memory

    longest = repository.merged(CONTEXT_LENGTH).value
    context = min(_CONTEXT, longest) if isinstance(longest, int) else _CONTEXT
    each = [
        (one, needed)
        for one in shape.variants
        if (engine := engine_of(one)) and (needed := memory(shape, one, engine, context)) is not None
    ]
    return min(each, key=lambda pair: pair[1].reserved, default=None)


CHECK = listed("memory-needed")
