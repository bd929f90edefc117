"""Which signers of the settings may sign a reference: those whose patterns name it, however it is spelled."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from hilt.core.context import Signer
from hilt.core.errors import HiltError

_HUB = "hf:"


def signers_for(reference: str, signers: Sequence[Signer]) -> tuple[Signer, ...]:
    """Those of `signers` that may sign what stands at `reference`; each with the patterns that name it, or none."""
    if not any(signer.models for signer in signers):
        return tuple(signers)
    names = tuple(_names(reference))
    taken = []
    for signer in signers:
        matching = tuple(pattern for pattern in signer.models if any(_matches(pattern, name) for name in names))
        if matching or not signer.models:
            taken.append(signer._replace(models=matching))
    return tuple(taken)


def _names(reference: str) -> Iterator[str]:
    """What `reference` is called in patterns: a path, and the name on the hub where it tells one."""
    from hilt.sources import hub_cache, hub_place

    place = None
    if reference.startswith(_HUB):
        place = hub_place.parse_reference(reference)
    elif reference.startswith("https:"):
        from hilt.sources.network import Network

        yield reference
        try:
            place = hub_place.parse_address(reference, Network.from_environment(os.environ).endpoint)
        except (HiltError, ValueError):
            place = None
    else:
        path = Path(os.path.abspath(reference))  # noqa: PTH100 (a pattern is held against the path without its `..`)
        yield str(path)
        yield os.path.realpath(path)
        place = hub_cache.place(path) or hub_cache.place(Path(os.path.realpath(path)))
    if place is not None:
        kind = "" if place.kind == "models" else f"{place.kind}/"
        name = f"{_HUB}{kind}{place.repository}".casefold()
        yield name
        yield f"{name}@{place.revision}"


def _matches(pattern: str, name: str) -> bool:
    """`*` stands for any letters. The hub takes names in any case for the same, but not revisions."""
    if pattern.startswith(_HUB):
        called, at, revision = pattern.partition("@")
        pattern = f"{called.casefold()}{at}{revision}"
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None
