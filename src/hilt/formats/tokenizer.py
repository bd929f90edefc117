"""Reads the vocabulary file of a fast tokenizer, `tokenizer.json`.

Specification: Hugging Face tokenizers, `Tokenizer.save`: a JSON object with `version`, `added_tokens`, `normalizer`,
`pre_tokenizer`, `post_processor`, `decoder` and `model` with its `type` and `vocab`.
"""

from __future__ import annotations

from dataclasses import dataclass

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats import json
from hilt.formats.reader import Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokenizer:
    """The kind of model (BPE, WordPiece, Unigram), its number of tokens, and the tokens that were added to it."""

    model: str
    tokens: int
    added: tuple[str, ...]


def probe(head: Head) -> bool:
    return head.data.lstrip()[:1] == b"{" and b'"added_tokens"' in head.data and b'"version"' in head.data[:64]


def read(source: ByteSource, limits: Limits) -> Tokenizer:
    """The tokenizer in `source`. Raises `FormatError` where it is none, `LimitExceeded` where it is too large."""
    match json.read(source, limits).value:
        case {"model": {"vocab": dict() | list() as tokens, **model}, "added_tokens": list(added)}:
            contents = tuple(str(token.get("content")) for token in added if isinstance(token, dict))
            return Tokenizer(model=str(model.get("type", "?")), tokens=len(tokens), added=contents)
    raise FormatError("a tokenizer without the objects 'model' and 'added_tokens'")
