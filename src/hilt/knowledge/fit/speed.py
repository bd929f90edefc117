"""How fast a machine writes tokens: for each one, it reads the weights that the token passes through, and the cache.

Memory bandwidth bounds that; engines reach 0.6 to 0.85 of it. Computing bounds the reading of prompts, not this.
"""

from __future__ import annotations

REACHED = (0.6, 0.85)
"""The parts of the bandwidth that engines reach, at least and at most."""


def batched(bandwidth: float, *, total: int, read: int, cache: int, sequences: int) -> tuple[float, float]:
    """For so many sequences together: the weights are read once for all of them, the cache of each for itself.

    Of a mixture of experts (`read` of `total` bytes) each sequence takes others: at worst none is shared, at best they
    fall as by chance. `cache` is of one sequence.
    """
    apart = min(total, sequences * read)
    by_chance = total * (1 - (1 - read / total) ** sequences) if total > read else float(read)
    slow = sequences * bandwidth * REACHED[0] / max(1, apart + sequences * cache)
    fast = sequences * bandwidth * REACHED[1] / max(1.0, by_chance)
    return slow, fast
