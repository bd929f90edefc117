"""What the settings tell of the organisation: its `profile`, and the `obligations` that it has met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from hilt.core.profile import NO_PROFILE, Profile, Settled
from hilt.gate.configured.setting import Setting

_SETTLED = ("licence", "id", "of", "done", "until")
_MISSING = {
    "licence": "name the licence that asks for it",
    "id": "name what it asks for, as the report does",
    "done": "say where and how it is done",
}


def read_profile(setting: Setting | None) -> Profile:
    """The profile; one that is left out is unknown in every part."""
    if setting is None:
        return NO_PROFILE
    told = setting.table(tuple(_READ))
    return Profile(given=True, **{key: _READ[key](value) for key, value in told.items() if value.value is not None})


def read_settled(setting: Setting | None) -> tuple[Settled, ...]:
    """What is done; each entry stands for one thing that one licence asks."""
    if setting is None:
        return ()
    settled: dict[tuple[str, str, str], Settled] = {}
    for item in setting.items("what is done"):
        one = _settled(item)
        key = (one.licence, one.id, one.of)
        if key in settled:
            first = list(settled).index(key)
            raise item.refused(f"obligations[{first}] names this licence, id and work already; keep one of them")
        settled[key] = one
    return tuple(settled.values())


def _settled(item: Setting) -> Settled:
    from hilt.knowledge.licences import licence, standard

    told = item.table(_SETTLED, _MISSING)
    of = told["of"].text() if "of" in told else ""
    return Settled(
        # A text that is no known licence goes by its path, which names another text in another model.
        licence=told["licence"].text() if of else told["licence"].one_of(licence.ids(), "licence", "hilt licences"),
        id=told["id"].one_of((*standard.CONDITIONS, *standard.DUTIES), "term or obligation"),
        done=told["done"].line(),
        of=of,
        until=told["until"].day() if "until" in told else None,
    )


def _territories(setting: Setting) -> tuple[str, ...]:
    from hilt.core.territories import with_unions

    codes = setting.value if isinstance(setting.value, list) else [setting.value]
    if False in codes:
        raise setting.refused("YAML reads NO without quotation marks as false; write 'NO' for Norway")
    if not codes or not all(isinstance(code, str) for code in codes):
        raise setting.wrong("a code such as DE, or a list of them,")
    try:
        return with_unions(codes)
    except ValueError as error:
        raise setting.refused(str(error)) from None


def _number(setting: Setting) -> int:
    if type(setting.value) is not int or setting.value < 0:
        raise setting.wrong("a whole number from 0, such as 20000000,")
    return setting.value


def _compute(setting: Setting) -> float:
    value = setting.value
    try:
        # YAML reads 1e23 as a text.
        number = -1.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = -1.0
    if not isfinite(number) or number < 0:
        raise setting.wrong("a number from 0, such as 1e23,")
    return number


_READ: Mapping[str, Callable[[Setting], Any]] = {
    "territories": _territories,
    "users": _number,
    "revenue": _number,
    "monthly_revenue": _number,
    "commercial": Setting.flag,
    "hosts_models": Setting.flag,
    "distributes": Setting.flag,
    "modifies": Setting.flag,
    "trains_on_outputs": Setting.flag,
    "research_only": Setting.flag,
    "developer": Setting.flag,
    "modification_flop": _compute,
}
"""How each part of a profile is read."""
