"""cards: what the card of an uploaded model says in its front matter, as the API of a hub tells it of the repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hilt.core.byte_source import MemorySource
from hilt.core.errors import FormatError
from hilt.core.limits import Limits
from hilt.formats.model_card import read

CARD = "README.md"
LOOKED_AT = 64 << 10
"""Bytes of a card in which its front matter has to be; the check reads all of it."""
_TEXTS = ("pipeline_tag", "library_name")
_MOST_TAGS = 200


def complaint_of(card: bytes) -> str:
    """What is wrong with the front matter; empty where nothing is."""
    try:
        _metadata(card)
    except FormatError as error:
        return str(error)
    return ""


def told_of(card: bytes) -> dict[str, object]:
    """What the front matter says, under the names that the API of a hub has for it."""
    try:
        metadata = _metadata(card)
    except FormatError:
        return {}
    told: dict[str, object] = {"cardData": metadata} if metadata else {}
    told |= {key: metadata[key] for key in _TEXTS if isinstance(metadata.get(key), str)}
    tags = metadata.get("tags")
    if isinstance(tags, list):
        told["tags"] = [tag for tag in tags if isinstance(tag, str)][:_MOST_TAGS]
    return told


def _metadata(card: bytes) -> Mapping[str, Any]:
    if len(card) > LOOKED_AT:
        card = card[:LOOKED_AT].decode("utf-8", "ignore").encode()  # without a letter that is cut
    return read(MemorySource(card), Limits()).metadata
