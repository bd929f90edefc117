"""Pickles that JSON documents carry as text in base64.

Source: stable-baselines3, `save_util.py` (`data_to_json` writes `:serialized:`, `json_to_data` unpickles it).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

SERIALIZED = ":serialized:"
"""The key of stable-baselines3."""

_BEGINS = re.compile(r"\s*gA[I-X]")
"""How the protocols 2 to 5 begin in base64: 80 02 to 80 05, and two bits of the byte behind."""


def pickles(document: Any) -> Iterator[tuple[str, bytes]]:
    """(the key it stands under, the pickle) of every string that is one; its depth is bounded by the reader."""
    pending = [("", document)]
    while pending:
        key, value = pending.pop()
        match value:
            case str() if key.endswith(SERIALIZED) or _BEGINS.match(value):
                data = _decoded(value)
                if data is not None and (key.endswith(SERIALIZED) or data.endswith(b".")):
                    yield key, data
            case dict():
                pending.extend((f"{key}.{name}" if key else str(name), inner) for name, inner in value.items())
            case list():
                pending.extend((key, inner) for inner in value)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=False)
    except (binascii.Error, ValueError):
        return None
