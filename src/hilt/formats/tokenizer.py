"""Reads the vocabulary file of a fast tokenizer, `tokenizer.json`.

Specification: Hugging Face tokenizers, `Tokenizer.save`: a JSON object with `version`, `added_tokens`, `normalizer`,
`pre_tokenizer`, `post_processor`, `decoder` and `model` with its `type` and `vocab`.

What can bite: nothing names code or files. Its patterns can take time without end on some input, and its steps can turn
a user's words into others, or into tokens that steer the model.

What hilt cannot see: words of the vocabulary with swapped numbers, which make the model read another text than was
written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import json
from hilt.formats.reader import Head

_COMPONENTS = ("normalizer", "pre_tokenizer", "post_processor", "decoder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A step that works on text: what it looks for (`regex` or plain text), and what it puts there, None if it only cuts.

    `place` is the path to the step: `normalizer.normalizers[2]`.
    """

    place: str
    looks_for: str
    regex: bool = False
    puts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenizer:
    """The kind of model (BPE, WordPiece, Unigram), its number of tokens, and the tokens that were added to it.

    `special` are those of them that steer the model. `inserted` are the tokens that stand around every text, each with
    the number of ids behind it.
    """

    model: str
    tokens: int
    added: tuple[str, ...]
    special: tuple[str, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()
    inserted: tuple[tuple[str, int], ...] = ()


def probe(head: Head) -> bool:
    return head.data.lstrip()[:1] == b"{" and b'"added_tokens"' in head.data and b'"version"' in head.data[:64]


def read(source: ByteSource, limits: Limits) -> Tokenizer:
    """The tokenizer in `source`. Raises `FormatError` where it is none, `LimitExceeded` where it is too large."""
    document = json.read(source, limits).value
    match document:
        case {"model": {"vocab": dict() | list() as tokens, **model}, "added_tokens": list(added)}:
            listed = [token for token in added if isinstance(token, dict)]
            return Tokenizer(
                model=str(model.get("type", "?")),
                tokens=len(tokens),
                added=tuple(str(token.get("content")) for token in listed),
                special=tuple(str(token.get("content")) for token in listed if token.get("special") is True),
                rewrites=tuple(step for name in _COMPONENTS for step in _rewrites(name, document.get(name))),
                inserted=tuple(_inserted(document.get("post_processor"))),
            )
    raise FormatError("a tokenizer without the objects 'model' and 'added_tokens'")


def _rewrites(place: str, component: Any) -> Iterator[Rewrite]:
    """The steps of a component, and of those inside it; its depth is bounded by the reader of JSON."""
    match component:
        case list():
            for number, inner in enumerate(component):
                yield from _rewrites(f"{place}[{number}]", inner)
        case dict():
            puts = next((text for key in ("content", "prepend") if isinstance(text := component.get(key), str)), None)
            match component.get("pattern"):
                case {"Regex": str(text)}:
                    yield Rewrite(place=place, looks_for=text, regex=True, puts=puts)
                case {"String": str(text)}:
                    yield Rewrite(place=place, looks_for=text, puts=puts)
                case None if puts is not None and component.get("type") == "Prepend":
                    yield Rewrite(place=place, looks_for="", puts=puts)
            for key, inner in component.items():
                yield from _rewrites(f"{place}.{key}", inner)


def _inserted(component: Any) -> Iterator[tuple[str, int]]:
    match component:
        case {"special_tokens": dict(tokens)}:
            for name, token in tokens.items():
                ids = token.get("ids") if isinstance(token, dict) else None
                yield str(name), len(ids) if isinstance(ids, list) else 0
        case {"processors": list(processors)}:
            for inner in processors:
                yield from _inserted(inner)
