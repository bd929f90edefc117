"""How large the model is: the parameters that its headers count, those that work at once, and how many it has at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hilt.checks.card.gathering import card, config
from hilt.checks.check import Repository
from hilt.checks.inspect.facts import DTYPES, PARAMETERS
from hilt.core.errors import FormatError, SourceError

if TYPE_CHECKING:
    from hilt.formats.gguf import Gguf
    from hilt.knowledge.regulation.compute import Size
    from hilt.knowledge.regulation.experts import Experts

_TEXTS = frozenset(
    "text json yaml model-card licence package-metadata jinja python json-lines ini xml script media tokenizer sentencepiece".split()
)
"""Formats of files that lie beside weights, and hold none."""
_ADAPTERS = ("adapter_config.json", "adapter_model.safetensors")
_ADAPTER_TAGS = {"lora", "adapter", "peft", "textual_inversion", "controlnet", "ip-adapter"}
_PACKED = {"I32", "U8", "I8", "I64"}
"""Number formats in which quantisers pack several parameters into one number."""


def size_of(repository: Repository) -> Size:
    """The parameters of the model, as its headers count them and its config divides them."""
    from hilt.knowledge.regulation.compute import Size
    from hilt.knowledge.regulation.experts import mixed

    counted = repository.merged(PARAMETERS)
    most = _most(repository)
    if not isinstance(counted.value, int) or is_adapter(repository) or _packed(repository):
        return Size(most=most)
    source = f"{counted.source}: {counted.value:,} parameters"
    experts, told_in = _experts(repository)
    if experts is None:
        untold = (found := config(repository)) is not None and mixed(found[1])
        return Size(active=None if untold else counted.value, most=most, source=source)
    active = counted.value - experts.unused
    if active <= 0:
        return Size(most=most)  # config and weights are not of one model
    share = f"{experts.chosen} of {experts.experts} experts in {experts.layers} layers"
    return Size(active=active, most=most, source=f"{source}, {active:,} for each token ({told_in}: {share})")


def _experts(repository: Repository) -> tuple[Experts | None, str]:
    from hilt.knowledge.regulation import experts

    if (found := config(repository)) is not None and (told := experts.of_config(found[1])) is not None:
        return told, found[0]
    for path in sorted(path for path, kind in repository.formats.items() if kind == "gguf")[:1]:
        try:
            return experts.of_gguf(cast("Gguf", repository.read(path).value).value), path
        except (FormatError, SourceError):
            break  # that it could not be read is in the coverage
    return None, ""


def _most(repository: Repository) -> int | None:
    """The parameters at most: what headers count, and one for each byte of the files that they do not count.

    The sets of weights in one folder are variants of one model, those of several may be its parts. None where part of
    the model lies elsewhere: adapters, pointers, shards that are missing, a card and a config that came without weights.
    """
    from hilt.knowledge.weight_sets import PARTS, weight_sets

    kinds = repository.formats
    counted = [fact for fact in repository.facts if fact.key == PARAMETERS.key]
    sets = weight_sets(kinds)
    elsewhere = is_adapter(repository) or not {"lfs-pointer", "empty"}.isdisjoint(kinds.values())
    # What no reader knows may be weights as well: shards of TensorFlow.js are described by another file alone.
    bare = all(kinds.get(entry.path, "unknown") in _TEXTS for entry in repository.subject.files)
    elsewhere = elsewhere or (not counted and (bare or config(repository) is not None))
    if elsewhere or any(one.missing for one in sets) or (sets and not counted):
        return None
    folders: dict[str, int] = {}
    for fact in counted:
        folder = fact.source.rpartition("/")[0]
        folders[folder] = max(folders.get(folder, 0), fact.value if isinstance(fact.value, int) else 0)
    uncounted = (entry.size for entry in repository.subject.files if kinds.get(entry.path) not in PARTS)
    return sum(folders.values()) + sum(uncounted)


def _packed(repository: Repository) -> bool:
    dtypes: Any = repository.merged(DTYPES).value or ()
    quantised = (found := config(repository)) is not None and isinstance(found[1].get("quantization_config"), dict)
    return quantised and not _PACKED.isdisjoint(dtypes)


def is_adapter(repository: Repository) -> bool:
    """Is it a part that is put on another model, by its files or by its card?"""
    if any(path.rsplit("/", 1)[-1] in _ADAPTERS for path in repository.formats):
        return True
    told = card(repository)
    if told is None:
        return False
    tags = told.metadata.get("tags")
    words = {tag for tag in tags if isinstance(tag, str)} if isinstance(tags, list) else set()
    return told.metadata.get("library_name") == "peft" or not _ADAPTER_TAGS.isdisjoint(words)
