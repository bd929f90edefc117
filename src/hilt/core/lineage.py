"""How two sets of weights are related, and what was done to one of them: what comes of comparing, and nothing else.

Named tuples, because a dataclass costs ten times as much when hilt starts, and most subjects are compared with nothing.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Relation(Enum):
    """How the weights of B came from those of A, as far as weights tell."""

    IDENTICAL = "identical weights"
    """Every number the same; names, order, files may differ."""
    CONVERTED = "converted"
    """The same numbers in another number format or layout, without a loss that counts."""
    QUANTISED = "quantised"
    FINE_TUNED = "fine-tuned"
    ADAPTER_MERGED = "adapter merged"
    """Every change is of low rank."""
    MERGED = "merged from several"
    PRUNED = "pruned"
    EXTENDED = "extended"
    """Rows were added to the vocabulary."""
    STITCHED = "stitched from layers"
    """Layers left out, repeated, or put together from several models."""
    SAME_ARCHITECTURE = "same architecture, trained from scratch"
    UNRELATED = "unrelated"
    UNKNOWN = "cannot tell"


KIN = frozenset(Relation) - {Relation.SAME_ARCHITECTURE, Relation.UNRELATED, Relation.UNKNOWN}
"""The relations in which weights were taken over."""


class Sureness(Enum):
    """How sure a relation is. What each means in figures stands in `knowledge/lineage/calibration.toml`."""

    CERTAIN = "certain"
    LIKELY = "likely"
    WEAK = "weak"


class Pair(NamedTuple):
    """A tensor of A and the one of B that it became. `similarity` is of the sketches, -1 to 1; `change` is the norm of the
    difference over the norm of A's, None where it was not measured. `how` is "same", "transposed", "permuted" (the same
    numbers in another order) or "part" (of a fused one).
    `rank` is that of the difference, None where it was not measured."""

    a: str
    b: str
    similarity: float
    parameters: int
    how: str = "same"
    change: float | None = None
    rank: int | None = None


class Group(NamedTuple):
    """The change of one kind of tensor in one layer: `layer` is -1 outside of layers, `kind` as `q`, `down`, `embedding`.
    `change` is None where B has none that matches."""

    layer: int
    kind: str
    change: float | None
    similarity: float | None


class Share(NamedTuple):
    """One of the models that another was merged from, and its weight in it."""

    name: str
    weight: float


class Kinship(NamedTuple):
    """How B came from A. `relation` is what says most; `also` what was done besides (quantised after a fine-tune).

    `share_a` and `share_b` are the parts of the parameters of each that were found in the other. `distance` is how far B
    moved from A as a whole (the norm of all changes over the norm of all weights, quantisation included where it cannot be
    told apart); None where it was not measured. `why` are the figures it rests on, `untold` what could not be told.
    """

    relation: Relation
    sureness: Sureness
    share_a: float
    share_b: float
    also: tuple[Relation, ...] = ()
    distance: float | None = None
    rank: int | None = None
    shares: tuple[Share, ...] = ()
    pairs: tuple[Pair, ...] = ()
    groups: tuple[Group, ...] = ()
    why: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    backwards: bool = False
    """By `relation` it was A that came from B: A is the quantised one, the pruned one, the one with more rows."""

    @property
    def related(self) -> bool:
        return self.relation in KIN


class Cut(Enum):
    """Was a direction projected out of the matrices that write to the residual stream?"""

    FOUND = "found"
    SHARED_EDIT = "shared-direction edit"
    """All changes lie in one direction, and are no projection."""
    NOT_FOUND = "not found"
    UNKNOWN = "cannot tell"


class Ablation(NamedTuple):
    """What was seen of removed directions in the set of files that begins with `weights`, with the base (`base` names it) or
    from the weights alone (`base` empty).

    `hit` of `matrices` that write to the residual stream show it, in `layers`; `strength` is 1 where all of the direction is
    gone, None where it cannot be told (from the weights alone). `gap` is the smallest ratio of eigenvalues seen, from the
    weights alone. `below` says what would not have been seen.
    """

    cut: Cut
    base: str = ""
    matrices: int = 0
    hit: int = 0
    layers: tuple[int, ...] = ()
    strength: float | None = None
    gap: float | None = None
    why: tuple[str, ...] = ()
    below: str = ""
    weights: str = ""


class Relative(NamedTuple):
    """One model of an index that a subject is related to. `name` is as the index has it, `licences` ids of hilt's pack.

    `bases` are what that model is said to be made from, `weights` the first file of the subject's set that is its kin,
    `digest` that of the whole subject that the index holds, where it is known.
    `stale` says why it should be used no more, `newer` what takes its place."""

    name: str
    kinship: Kinship
    revision: str = ""
    licences: tuple[str, ...] = ()
    newer: str = ""
    stale: str = ""
    weights: str = ""
    bases: tuple[str, ...] = ()
    digest: str = ""


class Kin(NamedTuple):
    """What was found out about the weights of a subject before its checks ran. `searched` names the index, empty for none.

    `relatives` are the nearest first. `declared` are the models that the subject's own files name as what it is made from,
    where the index holds them: kin or not. `sets` are the sets of weights that were searched for, by their first file. `untold` says what was not looked at, and why."""

    searched: str = ""
    models: int = 0
    relatives: tuple[Relative, ...] = ()
    declared: tuple[Relative, ...] = ()
    ablations: tuple[Ablation, ...] = ()
    sets: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


class Change(NamedTuple):
    """Something beside the weights that differs. `what` is "licence", "card", "config", "generation", "tokenizer", "template",
    "adapter" or "files"; `key` says where in it; `a` and `b` are what stands there, empty where nothing does."""

    what: str
    key: str
    a: str
    b: str


class Diff(NamedTuple):
    """What changed from A to B. `weights_a` and `weights_b` are the files that were compared, `ablation` is with A as the
    base, None where nothing writes to a residual stream. `alone_a` and `alone_b` are from the weights of each alone."""

    a: str
    b: str
    kinship: Kinship
    weights_a: tuple[str, ...] = ()
    weights_b: tuple[str, ...] = ()
    ablation: Ablation | None = None
    alone_a: Ablation | None = None
    alone_b: Ablation | None = None
    changes: tuple[Change, ...] = ()
    untold: tuple[str, ...] = ()
