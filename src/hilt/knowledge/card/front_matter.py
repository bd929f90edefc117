"""What the front matter of a card says, but for licences, bases and datasets, which have readers of their own.

Specification: Hugging Face Hub, "Model Cards", and `modelcard.md` of huggingface/hub-docs: `library_name`, `pipeline_tag`,
`language`, `model_name`, and `model-index` for results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_LONGEST, _MOST = 200, 64
"""Letters of a value, and values of a list."""
_LIBRARIES = (
    "transformers", "diffusers", "sentence-transformers", "timm", "peft", "spacy", "flair", "keras", "fastai", "onnx", "espnet",
    "speechbrain", "nemo", "stable-baselines3", "sklearn", "skops", "setfit", "open_clip", "span-marker", "adapter-transformers",
    "transformers.js", "gguf", "mlx", "coreml", "fasttext", "paddlepaddle", "bertopic", "stanza", "allennlp", "asteroid", "pyannote",
)  # fmt: skip
"""Tags of the hub that name a library, for cards that have no `library_name`; the first that is there counts."""


def name(metadata: Mapping[str, Any]) -> str:
    """`model_name`, or the only name in the `model-index`; empty where there is none."""
    indexed = {_text(one.get("name")) for one in records(metadata.get("model-index"))}
    return _text(metadata.get("model_name")) or (indexed.pop() if len(indexed) == 1 else "")


def library(metadata: Mapping[str, Any]) -> str:
    tags = set(_texts(metadata.get("tags")))
    return _text(metadata.get("library_name")) or next((one for one in _LIBRARIES if one in tags), "")


def task(metadata: Mapping[str, Any]) -> str:
    """`pipeline_tag`, or the only task in the `model-index`."""
    results = (result for one in records(metadata.get("model-index")) for result in records(one.get("results")))
    measured = {_text(result["task"].get("type")) for result in results if isinstance(result.get("task"), dict)}
    return _text(metadata.get("pipeline_tag")) or (measured.pop() if len(measured) == 1 else "")


def languages(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_texts(metadata.get("language")), *_texts(metadata.get("languages")))))


def authors(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that are no part of the specification, and that some cards have."""
    keys = ("authors", "author", "model_creator", "organization")
    return tuple(dict.fromkeys(one for key in keys for one in _texts(metadata.get(key))))


def version(metadata: Mapping[str, Any]) -> str:
    said = metadata.get("version")
    return str(said) if type(said) in (int, float) else _text(said)


def records(value: Any) -> list[dict[str, Any]]:
    return [one for one in value[:_MOST] if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return " ".join(value[: 2 * _LONGEST].split())[:_LONGEST] if isinstance(value, str) else ""


def _texts(value: Any) -> Iterator[str]:
    for one in value[:_MOST] if isinstance(value, list) else [value]:
        said = _text(one.get("name") if isinstance(one, dict) else one)
        if said:
            yield said
