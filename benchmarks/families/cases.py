"""The cases: what is done to which base, how it is kept then, and what may rightly be said of the two.

A case is a base, changes one after the other, a layout, and a container. `Truth.told` are the true relations, the most
telling first; each is a set of words, since not all can be told from each other: a LoRA that was rounded to four bits is no
longer of low rank, and a merge seen from one of its parents is a fine-tune.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from families import changes, containers, onnx_files
from families.ablation import RECIPES, Recipe, ablated
from families.layouts import LAYOUTS, OF_LIBRARIES, transposed_silently
from families.model import Model
from hilt.core.lineage import KIN, Relation

Words = frozenset[Relation]


def words(*relations: Relation) -> Words:
    return frozenset(relations)


SAME = words(Relation.IDENTICAL, Relation.CONVERTED)
CONVERTED, QUANTISED = SAME, words(Relation.QUANTISED)
TUNED, PRUNED = words(Relation.FINE_TUNED), words(Relation.PRUNED)
STITCHED, EXTENDED = words(Relation.STITCHED), words(Relation.EXTENDED)
ADAPTER = words(Relation.ADAPTER_MERGED)
MERGED = words(Relation.MERGED, Relation.FINE_TUNED)
STRANGE = words(Relation.SAME_ARCHITECTURE, Relation.UNRELATED)
CUT = words(Relation.ADAPTER_MERGED, Relation.FINE_TUNED)
"""What a projection is called: its change has the rank of what was cut."""


class Change(NamedTuple):
    """`make` gets the model, the others by name, and chance. `size` is how far it moves, of the norm of the weights."""

    name: str
    make: Callable[[Model, Mapping[str, Model], Generator], Model]
    told: Words
    size: float = 1.0
    bases: tuple[str, ...] = ()
    adversarial: bool = False
    recipe: Recipe | None = None


class Container(NamedTuple):
    """`loss` is what it takes of the norm; `zero` says that a zero stays one; `plain` that any names will do."""

    name: str
    write: Callable[[Path, Model], None]
    told: Words
    loss: float
    zero: bool = True
    plain: bool = False
    bases: tuple[str, ...] = ()


class Truth(NamedTuple):
    """`related` is None where nobody can tell."""

    told: tuple[Words, ...]
    related: bool | None = True
    parents: tuple[str, ...] = ()


class Case(NamedTuple):
    name: str
    base: str
    changes: tuple[Change, ...]
    layout: str
    container: Container

    @property
    def truth(self) -> Truth:
        lost = self.container.loss
        told = [_tellable(change, lost, self.container, self.changes) for change in self.changes]
        told.sort(key=lambda some: min(ORDER.index(one) for one in some))
        told.append(self.container.told if self.container.told == QUANTISED or not told else KIN)
        if any(change.told == STRANGE for change in self.changes):
            return Truth((STRANGE,), related=False)
        related = None if any(change.adversarial for change in self.changes) else True
        return Truth(tuple(told), related)

    @property
    def recipe(self) -> Recipe | None:
        return next((change.recipe for change in self.changes if change.recipe), None)

    def write(self, folder: Path, models: Mapping[str, Model], seed: int = 1) -> None:
        chance = np.random.default_rng([seed, *self.name.encode()])
        model = models[self.base]
        for change in self.changes:
            model = change.make(model, models, chance)
        folder.mkdir(parents=True, exist_ok=True)
        self.container.write(folder, LAYOUTS[self.layout](model, chance))


ORDER = (
    Relation.MERGED, Relation.STITCHED, Relation.PRUNED, Relation.EXTENDED, Relation.ADAPTER_MERGED, Relation.FINE_TUNED,
    Relation.QUANTISED, Relation.CONVERTED, Relation.IDENTICAL, Relation.UNRELATED, Relation.SAME_ARCHITECTURE, Relation.UNKNOWN,
)  # fmt: skip
"""What says most first."""


HIDES = 1 / 3
"""What quantising takes hides a change that is not three times as large."""


def _tellable(change: Change, lost: float, container: Container, all_: tuple[Change, ...]) -> Words:
    """What may be said of a change after all that came with it."""
    others = max([other.size for other in all_ if other is not change and other.told in (TUNED, ADAPTER)], default=0.0)
    if change.told in (ADAPTER, CUT) and max(lost, others) > 0.01 * change.size:
        allowed = change.told | TUNED  # no longer of low rank
        return allowed | QUANTISED if lost > HIDES * change.size else allowed
    if change.told in (TUNED, MERGED) and lost > HIDES * change.size:
        return change.told | (container.told if container.told == QUANTISED else CONVERTED)
    if change.told == TUNED and change.size < 0.004:
        return change.told | CONVERTED  # within the rounding of 16 bits
    if change.told == PRUNED and change.name != "neurons taken out":
        if not (container.zero and others == 0):
            return change.told | TUNED | QUANTISED  # no zeros are left
        if lost > 0.3 * change.size:
            return change.told | QUANTISED  # as many become zero by rounding
    return change.told


def stored(kind: str) -> Callable[[Path, Model], None]:
    return lambda folder, model: containers.safetensors(folder, model._replace(stored=kind))


CONTAINERS = {
    one.name: one
    for one in (
        Container("safetensors", containers.safetensors, SAME, 0.002, plain=True),
        Container("safetensors F32", stored("F32"), SAME, 0, plain=True),
        Container("safetensors F16", stored("F16"), CONVERTED, 0.0003, plain=True),
        Container("safetensors F8_E4M3", stored("F8_E4M3"), words(Relation.QUANTISED, Relation.CONVERTED), 0.03, plain=True),
        Container("shards", containers.shards, SAME, 0.002, plain=True),
        Container("torch", containers.torch_zip, SAME, 0.002, plain=True),
        Container("npz", containers.npz, SAME, 0, plain=True),
        Container("keras", containers.keras_h5, SAME, 0, plain=True),
        Container("flax", containers.flax, SAME, 0, plain=True),
        Container("onnx", onnx_files.float32, SAME, 0, plain=True),
        Container("onnx int8 DequantizeLinear", onnx_files.dequantised, QUANTISED, 0.01, plain=True),
        Container("onnx int8 MatMulInteger", onnx_files.dynamic, QUANTISED, 0.035, plain=True),
        Container("gptq", containers.gptq, QUANTISED, 0.1),
        Container("awq", containers.awq, QUANTISED, 0.1),
        *(Container(f"gguf {kind}", partial(containers.gguf, kind=kind), SAME, 0.002) for kind in ("F16", "BF16")),
        *(
            Container(f"gguf {kind}", partial(containers.gguf, kind=kind), QUANTISED, loss, zero)
            for kind, loss, zero in (
                ("Q8_0", 0.005, True), ("Q6_K", 0.02, True), ("Q5_K", 0.04, False), ("Q4_K", 0.08, False),
                ("Q4_0", 0.09, True), ("Q4_1", 0.08, False), ("Q2_K", 0.33, False),
            )
        ),
    )
}  # fmt: skip


def _trained(name: str) -> Callable[[Model, Mapping[str, Model], Generator], Model]:
    return lambda model, others, _: others[name]._replace(shape=model.shape)


def _noise(size: float) -> Change:
    return Change(f"noise {size:g}", lambda model, _, chance: changes.noise(model, size, chance), TUNED, size)


def _lora(rank: int) -> Change:
    return Change(f"lora {rank}", lambda model, _, chance: changes.adapted(model, rank, 0.02, chance), ADAPTER, 0.02)


def _sibling(model: Model, others: Mapping[str, Model], weight: float) -> Model:
    other = others.get(f"{model.name}:ft-sibling") or changes.noise(model, 0.01, np.random.default_rng(77))
    return changes.mixed(model, other, weight)


CHANGES = {
    one.name: one
    for one in (
        *(_noise(size) for size in (0.001, 0.01, 0.1, 0.3)),
        _lora(8),
        _lora(16),
        *(
            Change(f"pruned {share:.0%}", lambda model, _, __, share=share: changes.pruned(model, share), PRUNED, share)
            for share in (0.1, 0.3, 0.5)
        ),
        Change("neurons taken out", lambda model, _, __: changes.thinner(model, 0.25), PRUNED),
        Change("more words", lambda model, _, chance: changes.extended(model, 0.02, chance), EXTENDED),
        Change("words in another order", lambda model, _, chance: changes.shuffled_words(model, chance), KIN),
        Change("fewer words", lambda model, _, chance: changes.fewer_words(model, 0.3, chance), KIN),
        Change("fewer layers", lambda model, _, __: changes.fewer_layers(model, 1 / 3), STITCHED),
        Change("layers twice", lambda model, _, __: changes.repeated_layers(model), STITCHED),
        Change("stitched with a stranger", lambda model, _, chance: changes.stitched(model, changes.scratch(model, chance)), STITCHED),
        Change("merged with a sibling", lambda model, others, _: _sibling(model, others, 0.5), MERGED, 0.01),
        Change("merged with a stranger", lambda model, _, chance: changes.mixed(model, changes.scratch(model, chance), 0.5), MERGED),
        Change("transposed silently", lambda model, _, __: transposed_silently(model), KIN, adversarial=True),
        Change("neurons in another order", lambda model, _, chance: changes.permuted_neurons(model, chance), KIN, adversarial=True),
        Change("stream permuted", lambda model, _, chance: changes.permuted_stream(model, chance), KIN, adversarial=True),
        Change("stream rotated", lambda model, _, chance: changes.rotated_stream(model, chance), KIN, 1.0, ("smollm2",), adversarial=True),
        Change("trained from scratch", lambda model, _, chance: changes.scratch(model, chance), STRANGE),
        Change("not yet trained", lambda model, _, chance: changes.fresh(model, chance), STRANGE),
        Change("really tuned, 12 steps", _trained("ft-short"), TUNED, 0.0003, ("smollm2",)),
        Change("really tuned, 60 steps", _trained("ft-long"), TUNED, 0.01, ("smollm2",)),
        Change("really tuned, 20 steps", _trained("ft-sibling"), TUNED, 0.003, ("smollm2",)),
        Change("really trained lora 16", _trained("ft-lora"), ADAPTER, 0.01, ("smollm2",)),
        *(
            Change(
                f"ablated: {recipe.name}",
                lambda model, _, chance, recipe=recipe: ablated(model, recipe, chance),
                CUT, 0.03, recipe=recipe,
            )
            for recipe in RECIPES
        ),
    )
}  # fmt: skip


def singles(base: str, family: str) -> Iterator[Case]:
    """Each change, each layout and each container by itself."""
    kept = CONTAINERS["safetensors"]
    for container in CONTAINERS.values():
        if family != "gemma3" or not container.name.startswith(("keras", "flax", "npz")):
            yield Case(f"{base}, {container.name}", base, (), "as it was", container)
    for layout in LAYOUTS:
        if layout != "as it was":
            yield Case(f"{base}, {layout}", base, (), layout, kept)
    for change in CHANGES.values():
        if not change.recipe and (not change.bases or base in change.bases):
            yield Case(f"{base}, {change.name}", base, (change,), "as it was", kept)


def ablations(base: str) -> Iterator[Case]:
    """Each recipe in 16, eight and four bits."""
    for change in CHANGES.values():
        if change.recipe:
            for container in ("safetensors F16", "gguf Q8_0", "gguf Q4_0", "gguf Q4_K"):
                yield Case(f"{base}, {change.name}, {container}", base, (change,), "as it was", CONTAINERS[container])


def compositions(bases: Mapping[str, str], count: int, seed: int = 7) -> Iterator[Case]:
    """Two and three deep: changes in an order of chance, then a layout and a container. `bases` are names and families."""
    chance = np.random.default_rng(seed)
    usable = [
        change
        for change in CHANGES.values()
        if change.told != STRANGE and not change.adversarial and change.recipe is None
    ]
    seen: set[str] = set()
    while len(seen) < count:
        base = str(chance.choice(sorted(bases)))
        container = CONTAINERS[str(chance.choice(sorted(CONTAINERS)))]
        layout = str(chance.choice(sorted(LAYOUTS))) if container.plain else "as it was"
        if layout in OF_LIBRARIES and not container.name.startswith(("safetensors", "shards", "torch", "npz")):
            continue
        depth = int(chance.integers(1, 3)) if layout == "as it was" else int(chance.integers(1, 2))
        fitting = [change for change in usable if not change.bases or base in change.bases]
        chosen = [fitting[n] for n in chance.choice(len(fitting), depth, replace=False)]
        chosen.sort(key=lambda change: not change.bases)  # what was really trained began at the base
        if sum(bool(change.bases) for change in chosen) > 1 or container.name == "gguf Q2_K":
            continue
        if depth == 1 and layout == "as it was" and container.name == "safetensors":
            continue
        name = ", ".join([base, *(change.name for change in chosen), layout, container.name])
        if name not in seen:
            seen.add(name)
            yield Case(name, base, tuple(chosen), layout, container)
