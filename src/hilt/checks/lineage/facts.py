"""The facts that the checks of this family state, each declared once. Unknown unless weights were held against an index."""

from __future__ import annotations

from hilt.core.fact import FactSpec

SEARCHED = FactSpec(
    key="lineage.searched", type=int, about="models of the organisation's index that the weights were held against"
)
BASES = FactSpec(
    key="lineage.bases",
    type=tuple,
    about='what the weights descend from, and how, nearest first by set: "quantised org/name"',
    combine="union",
)
UNDECLARED = FactSpec(
    key="lineage.undeclared",
    type=tuple,
    about="models that the weights descend from and that no file of the subject names",
    combine="union",
)
CONTRADICTED = FactSpec(
    key="lineage.contradicted",
    type=tuple,
    about="models that the files name as what the subject is made from, and that its weights have nothing in common with",
    combine="union",
)
STALE = FactSpec(
    key="lineage.stale",
    type=tuple,
    about="models that the weights descend from and that the index says should be used no more",
    combine="union",
)
SAFEGUARDS = FactSpec(
    key="lineage.safeguards",
    type=str,
    about='"removed" (a direction was cut out, seen with the base), "perhaps removed" (seen in the weights alone, or an edit '
    'that is no projection), or "no cut seen"; unknown where it could not be told',
)
