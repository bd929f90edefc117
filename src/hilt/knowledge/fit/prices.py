"""What hosts ask for a million tokens: hilt's own dated pack, and which of its offers are of the same open model.

`prices.json` is made by `scripts/build_prices.py` from two packages under MIT; their names and dates stand in it. A host may
have changed a price or left a model since: every answer carries the day it is of.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from hilt.core.running import Offer
from hilt.knowledge.fit import names

_FILE = os.path.join(os.path.dirname(__file__), "prices.json")  # noqa: PTH118, PTH120 (pathlib takes longer to import)
_CLOSED = re.compile(r"(?:claude|gemini|chatgpt|codex|computer|gpt(?!-oss)|o\d)(?:-.*)?")
"""Names of proprietary models: files that are called so are another model, as nobody has those."""
_MOST = 5
"""As many offers of the same model, the cheapest first."""


def same_model(called: Iterable[str], parameters: int | None, today: str) -> tuple[Offer, ...]:
    """Offers of the model that bears one of these names, the cheapest first; one of each host.

    `today` (YYYY-MM-DD) decides between the prices of now and those announced for later. There is none where the name
    states another size than the `parameters` that were counted.
    """
    for key in dict.fromkeys(names.key(name) for name in called):
        if key in _pack()["offers"] and not _CLOSED.fullmatch(key) and names.agrees(key, parameters):
            offers = sorted(_offers(key, today, same=True), key=lambda offer: offer.blended)
            cheapest = {_host(offer): offer for offer in reversed(offers)}
            return tuple(offer for offer in offers if cheapest[_host(offer)] is offer)[:_MOST]
    return ()


def references(today: str) -> tuple[Offer, ...]:
    """Proprietary models to compare with: small ones, then large ones; no word on whether they do the same work."""
    return tuple(
        offer
        for _, provider, key in _pack()["references"]
        for offer in _offers(key, today, same=False, provider=provider)
    )


def sources() -> tuple[str, ...]:
    """What the pack is made from, with licence and day."""
    return tuple(
        f"{one['package']} ({one['licence']}, {one['copyright']}), as of {one['as_of']}" for one in _pack()["sources"]
    )


def _host(offer: Offer) -> str:
    """Who computes: a route over Hugging Face leads to the host that it names."""
    routed = re.fullmatch(r"Hugging Face \((.*)\)", offer.provider)
    return re.split(r"[^a-z]", (routed[1] if routed else offer.provider).lower())[0]


def _offers(key: str, today: str, *, same: bool, provider: str = "") -> Iterator[Offer]:
    pack = _pack()
    rows: dict[tuple[str, str], list[Any]] = {}
    for row in sorted(pack["offers"][key], key=lambda row: row[5]):
        if row[5] <= today and provider in ("", row[0]):
            rows[row[0], row[1]] = row
    for host, model, read, written, _, since, source in rows.values():
        as_of = max(since, pack["sources"][source]["as_of"])
        yield Offer(pack["providers"][host], model, read, written, same, as_of)


@cache
def _pack() -> dict[str, Any]:
    with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123
        pack: dict[str, Any] = json.load(file)
        return pack
