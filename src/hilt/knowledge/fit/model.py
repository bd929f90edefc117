"""The shape of the model in a repository: its sets of weights, what its config or header tells, and what its tensors say of that.

Where config and tensors contradict each other the tensors are right: they are what is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from hilt.knowledge.fit.shape import Layers, Shape, grouped
from hilt.knowledge.fit.tensors import Measured, measured
from hilt.knowledge.fit.told import Told, Untold
from hilt.knowledge.fit.variants import Set, variant

_ADAPTERS = ("adapter_config.json", "adapter_model.safetensors", "adapter_model.bin")
_PIPELINE = "these are the parts of a pipeline; what it takes to compute with them is not told"
Config = tuple[str, Mapping[str, Any]]
"""A config and its path."""


class Contradiction(NamedTuple):
    """Something that the config states and the tensors do not bear out. `lacking`: weights that it names are not there."""

    path: str
    words: str
    lacking: bool


class Model(NamedTuple):
    """A shape, the file that tells of its layers, whether vocabulary and width are those of tensors, and what those contradict."""

    shape: Shape
    source: str = ""
    measured: bool = False
    contradictions: tuple[Contradiction, ...] = ()


def model(found: Sequence[Set], config: Config | None, paths: Sequence[str]) -> Model | None:
    """The model among these sets of weights; None where there are none. `paths` are all of the repository."""
    seeing = [one for one in found if _sees(one)]
    found = [one for one in found if one not in seeing]
    if not found:
        return None
    if "model_index.json" in paths:
        return Model(Shape(tuple(variant(one, None, writes=False) for one in found), untold=(_PIPELINE,)))
    loaded, beside = _belonging(found, config, paths)
    if not loaded:  # the config is that of something else
        loaded, beside, config = found, [], None
    heads = [one for one in loaded if one.format == "gguf"]
    told, source, why = _told(heads, config, paths, header_first=len(heads) == len(loaded))
    experts = _experts(heads, config)
    shape = Shape(variants=tuple(variant(one, experts, writes=told is not None) for one in loaded))
    if seeing:
        least = min(seeing, key=lambda one: one.bytes)
        why = (*why, f"to see, {least.name} is loaded beside it: {least.bytes:,} bytes more")
    if beside:
        why = (*why, f"{beside[0].name} lies beside it and is not counted" + _further(beside))
    if told is None:
        return Model(shape._replace(untold=why), source)
    of_tensors = measured(_largest(loaded, source).tensors)
    right, contradictions = _corrected(told, of_tensors, source)
    shape = shape._replace(
        layers=grouped(right.layers),
        vocabulary=right.vocabulary,
        width=right.width,
        heads=right.heads,
        inner=right.inner,
        untold=why,
    )
    return Model(shape, source, bool(of_tensors.width), contradictions)


def _belonging(found: Sequence[Set], config: Config | None, paths: Sequence[str]) -> tuple[list[Set], list[Set]]:
    """The sets that the config tells of, in its folder or below it, and those that lie elsewhere or have their own."""
    if config is None:
        return list(found), []
    configs = {path.rpartition("/")[0] for path in paths if path.rpartition("/")[2] == "config.json"}
    home = config[0].rpartition("/")[0]
    own: list[Set] = []
    others: list[Set] = []
    for one in found:
        folder = one.paths[0].rpartition("/")[0]
        while folder and folder not in configs:
            folder = folder.rpartition("/")[0]
        (own if folder == home else others).append(one)
    return own, others


def _further(others: Sequence[Set]) -> str:
    return f", nor are {len(others) - 1} others" if len(others) > 1 else ""


def _sees(one: Set) -> bool:
    """The part that makes embeddings of pictures or sounds, which is loaded beside a model."""
    return one.format == "gguf" and bool(one.header.value("general.architecture") == "clip")


def _largest(loaded: Sequence[Set], source: str) -> Set:
    """The set to hold the told shape against: the file that tells it, or the largest whose tensors are listed."""
    return max(
        loaded, key=lambda one: (source in one.paths, bool(one.tensors) and one.format == "safetensors", one.bytes)
    )


def _told(
    heads: Sequence[Set], config: Config | None, paths: Sequence[str], *, header_first: bool
) -> tuple[Told | None, str, tuple[str, ...]]:
    """What is told of the layers, by which file, and why nothing is."""
    why: list[str] = []
    asked: list[tuple[str, Callable[[], Told]]] = []
    if config is not None:
        asked.append((config[0], partial(_of_config, config[1])))
    if heads:
        asked.insert(0 if header_first else 1, (heads[0].paths[0], partial(_of_headers, heads)))
    for path, tell in asked:
        try:
            return tell(), path, ()
        except Untold as untold:
            why.append(f"{path}: {untold}")
    if any(path.rsplit("/", 1)[-1] in _ADAPTERS for path in paths):
        why.insert(0, "only an adapter is here; the model that it changes lies elsewhere")
    return None, "", tuple(why)


def _of_config(config: Mapping[str, Any]) -> Told:
    from hilt.knowledge.fit.architectures import of_config

    return of_config(config)


def _of_headers(heads: Sequence[Set]) -> Told:
    from hilt.knowledge.fit.gguf_layers import of_gguf

    each = []
    for one in heads:
        words = next((entry.count for entry in one.header.key_values if entry.key == "tokenizer.ggml.tokens"), 0)
        each.append(of_gguf(one.header.value, one.header.numbers, words))
    if any(one.layers != each[0].layers for one in each):
        raise Untold("the files here are of several models; ask for one of them")
    return each[0]


def _experts(heads: Sequence[Set], config: Config | None) -> tuple[int, int] | None:
    """How many experts of a mixture are chosen, and of how many; None where that is not told."""
    from hilt.knowledge.regulation import experts

    found = experts.of_config(config[1]) if config is not None else None
    if found is None and heads:
        found = experts.of_gguf(heads[0].header.value)
    return (found.chosen, found.experts) if found is not None else None


def _corrected(told: Told, of_tensors: Measured, source: str) -> tuple[Told, tuple[Contradiction, ...]]:
    """What is told, set right by the tensors, and what they contradict."""
    seen: list[tuple[str, bool]] = []
    layers = _stacked(told, of_tensors.layers, seen)
    if told.stack == len(told.layers) and len(layers) <= of_tensors.layers:
        fixed = tuple(
            _by_rows(_with_heads(one, *rows) if place in told.headless else one, *rows)
            for place, (one, rows) in enumerate(zip(layers, of_tensors.rows, strict=False))
        )
        if wrong := [place for place, one in enumerate(fixed) if one != layers[place]]:
            kept, stated = fixed[wrong[0]].line[2:], layers[wrong[0]].line[2:]
            seen.append(
                (f"keys and values of {len(wrong)} layers: {stated!r} is stated, the tensors make {kept!r}", True)
            )
        layers = fixed
    vocabulary, width = told.vocabulary or of_tensors.vocabulary, told.width or of_tensors.width
    if of_tensors.vocabulary and vocabulary != of_tensors.vocabulary:
        lacking = of_tensors.vocabulary < vocabulary
        seen.append((f"{vocabulary} words are stated, the table of embeddings has {of_tensors.vocabulary}", lacking))
        vocabulary = of_tensors.vocabulary
    if of_tensors.width and of_tensors.width not in (width, told.embedded):
        seen.append((f"a width of {width} is stated, the table of embeddings has {of_tensors.width}", True))
        width = of_tensors.width
    found = tuple(Contradiction(source, words, lacking) for words, lacking in seen)
    return told._replace(layers=layers, vocabulary=vocabulary, width=width), found


def _stacked(told: Told, there: int, seen: list[tuple[str, bool]]) -> tuple[Layers, ...]:
    """The layers that there are tensors for; further ones are taken for what all are alike, if they are."""
    if not told.stack or not there or told.stack <= there <= told.stack + told.ahead:
        return told.layers
    seen.append((f"{told.stack} layers are stated, the tensors are of {there}", there < told.stack))
    if told.stack != len(told.layers):
        return told.layers
    alike = len(set(told.layers)) == 1
    return told.layers[:1] * there if alike else told.layers[:there]


def _with_heads(one: Layers, keys: int, values: int) -> Layers:
    """A layer that is told to have no heads, and whose tensors make keys and values all the same."""
    return one._replace(kind="attention") if one.kind == "none" and keys and values else one


def _by_rows(one: Layers, keys: int, values: int) -> Layers:
    """The layer with as many keys and values as its tensors make."""
    if one.kind != "attention" or one.fixed:
        return one
    if keys and keys != one.heads * one.key:
        heads = keys // one.key if one.key and keys % one.key == 0 else 1
        one = one._replace(heads=heads, key=keys // heads)
    if values and values != one.heads * one.value:
        one = one._replace(value=values // one.heads) if one.heads and values % one.heads == 0 else one
    return one
