"""What a hub says of a repository beside its files: kept to be shown, in bounds. Nothing rests on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

KEYS = (
    "_id",
    "author",
    "cardData",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "gated",
    "lastModified",
    "library_name",
    "likes",
    "mask_token",
    "modelId",
    "pipeline_tag",
    "private",
    "sdk",
    "tags",
    "transformersInfo",
    "widgetData",
)
"""The keys of its API that clients read; the names of the repository and of its commit are said by whoever answers them."""

MOST = 64 << 10
"""Letters of all of it, as JSON."""


def told_of(document: Mapping[str, Any]) -> dict[str, object]:
    """What of the `KEYS` the document holds: the smallest first, as far as there is room."""
    sizes = {key: _size(document[key]) for key in KEYS if key in document}
    told: dict[str, object] = {}
    room = MOST - 2
    for key in sorted(sizes, key=lambda key: (sizes[key], key)):
        room -= sizes[key] + len(key) + len('"": , ')
        if room < 0:
            break
        told[key] = document[key]
    return {key: told[key] for key in KEYS if key in told}


def _size(value: object) -> int:
    """Letters of it as JSON; too many where it cannot be written."""
    try:
        return len(json.dumps(value))
    except (ValueError, RecursionError):
        return MOST
