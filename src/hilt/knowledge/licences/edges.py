"""What a subject is made from, and how, as its metadata says: the card, configs of adapters and merges, headers.

Sources: Hugging Face Hub, "Model Cards" (`base_model`, `base_model_relation`, `datasets`); PEFT, `adapter_config.json`;
mergekit, `mergekit_config.yml`; ggml, docs/gguf.md (`general.base_model.*`, `general.source.*`, `general.dataset.*`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.fact import Known
from hilt.knowledge.licences.model_names import is_hub_name, name_of, same

if TYPE_CHECKING:
    from hilt.formats.gguf import Gguf

MOST = 256
"""Names that are taken from one file."""
_DEEPEST = 4

RELATIONS = ("copy", "quantized", "finetune", "merge", "adapter", "distilled", "dataset", "tokenizer", "unknown")
_STATED = {
    "quantized": "quantized",
    "quantised": "quantized",
    "quantization": "quantized",
    "finetune": "finetune",
    "finetuned": "finetune",
    "fine-tune": "finetune",
    "fine-tuned": "finetune",
    "merge": "merge",
    "merged": "merge",
    "adapter": "adapter",
    "lora": "adapter",
    "copy": "copy",
    "distilled": "distilled",
    "distillation": "distilled",
    "distill": "distilled",
}


class Edge(NamedTuple):
    """The subject is made from `name`, in the way that `relation`, one of `RELATIONS`, says; `source` is the file that says so.

    `weak` is true where it says so in passing (a sentence, a path that a library noted), and not as metadata.
    """

    relation: str
    name: str
    source: str
    known: Known = Known.CLAIMED
    weak: bool = False


def of_card(metadata: Mapping[str, Any], path: str, *, files_say: str = "") -> Iterator[Edge]:
    """What the front matter says. Where it leaves out how, the other files may say it (`files_say`, a relation)."""
    tags = [tag for tag in _texts(metadata.get("tags")) if len(tag) < 400]
    for tag in tags:
        kind, _, rest = tag.partition(":")
        relation, _, name = rest.partition(":")
        if kind == "base_model" and relation in _STATED and (known := name_of(name)):
            yield Edge(relation=_STATED[relation], name=known, source=path)
    names = [name for said in _texts(metadata.get("base_model")) if (name := name_of(said))]
    relation = _relation(metadata, tags, files_say, len(names))
    for name in names:
        yield Edge(relation=relation, name=name, source=path)
    for said in _texts(metadata.get("datasets")):
        if name := name_of(said):
            yield Edge(relation="dataset", name=name, source=path)


def too_many(metadata: Mapping[str, Any]) -> bool:
    """The front matter names more than is taken from one file."""
    return any(isinstance(said := metadata.get(key), list) and len(said) > MOST for key in ("base_model", "datasets"))


def _relation(metadata: Mapping[str, Any], tags: Iterable[str], files_say: str, names: int) -> str:
    """As the hub infers it: stated, else by what the files are, else by tags, else fine-tuned."""
    stated = metadata.get("base_model_relation")
    if isinstance(stated, str) and stated.strip().lower() in _STATED:
        return _STATED[stated.strip().lower()]
    words = {tag.lower() for tag in tags} | {str(metadata.get("library_name"))[:40].lower()}
    if files_say == "adapter" or not words.isdisjoint(("lora", "peft", "adapter", "qlora")):
        return "adapter"
    if files_say == "merge" or names > 1 or not words.isdisjoint(("merge", "mergekit")):
        return "merge"
    if files_say == "quantized" or not words.isdisjoint(("gguf", "gptq", "awq", "exl2", "quantized")):
        return "quantized"
    # Such a tag does not say whether the base was the teacher, or what the pupil began as.
    return "unknown" if not words.isdisjoint(("distillation", "distilled")) else "finetune"


def of_adapter(value: Any, path: str) -> Iterator[Edge]:
    """What `adapter_config.json` says."""
    if isinstance(value, dict) and (name := name_of(value.get("base_model_name_or_path"))):
        yield Edge(relation="adapter", name=name, source=path)


def of_merge(value: Any, path: str) -> Iterator[Edge]:
    """What a config of mergekit says. `model+lora` names two that go into the merge."""
    if not isinstance(value, dict) or not ({"merge_method", "slices", "models", "experts"} & value.keys()):
        return
    slices = [source for one in _tables(value.get("slices")) for source in _tables(one.get("sources"))]
    said = [one.get("model") for one in (*_tables(value.get("models")), *slices)]
    said += [one.get("source_model") for one in _tables(value.get("experts"))]
    for one in (*said, value.get("base_model")):
        model = one.get("model") if isinstance(one, dict) else one
        model = model.get("path") if isinstance(model, dict) else model
        for part in model[:2000].split("+")[:8] if isinstance(model, str) else ():
            if name := name_of(part):
                yield Edge(relation="merge", name=name, source=path)
    tokenizer = value.get("tokenizer")
    told = tokenizer.get("source") if isinstance(tokenizer, dict) else value.get("tokenizer_source")
    if isinstance(told, str) and is_hub_name(name := name_of(told)) and "/" in name:
        yield Edge(relation="tokenizer", name=name, source=path)


def of_config(value: Any, path: str) -> Iterator[Edge]:
    """What `config.json` notes of where it was loaded from: the subject itself, or what it was made from.

    Only a full name of a hub is taken: anything else may be a folder.
    """
    told = value.get("_name_or_path") if isinstance(value, dict) else None
    if is_hub_name(name := name_of(told)) and "/" in name:
        yield Edge(relation="unknown", name=name, source=path, weak=True)


def of_gguf(header: Gguf, path: str) -> Iterator[Edge]:
    """What the header says: of the repository that was converted, of its bases, and of data."""
    told = {entry.key: entry.value for entry in reversed(header.key_values) if isinstance(entry.value, str)}
    for key in ("general.source.huggingface.repository", "general.source.repo_url", "general.source.url"):
        if name := name_of(told.get(key)):
            yield Edge(relation="quantized", name=name, source=path)
            break
    bases = list(_numbered(told, "general.base_model"))
    for name in bases:
        yield Edge(relation="merge" if len(bases) > 1 else "finetune", name=name, source=path)
    for name in _numbered(told, "general.dataset"):
        yield Edge(relation="dataset", name=name, source=path)


def _numbered(told: Mapping[str, str], prefix: str) -> Iterator[str]:
    """The address of each, else what its organisation and it are called."""
    for number in range(MOST):
        values = {part: told.get(f"{prefix}.{number}.{part}", "") for part in ("repo_url", "organization", "name")}
        if not any(values.values()):
            return
        called = "/".join(value.replace("/", " ") for value in (values["organization"], values["name"]) if value)
        if name := name_of(values["repo_url"]) or name_of(called):
            yield name


def joined(edges: Iterable[Edge], own: str) -> tuple[tuple[Edge, ...], bool]:
    """The edges, each base once, as it was named first; and whether one leads to the subject, whose own name this is.

    What is noted in passing counts only where nothing else names a base.
    """
    kept: dict[tuple[bool, str], Edge] = {}
    itself = False
    for edge in edges:
        if own and same(edge.name, own):
            itself = itself or not edge.weak
        else:
            kept.setdefault((edge.relation == "dataset", edge.name.casefold()), edge)
    certain = any(not edge.weak and edge.relation not in ("dataset", "tokenizer") for edge in kept.values())
    return tuple(edge for edge in kept.values() if not (certain and edge.weak and edge.relation == "unknown")), itself


def _texts(value: Any, depth: int = 0) -> list[str]:
    """The strings of a value that is to be a string or a list of strings; objects that have a name give it."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return _texts(value.get("name") or value.get("model") or value.get("id"), depth + 1) if depth < _DEEPEST else []
    if not isinstance(value, list) or depth >= _DEEPEST:
        return []
    return [text for one in value[:MOST] for text in _texts(one, depth + 1)][:MOST]


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in value[:MOST] if isinstance(one, dict)] if isinstance(value, list) else []
