"""Gathers once for all checks of rights what the files of a subject say that it is made from, and what is known of that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from hilt.checks.check import Repository
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Known
from hilt.core.finding import Finding, Severity
from hilt.core.lineage import Relation
from hilt.knowledge.licences.edges import Edge, joined, of_adapter, of_card, of_config, of_gguf, of_merge, too_many
from hilt.knowledge.licences.model_names import own_name

if TYPE_CHECKING:
    from hilt.core.context import Base
    from hilt.formats.gguf import Gguf
    from hilt.formats.model_card import ModelCard
    from hilt.knowledge.licences.combine import Inherited
    from hilt.knowledge.licences.descent import Ancestor, Descent
    from hilt.knowledge.licences.works import Work

_MOST_FILES, _MOST_EDGES = 500, 2_000
"""Files that are read, and edges that are kept, of one subject."""
_KIN = {
    Relation.IDENTICAL: "copy",
    Relation.CONVERTED: "copy",
    Relation.QUANTISED: "quantized",
    Relation.MERGED: "merge",
    Relation.STITCHED: "merge",
}
"""What the relations of weights are to licences; all others are as a fine-tune."""
_MERGES = frozenset({"mergekit_config.yml", "mergekit_config.yaml", "mergekit_moe_config.yml", "mergekit_moe_config.yaml"})  # fmt: skip
_WEIGHTS = frozenset({"safetensors", "torch-zip", "torch-legacy"})
_QUANTISED = frozenset({"quantize_config.json", "quantization_config.json", "quant_config.json"})


class Lineage(NamedTuple):
    """What the subject, or a folder of it with weights and a licence of its own, is made from."""

    home: str
    edges: tuple[Edge, ...]
    itself: bool
    """Its own files name it as what it is made from."""


@lru_cache(maxsize=1)
def lineages(repository: Repository) -> tuple[Lineage, ...]:
    """Those that say anything; the subject first."""
    found: dict[str, list[tuple[int, Edge]]] = defaultdict(list)
    for home, order, edge in _first(repository)[:_MOST_EDGES]:
        found[home].append((order, edge))
    made = []
    for home, ordered in sorted(found.items()):
        ordered.sort(key=lambda pair: pair[0])
        edges, itself = joined((edge for _, edge in ordered), own_name(repository.subject.reference))
        if edges or itself:
            made.append(Lineage(home=home, edges=edges, itself=itself))
    return tuple(made)


def names(repository: Repository) -> tuple[str, ...]:
    """What the subject's files name as what it is made from, and the subject's own name."""
    named = [edge.name for one in lineages(repository) for edge in one.edges if edge.relation != "dataset"]
    own = own_name(repository.subject.reference)
    return tuple(dict.fromkeys([*named, *([own] if own else [])]))


def unread(repository: Repository) -> tuple[str, ...]:
    """Files that name more than is taken of them, and those that were too many."""
    wanted = _wanted(repository)
    cards = [path for path in wanted[:_MOST_FILES] if repository.formats[path] == "model-card"]
    long = [path for path in cards if _names_too_many(repository, path)]
    last = wanted[-1:] if len(wanted) > _MOST_FILES or len(_first(repository)) > _MOST_EDGES else []
    return tuple(dict.fromkeys([*long, *last]))


def _names_too_many(repository: Repository, path: str) -> bool:
    try:
        return too_many(cast("ModelCard", repository.read(path).value).metadata)
    except (FormatError, SourceError):
        return False


def followed(repository: Repository, lineage: Lineage) -> Descent:
    """The edges, and those of what they lead to, as far as somebody looked them up."""
    from hilt.knowledge.licences.descent import descent
    from hilt.knowledge.licences.known_models import known_base

    def look_up(relation: str, name: str) -> Base | None:
        looked = repository.context.bases.get(f"datasets/{name}" if relation == "dataset" else name)
        known = known_base(relation, name)
        if looked is None or looked.error:
            return known or _of_kin(repository, name)
        if known is not None and not looked.licences and not looked.unknown:
            return looked._replace(licences=known.licences, source=known.source)
        return looked

    return descent(lineage.edges, look_up, own_name(repository.subject.reference))


def _of_kin(repository: Repository, name: str) -> Base | None:
    """What the index says of a model that the weights descend from."""
    if repository.context.kin is None:
        return None
    from hilt.core.context import Base
    from hilt.knowledge.lineage.relatives import plain

    for one in repository.context.kin.relatives:
        if plain(one.name) == name and one.licences:
            return Base(name=name, licences=one.licences, source=f"index {repository.context.kin.searched}")
    return None


def reaching(repository: Repository) -> Iterator[tuple[Lineage, Work, tuple[Inherited, ...]]]:
    """The work of each lineage with the licences that reach it."""
    from hilt.checks.rights.gathering import gathered
    from hilt.knowledge.licences.combine import inherited

    for lineage in _with_kin(repository):
        works = gathered(repository).works
        work = next((work for work in works if work.name == lineage.home), works[0])
        yield lineage, work, inherited(followed(repository, lineage).ancestors)


def _with_kin(repository: Repository) -> tuple[Lineage, ...]:
    """The lineages, and what the weights themselves say where no file does: a base binds whether it is named or not."""
    if repository.context.kin is None:
        return lineages(repository)
    from hilt.knowledge.licences.places import Places
    from hilt.knowledge.lineage.relatives import is_named, nearest, origins, plain

    places = Places(repository.formats)
    found = {lineage.home: lineage for lineage in lineages(repository)}
    for one in nearest(repository.context.kin):
        home = places.home(one.weights) or ""
        lineage = found.get(home, Lineage(home=home, edges=(), itself=False))
        relation = _KIN.get(one.kinship.relation, "finetune")
        edges = [
            Edge(relation=relation, name=plain(name), source=one.weights, known=Known.VERIFIED) for name in origins(one)
        ]
        if not is_named(one, names(repository)):
            found[home] = lineage._replace(edges=(*lineage.edges, *edges))
    return tuple(found.values())


def each_once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Folders with the same card have the same fault: it is told once, where it is seen first."""
    told = set[tuple[str, Severity]]()
    for finding in findings:
        if (finding.message, finding.severity) not in told:
            told.add((finding.message, finding.severity))
            yield finding


def without_licence(ancestors: tuple[Ancestor, ...]) -> tuple[Ancestor, ...]:
    """Bases whose licence, or a part of it, is not known."""
    from hilt.knowledge.licences.descent import Carries

    bases = [one for one in ancestors if one.carries >= Carries.PAIR]
    return tuple(one for one in bases if one.base is None or one.base.unknown or not one.base.licences)


@lru_cache(maxsize=1)
def _first(repository: Repository) -> tuple[tuple[str, int, Edge], ...]:
    """The edges that are kept, and one more where there are more."""
    return tuple(islice(_edges(repository), _MOST_EDGES + 1))


def _edges(repository: Repository) -> Iterator[tuple[str, int, Edge]]:
    """The home of each edge, and which of two that name the same base counts: the lower number."""
    from hilt.knowledge.licences.places import Places

    places = Places(repository.formats)
    wanted = _wanted(repository)
    hints = {places.home(path): hint for path in reversed(wanted) if (hint := _hint(path, repository.formats.values()))}
    for path in wanted[:_MOST_FILES]:
        home = places.home(path)
        if home is None:
            continue
        try:
            for order, edge in _of_file(repository, path, hints.get(home, "")):
                yield home, order, edge
        except (FormatError, SourceError):
            continue  # it is in the coverage as a file that could not be read


def _wanted(repository: Repository) -> list[str]:
    found = [path for path, format_id in repository.formats.items() if _may_say(path, format_id)]
    return sorted(found, key=lambda path: (path.count("/"), path))


def _may_say(path: str, format_id: str) -> bool:
    name = path.rpartition("/")[2].lower()
    if format_id == "json":
        return name in ("adapter_config.json", "config.json") or name in _QUANTISED
    return format_id in ("model-card", "gguf") or (format_id == "yaml" and name in _MERGES)


def _hint(path: str, formats: Iterable[str]) -> str:
    """How the subject was made from its base, where that such a file is there says so.

    GGUF beside other weights was converted from those.
    """
    name = path.rpartition("/")[2].lower()
    if name == "adapter_config.json":
        return "adapter"
    if name in _MERGES:
        return "merge"
    converted = name.endswith(".gguf") and _WEIGHTS.isdisjoint(formats)
    return "quantized" if name in _QUANTISED or converted else ""


def _of_file(repository: Repository, path: str, hint: str) -> Iterator[tuple[int, Edge]]:
    format_id, name = repository.formats[path], path.rpartition("/")[2].lower()
    value = cast("Any", repository.read(path).value)
    if format_id == "model-card":
        card = cast("ModelCard", value)
        yield from ((2, edge) for edge in of_card(card.metadata, path, files_say=hint))
        from hilt.knowledge.licences.ancestry import of_prose

        yield from ((4, edge) for edge in of_prose(card.body, path))
    elif format_id == "gguf":
        yield from ((3, edge) for edge in of_gguf(cast("Gguf", value), path))
    elif format_id == "yaml":
        yield from ((1, edge) for document in value.documents[:8] for edge in of_merge(document, path))
    elif name == "adapter_config.json":
        yield from ((0, edge) for edge in of_adapter(value.value, path))
    elif name == "config.json":
        yield from ((5, edge) for edge in of_config(value.value, path))
