"""What is indexed: the standard library of each Python, and sets of libraries that are installed together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """`packages` is what pip installs; without any, it is the standard library that is indexed."""

    name: str
    python: str
    packages: tuple[str, ...] = ()


SETS = (Set(name="python3.11", python="3.11.7"),)
"""Newest first: of two that say the same, the first stands."""
