"""What the model makes: text, images, labels, ... and when it was released.

What: the task that the card names, the architectures of the config nearest to the root, the class of a diffusers
pipeline, the architecture in GGUF headers; a day of release that the card states. It finds nothing; it states facts.

Why: laws ask different things of a model that makes text, images or video from a prompt than of one that sorts or
measures; and from when on they ask it depends on the day on which the model came out.

What it cannot see: whether the model does what card and config say; what it could be made to do; a task that neither of
them names.

Fix: there is nothing to mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, cast

from hilt.checks import listed
from hilt.checks.card.gathering import card, config
from hilt.checks.check import Repository
from hilt.checks.regulation.facts import GENERATES, RELEASED
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact, Known
from hilt.core.patterns import lazy_pattern

if TYPE_CHECKING:
    from hilt.formats.gguf import Gguf

_MONTHS = "january february march april may june july august september october november december".split()
_RELEASED = lazy_pattern(
    r"(?:(?:model\s)?release(?:d)?(?:\sdate|\son)?|date\sof\srelease)[\s*_|:]{1,8}(?:on\s)?"
    r"(?:(?P<iso>\d{4}-\d{2}-\d{2})|(?P<month>[a-z]{3,9})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<year>\d{4}))",
    re.IGNORECASE,
)
_HEADERS = 4
"""GGUF files looked at: those of one subject are variants of one model."""


def model_kind(repository: Repository) -> Iterator[Fact]:
    from hilt.knowledge.regulation import kinds

    told = card(repository)
    stated = [(told.path, kinds.of_card(told.metadata))] if told is not None else []
    for name, read in (("config.json", kinds.of_config), ("model_index.json", kinds.of_pipeline)):
        if (found := config(repository, name)) is not None:
            stated.append((found[0], read(found[1])))
    stated += [(path, kinds.of_gguf(_architecture(repository, path))) for path in _headers(repository)]
    if "modules.json" in repository.formats:
        stated.insert(0, ("modules.json", iter(("embedding",))))
    for path, kinds_there in stated:
        if made := tuple(dict.fromkeys(kinds_there)):
            yield Fact(key=GENERATES.key, value=made, known=Known.CLAIMED, source=path)
            break
    if told is not None and (day := _day(told.body)) is not None:
        yield Fact(key=RELEASED.key, value=day.isoformat(), known=Known.CLAIMED, source=told.path)


def _headers(repository: Repository) -> list[str]:
    return sorted(path for path, kind in repository.formats.items() if kind == "gguf")[:_HEADERS]


def _architecture(repository: Repository, path: str) -> object:
    try:
        return cast("Gguf", repository.read(path).value).value("general.architecture")
    except (FormatError, SourceError):
        return None  # that it could not be read is in the coverage


def _day(text: str) -> date | None:
    """The only day of release that `text` states; None where there is none, or several."""
    days = {day for found in _RELEASED.finditer(text) if (day := _as_date(found)) is not None}
    return days.pop() if len(days) == 1 else None


def _as_date(found: re.Match[str]) -> date | None:
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        month = next(
            number for number, name in enumerate(_MONTHS, start=1) if name.startswith(found["month"].lower()[:9])
        )
        return date(int(found["year"]), month, int(found["day"]))
    except (ValueError, StopIteration):
        return None


CHECK = listed("model-kind")
