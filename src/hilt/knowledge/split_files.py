"""Files that were cut into parts of one size, the last one smaller: `x.zip.001`, `x.part-aa`, `x.part01` and the like.

GGUF and safetensors have shards, which are whole files of their own (`weight_sets`); these here are one file only together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

_PART = re.compile(
    r"(?P<stem>.+?)(?P<sign>\.part[-_.]?|\.(?=\d{3}$))(?:(?P<number>\d{1,3})|(?P<letters>[a-z]{2}))", re.ASCII
)


class SplitFile(NamedTuple):
    """The paths of the parts in their order, and the names of those that are missing between them."""

    parts: tuple[str, ...]
    missing: tuple[str, ...]


def split_files(sizes: Mapping[str, int]) -> list[SplitFile]:
    """The files that lie here in parts, of these paths and their sizes; those with missing parts too."""
    sets: dict[tuple[str, str, bool], dict[int, str]] = defaultdict(dict)
    for path in sorted(sizes):
        if found := _PART.fullmatch(path):
            digits, letters = found["number"], found["letters"]
            place = int(digits) if digits else 26 * (ord(letters[0]) - 97) + ord(letters[1]) - 97
            sets[found["stem"], found["sign"], bool(digits)].setdefault(place, path)
    return [SplitFile(tuple(found.values()), _missing(found)) for found in sets.values() if _are_cut(found, sizes)]


def whole(sizes: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    """The parts of each file that is complete, by the path of the first."""
    return {split.parts[0]: split.parts for split in split_files(sizes) if not split.missing}


def _are_cut(found: Mapping[int, str], sizes: Mapping[str, int]) -> bool:
    """Are all parts but the last of one size, and that one smaller? Files that are alike in size may be anything."""
    first, *others, last = [sizes[found[place]] for place in sorted(found)] if len(found) > 1 else (0, 0)
    return 0 < last < first and all(size == first for size in others)


def _missing(found: Mapping[int, str]) -> tuple[str, ...]:
    """Numbers begin with 0 or 1, letters with aa."""
    begin = 1 if min(found) >= 1 and found[max(found)][-1:].isdigit() else 0
    lacking = [place for place in range(begin, max(found)) if place not in found]
    sample = found[max(found)]
    if sample[-1:].isdigit():
        width = len(sample) - len(sample.rstrip("0123456789"))
        return tuple(f"{sample.rstrip('0123456789')}{place:0{width}d}" for place in lacking)
    return tuple(f"{sample[:-2]}{chr(97 + place // 26)}{chr(97 + place % 26)}" for place in lacking)
