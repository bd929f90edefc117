"""What the settings tell of the machine that models run on: a name of the pack, or its figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite

from hilt.core.errors import UsageError
from hilt.core.running import Machine
from hilt.gate.configured.setting import Setting

_KEYS = ("name", "memory", "bandwidth", "price_per_hour", "as_of")
_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*([kmgtp]?)(i?)b?", re.IGNORECASE)
_POWERS = "kmgtp"
_LARGEST = 1 << 50


def bytes_of(text: str) -> int | None:
    """The bytes that `16GB`, `24 GiB` or `512M` are; None where it is no size."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or (found[3] and not found[2]):
        return None
    power = _POWERS.find(found[2].lower()) + 1 if found[2] else 0
    size = int(float(found[1]) * (1024 if found[3] else 1000) ** power)
    return size if 0 < size <= _LARGEST else None


def named(name: str) -> Machine:
    """The machine of the pack with this name. Raises `UsageError` where there is none, or more than one."""
    from hilt.knowledge.fit import machines

    found = machines.machine(name)
    if found is not None:
        return found
    several = machines.like(name)
    if several:
        raise UsageError(f"{name!r:.60} could be {', '.join(several[:8])}; name one of them")
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), [one.lower() for one in machines.names()], n=3, cutoff=0.4)
    shown = [one for one in machines.names() if one.lower() in near]
    hint = f"near are {', '.join(shown)}" if shown else "`hilt fit --machines` lists those that hilt knows"
    raise UsageError(f"there is no machine {name!r:.60}; {hint}")


def read_machine(setting: Setting) -> Machine:
    """The machine of the settings. Raises `SettingsInvalid`."""
    if isinstance(setting.value, str):
        try:
            return named(setting.value)
        except UsageError as error:
            raise setting.refused(str(error)) from None
    told = setting.table(_KEYS, {"memory": "say how much a model may have of it, such as 24GB"})
    size = bytes_of(str(told["memory"].value))
    if size is None:
        raise told["memory"].wrong("a size such as 24GB or 24GiB")
    return Machine(
        name=told["name"].line() if "name" in told else "the machine of your settings",
        memory=size,
        bandwidth=_figure(told, "bandwidth", _bandwidth),
        price=_figure(told, "price_per_hour", _number),
        source=f"{setting.file}",
        as_of=told["as_of"].day().isoformat() if "as_of" in told else "",
    )


def _figure(told: dict[str, Setting], key: str, read: Callable[[Setting], float]) -> float | None:
    return read(told[key]) if key in told and told[key].value is not None else None


def _bandwidth(setting: Setting) -> float:
    size = bytes_of(str(setting.value).removesuffix("/s")) if isinstance(setting.value, str) else None
    if size is None:
        raise setting.wrong("bytes a second, such as 960GB/s,")
    return float(size)


def _number(setting: Setting) -> float:
    value = setting.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value <= 0:
        raise setting.wrong("US dollars an hour, such as 2.50,")
    return float(value)
