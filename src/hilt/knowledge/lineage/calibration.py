"""The figures that decide, from `calibration.toml`, where each says on what it was measured."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> Mapping[str, Any]:
    """One table of `calibration.toml`. Raises `KeyError` where there is none of this name."""
    text = files("hilt.knowledge.lineage").joinpath("calibration.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)[name]
    return found
