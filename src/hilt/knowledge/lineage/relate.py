"""How two models are related, by their fingerprints: which tensors are the same, and what was done to them.

Names and order play no part in whether they are kin, only in which layer stands where. What weights do not tell is said:
which of two fine-tunes came first, what a quantised copy was before, who trained on the answers of whom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from hilt.core.lineage import Kinship, Pair, Relation, Sureness
from hilt.knowledge.lineage.became import Became, Sum, became, summed
from hilt.knowledge.lineage.block import VOCABULARY
from hilt.knowledge.lineage.calibration import table
from hilt.knowledge.lineage.closer import Closer
from hilt.knowledge.lineage.evidence import Evidence, core, evidence, is_table
from hilt.knowledge.lineage.groups import groups
from hilt.knowledge.lineage.kinds import NO_LAYER
from hilt.knowledge.lineage.layers import Order, order
from hilt.knowledge.lineage.match import Matches, gram_similarity, matches
from hilt.knowledge.lineage.prints import ModelPrint, TensorPrint
from hilt.knowledge.lineage.whole import wholly

_ORDER = (
    Relation.STITCHED,
    Relation.PRUNED,
    Relation.EXTENDED,
    Relation.ADAPTER_MERGED,
    Relation.FINE_TUNED,
    Relation.QUANTISED,
    Relation.CONVERTED,
)
"""Of several relations the first says most; the others stand in `also`."""
_SAME_SHAPES, _LIKE_SHAPES = 0.9, 0.5
_LACKING = 0.02
"""Parts of a model that the other lacks, and that are worth a word."""
_HEAD = 0.1
"""What is new beside a model that was taken over as it is: no more than this is a head."""
_EXACT_GRAM = 0.995
_SAME_VECTOR = 0.5
"""The cosine that two norms or biases have at least that are told to be one."""
_NAMED = 3
_NARROW = 3
"""Matrices that lost rows or columns."""
_COVERED = 0.95
_PARTIAL = "whether layers were left out or come from elsewhere: not all tensors are in the fingerprints"
_FEW_ROWS = "only some rows of each matrix were compared: a change in the others alone would not be seen"
_REPLACED = (
    "the matrices agree as a whole, and not in the rows that a fingerprint is made of: those were replaced, as by somebody who "
    "wants it not to be found"
)
_FIRST = "which of the two came first, or whether both come from a third: weights alone do not tell"
_RANK = "whether the changes are of low rank, as those of a merged adapter: that needs all numbers of both"
_HIDDEN = "a fine-tune before or after the quantisation, where it changed less than that did"
_LARGE = "whether another model was merged in: a change as large as this may come from either"
_LINEAR = (
    "they agree, but have no matrix, and vectors trained twice on the same data come out alike: linear models have one best "
    "solution"
)
_TAKEN_OVER = "whether the matrices are the same ones in another order, or norms and biases alone were taken over"
_PERMUTED = "no matrix is found again: the channels may have been permuted or rotated"
_MOSTLY = 0.5
_TURNED = (
    "weights whose channels were permuted or rotated are known again by their vocabulary alone, and models trained on the "
    "answers of another share no weights with it"
)


def relate(a: ModelPrint, b: ModelPrint, closer: Closer | None = None) -> Kinship:
    """How the weights of B came from those of A."""
    if not any(tensor.tells for tensor in a.tensors) or not any(tensor.tells for tensor in b.tensors):
        return cannot_tell("no tensor of one of them is large and varied enough to be known again")
    found = matches(a, b)
    seen = evidence(found, a, b)
    if not seen.kin and closer is not None:
        wider = wholly(found, a, b, closer)
        if (every := evidence(wider, a, b)).certain:
            return _kin(wider, every, a, b, closer, why=(_REPLACED,))
    if not seen.kin:
        return _rotated(found, a, b) or _strangers(found, seen, a, b)
    if seen.linear:
        return cannot_tell(_LINEAR)._replace(share_a=seen.share_a, share_b=seen.share_b)
    return _kin(found, seen, a, b, closer)


def cannot_tell(why: str) -> Kinship:
    """For models that cannot be compared: no numbers, or a fingerprint of another version."""
    return Kinship(Relation.UNKNOWN, Sureness.CERTAIN, 0.0, 0.0, untold=(why,))


def _kin(
    found: Matches, seen: Evidence, a: ModelPrint, b: ModelPrint, closer: Closer | None, why: tuple[str, ...] = ()
) -> Kinship:
    done = became(found.of_b, a, b, closer)
    total = summed(done)
    partial = any(one.unnamed and one.covered < _COVERED for one in (a, b))
    stood = Order() if partial else order(found.of_b, a, b)
    relations = set(total.relations) | ({Relation.STITCHED} if stood.stitched else set())
    narrow, narrower, narrow_why = _narrowed(found, a, b)
    relations |= narrow
    relations |= set() if partial or narrow else _lacking(seen, relations)
    words, shorter, table_why = _vocabulary(found, a, b)
    relations |= words
    if relations > {Relation.CONVERTED}:
        relations.discard(Relation.CONVERTED)
    told = [relation for relation in _ORDER if relation in relations] or [Relation.IDENTICAL]
    turned = total.backwards | (words if shorter else set()) | (narrow if narrower else set())
    backwards = told[0] in turned
    return Kinship(
        told[0],
        Sureness.CERTAIN if seen.certain else Sureness.WEAK if seen.few else Sureness.LIKELY,
        seen.share_a,
        seen.share_b,
        also=tuple(told[1:]),
        distance=total.distance,
        rank=total.rank,
        pairs=_pairs(done),
        groups=groups(done, a),
        why=(*_figures(seen), *why, *total.why, *stood.why(), *narrow_why, *table_why, *_backwards(turned)),
        untold=(*_untold(told, total, closer, backwards=backwards), *([_PARTIAL] if partial else [])),
        backwards=backwards,
    )


def _lacking(seen: Evidence, relations: set[Relation]) -> set[Relation]:
    """Where what was found is as it was, and something is missing or new: parts were left out or put together."""
    if relations - {Relation.CONVERTED, Relation.QUANTISED}:
        return set()
    new, missing = 1 - seen.core_b, 1 - seen.core_a
    if max(new, missing) > _HEAD:
        return {Relation.STITCHED}
    return {Relation.FINE_TUNED} if new > _LACKING else set()


def _narrowed(found: Matches, a: ModelPrint, b: ModelPrint) -> tuple[set[Relation], bool, tuple[str, ...]]:
    """Were neurons taken out of the matrices of layers? `True` where it was A that lost them. Told by places and shapes, of
    those that were not found again as large as they were."""
    whole = [match for match in found.of_b if a.tensors[match.a].parameters == b.tensors[match.b].parameters]
    whole_a, whole_b = {match.a for match in whole}, {match.b for match in whole}
    places = {one.place: one.shape for number, one in enumerate(a.tensors) if number not in whole_a and _in_layer(one)}
    rest = [one for number, one in enumerate(b.tensors) if number not in whole_b and _in_layer(one)]
    pairs = [(places[one.place], one.shape) for one in rest if one.place in places]
    less = sum(_one_side_shorter(shape, before) for before, shape in pairs)
    more = sum(_one_side_shorter(before, shape) for before, shape in pairs)
    if max(less, more) < _NARROW or min(less, more) > 0:
        return set(), False, ()
    return (
        {Relation.PRUNED},
        more > 0,
        (f"{max(less, more)} matrices of {'A' if more else 'B'} have fewer rows or columns",),
    )


def _in_layer(tensor: TensorPrint) -> bool:
    return tensor.place.layer != NO_LAYER and len(tensor.shape) == 2


def _one_side_shorter(shape: tuple[int, ...], before: tuple[int, ...]) -> bool:
    pairs = list(zip(shape, before, strict=True))
    return sum(one == other for one, other in pairs) == 1 and sum(one < other for one, other in pairs) == 1


def _vocabulary(found: Matches, a: ModelPrint, b: ModelPrint) -> tuple[set[Relation], bool, tuple[str, ...]]:
    """What became of a table that was not found again: rows added, or taken away (`True`), or all of it made anew."""
    if any(match.how == "permuted" for match in found.of_b):
        return set(), False, ()  # the channels of the table were put in another order as well
    known_a, known_b = {match.a for match in found.of_a}, {match.b for match in found.of_b}
    lost = [
        one
        for place, one in enumerate(a.tensors)
        if place not in known_a and one.place.kind == "embedding" and one.tells
    ]
    made = [
        one
        for place, one in enumerate(b.tensors)
        if place not in known_b and one.place.kind == "embedding" and one.tells
    ]
    for one in made:
        for other in lost:
            if one.shape[1:] == other.shape[1:] and one.place == other.place:
                rows, before = one.shape[0], other.shape[0]
                if rows == before:
                    return (
                        {Relation.FINE_TUNED},
                        False,
                        (f"a table of {rows:,} rows was made anew or put in another order",),
                    )
                words = f"a table of {before:,} rows in A, other ones or in another order, has {rows:,} in B"
                return {Relation.EXTENDED}, rows < before, (words,)
    return set(), False, ()


def _figures(seen: Evidence) -> list[str]:
    return [
        f"{seen.tensors} tensors of B are found in A, with a median cosine of {seen.similarity:.3f}",
        f"{_part(seen.share_b)} of the parameters of B are found in A, {_part(seen.share_a)} of those of A in B",
    ]


def _part(share: float) -> str:
    """What is not all is not told as all."""
    return "100%" if share >= 1 else f"{min(share, 0.999):.1%}"


def _backwards(turned: Iterable[Relation]) -> list[str]:
    names = sorted(relation.value for relation in turned)
    return [f"by this A comes from B: {', '.join(names)}"] if names else []


def _untold(told: Sequence[Relation], total: Sum, closer: Closer | None, *, backwards: bool) -> list[str]:
    lines = []
    if closer is None:
        lines.append(_FEW_ROWS)
    if (
        told[0] in {Relation.FINE_TUNED, Relation.ADAPTER_MERGED, Relation.IDENTICAL, Relation.CONVERTED}
        and not backwards
    ):
        lines.append(_FIRST)
    if Relation.FINE_TUNED in told and closer is None:
        lines.append(_RANK)
    if Relation.QUANTISED in told and Relation.FINE_TUNED not in told:
        lines.append(_HIDDEN)
    if Relation.FINE_TUNED in told and (total.distance or 0) > table("relate")["large"]:
        lines.append(_LARGE)
    return lines


def _pairs(done: Sequence[Became]) -> tuple[Pair, ...]:
    return tuple(
        Pair(
            one.a.name,
            one.b.name,
            one.match.similarity,
            one.b.parameters,
            how=one.match.how,
            change=one.changed.change,
            rank=one.rank,
        )
        for one in done
    )


def _rotated(found: Matches, a: ModelPrint, b: ModelPrint) -> Kinship | None:
    """Kin by what no permutation of channels changes: the sorted numbers of norms and biases, and how the rows of a
    vocabulary stand to each other, which no rotation changes either; and norms in their places, which who permutes the
    neurons and heads of each layer for itself leaves alone."""
    similarity = gram_similarity(a, b)
    every = sum(len(tensor.shape) == 1 and tensor.tells for tensor in b.tensors)
    enough = max(table("relate")["certain_tensors"], _MOSTLY * every)
    vectors = [match for match in found.of_b if _is_vector(a.tensors[match.a]) and match.similarity >= _SAME_VECTOR]
    sorted_ = [match for match in vectors if match.sketches is None and a.tensors[match.a].whole]
    permuted = len(sorted_) >= enough
    placed = len(vectors) >= enough and _alike(a, b) >= _SAME_SHAPES
    turned = similarity is not None and similarity >= table("relate")["gram"]
    if any(is_table(a.tensors[match.a]) and a.tensors[match.a].shape[0] >= VOCABULARY for match in found.of_b):
        turned = False  # the vocabulary itself was taken over, and nothing else
    if not (permuted or placed or turned) or _alike(a, b) < _LIKE_SHAPES:
        return None
    exact = permuted or (not placed and (similarity or 0) >= _EXACT_GRAM)
    why = [f"{len(sorted_)} norms and biases have the same numbers in another order"] if permuted else []
    why += [f"{len(vectors)} of {every} norms and biases are those of A"] if placed and not permuted else []
    why += [f"the tokens stand to each other as in A (cosine {similarity:.3f})"] if turned else []
    return Kinship(
        Relation.CONVERTED if exact else Relation.FINE_TUNED,
        Sureness.LIKELY if permuted or placed else Sureness.WEAK,
        0.0,
        0.0,
        why=(*why, _PERMUTED),
        untold=(
            "which layers were changed, and by how much: rotated weights cannot be compared",
            *([_TAKEN_OVER] if permuted or placed else []),
            _FIRST,
        ),
    )


def _is_vector(tensor: TensorPrint) -> bool:
    return len(tensor.shape) == 1


def _strangers(found: Matches, seen: Evidence, a: ModelPrint, b: ModelPrint) -> Kinship:
    alike = _alike(a, b)
    relation = Relation.SAME_ARCHITECTURE if alike >= _SAME_SHAPES else Relation.UNRELATED
    if seen.few:
        return cannot_tell("one of them has too few tensors that could be known again")._replace(
            share_a=seen.share_a, share_b=seen.share_b
        )
    named = [b.tensors[match.b].name for match in found.of_b]
    why = [f"{seen.tensors} tensors of B are found in A, {seen.core_b:.1%} of its parameters outside of embeddings"]
    if named:
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        why.append(f"taken over: {', '.join(named[:_NAMED])}{more}; {seen.share_b:.0%} of all parameters of B")
    return Kinship(
        relation,
        Sureness.LIKELY,
        seen.share_a,
        seen.share_b,
        pairs=_pairs(became(found.of_b, a, b, None)),
        why=tuple(why),
        untold=(_TURNED,),
    )


def _alike(a: ModelPrint, b: ModelPrint) -> float:
    """The part of the tensors outside of embeddings whose shapes both have."""
    one, two = (Counter(tensor.shape for tensor in core(model)) for model in (a, b))
    common = (one & two).total()
    return common / max(one.total(), two.total(), 1)
