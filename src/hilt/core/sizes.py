"""Sizes as people write them: 24GB, 800 MB, 1.5GiB."""

from __future__ import annotations

import re

from hilt.core.errors import UsageError

UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
}
_SIZE = re.compile(r"([0-9]{1,18}(?:\.[0-9]{1,9})?) ?([a-z]{0,3})", re.ASCII)


def size_of(name: str, text: str) -> int:
    """The bytes that `text` says, at least one; `name` is who said it. Raises `UsageError`."""
    found = _SIZE.fullmatch(text.strip().lower())
    unit = UNITS.get(found[2]) if found else None
    size = int(float(found[1]) * unit) if found and unit else 0
    if not 1 <= size < 1 << 60:
        raise UsageError(f"{name} {text!r:.40}: a size is needed here, such as 24GB or 800MB")
    return size
