"""Machines to run a model on: memory, bandwidth and what an hour costs, by name or as this very machine.

`machines.json` says of each figure where it is from; what an hour costs is of a day, and everybody's own price is better.
Memory is sold in gigabytes and made in gibibytes, so a "24GB" card has 24 GiB.
"""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import Any

from hilt.core.running import Machine
from hilt.knowledge.fit.cost import an_hour

_FILE = os.path.join(os.path.dirname(__file__), "machines.json")  # noqa: PTH118, PTH120 (pathlib takes longer to import)
_GIB, _GB = 1 << 30, 1e9
_PLAIN = re.compile(r"[^a-z0-9]")
_COPIED = 64 << 20
_COPIES = 5
THIS = "this machine"
_ASSUMED = "Laptop 16GB"
"""What this machine is taken to cost, where nobody says it."""


def names() -> tuple[str, ...]:
    return tuple(one["name"] for one in _pack()["machines"])


def machine(name: str) -> Machine | None:
    """The machine of this name, in any spelling; None where there is none, or more than one that begins so."""
    found = like(name)
    exact = [one for one in found if _plain(one) == _plain(name)]
    chosen = exact or found
    return _machine(chosen[0]) if len(chosen) == 1 else None


def like(name: str) -> tuple[str, ...]:
    """The names that begin with this one, in any spelling."""
    plain = _plain(name)
    return tuple(one for one in names() if plain and _plain(one).startswith(plain))


def this_machine(*, measured: bool) -> Machine:
    """The machine that hilt runs on. `measured` takes a tenth of a second to measure how fast its memory is."""
    total = _total_memory()
    like_it = _machine(_ASSUMED)
    speed = (
        "bandwidth as one thread copies, which is the least that it has"
        if measured
        else "its bandwidth is not measured"
    )
    return Machine(
        name=THIS,
        memory=usable(total, "laptop"),
        bandwidth=bandwidth() if measured else None,
        price=like_it.price,
        source=f"{total / _GB:.1f} GB of memory, less what the system needs; {speed}; its graphics cards are not looked at; "
        f"price as of a laptop: {_price_source(_entry(_ASSUMED))}",
        as_of=like_it.as_of,
    )


def cards() -> tuple[Machine, ...]:
    """The graphics cards, those with the least memory first."""
    told = [_machine(one["name"]) for one in _pack()["machines"] if one["kind"] == "gpu"]
    return tuple(sorted(told, key=lambda one: one.memory))


def serves_many(machine: Machine) -> bool:
    """Does it answer many people at once? What sits on a desk does not; a card, or a machine of one's own, does."""
    kind = next((one["kind"] for one in _pack()["machines"] if one["name"] == machine.name), "own")
    return kind in ("gpu", "own") and machine.name != THIS


def usable(total: int, kind: str) -> int:
    """What a model may have of the memory. A card is its own; of memory that is shared, macOS gives its graphics two thirds,
    three quarters above 36 GiB; elsewhere the system needs an eighth, 1 GiB at least and 4 GiB at most."""
    if kind == "gpu":
        return total
    if kind == "unified":
        return total * 2 // 3 if total <= 36 * _GIB else total * 3 // 4
    return max(0, total - min(max(total // 8, _GIB), 4 * _GIB))


@cache
def bandwidth() -> float:
    """Bytes a second that one thread moves through memory: the best of a few copies, each byte read and written."""
    from time import perf_counter

    source, target = bytearray(_COPIED), bytearray(_COPIED)
    seconds = []
    for _ in range(_COPIES):
        started = perf_counter()
        target[:] = source
        seconds.append(perf_counter() - started)
    return 2 * _COPIED / max(min(seconds), 1e-9)


def _machine(name: str) -> Machine:
    one = _entry(name)
    source = _pack()["sources"].get(one["source"], one["source"])
    priced = f"; price: {_price_source(one)}" if "as_of" in one else ""
    return Machine(
        name=one["name"],
        memory=usable(int(one["gb"] * _GIB), one["kind"]),
        bandwidth=one["bandwidth"] * _GB,
        price=_price(one),
        source=f"memory and bandwidth: {source}{priced}",
        as_of=one.get("as_of", ""),
    )


def _price(one: dict[str, Any]) -> float | None:
    if "bought" not in one:
        return one.get("price")
    pack = _pack()
    return an_hour(one["bought"], one["watts"], pack["years"], pack["electricity"]["price"])


def _price_source(one: dict[str, Any]) -> str:
    if "bought" not in one:
        return str(one["price_source"])
    pack = _pack()
    return (
        f"{one['bought']:,} dollars ({one['price_source']}) over {pack['years']} years, {one['watts']} W at "
        f"{pack['electricity']['price']} dollars a kWh ({pack['electricity']['source']})"
    )


def _entry(name: str) -> dict[str, Any]:
    return next(one for one in _pack()["machines"] if one["name"] == name)


def _plain(name: str) -> str:
    plain = _PLAIN.sub("", name.lower())
    for maker in ("nvidia", "amd", "geforce", "radeon", "apple"):
        plain = plain.replace(maker, "")
    return plain


def _total_memory() -> int:
    """Bytes of memory that this process may have at most; 0 where the system does not say."""
    limits = [_physical()]
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            with open(file, encoding="ascii") as stream:  # noqa: PTH123
                limits.append(int(stream.read(32)))
        except (OSError, ValueError):
            continue
    return min((one for one in limits if one > 0), default=0)


def _physical() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return _physical_on_windows()


def _physical_on_windows() -> int:
    import ctypes

    kernel = getattr(ctypes, "windll", None)
    kilobytes = ctypes.c_ulonglong()
    told = kernel is not None and kernel.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
    return kilobytes.value * 1024 if told else 0


@cache
def _pack() -> dict[str, Any]:
    with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123
        pack: dict[str, Any] = json.load(file)
        return pack
