"""What an organisation says of itself: what licences and laws ask about, and what it has done of it."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Profile(NamedTuple):
    """The organisation that uses the subject, affiliates included. None is what it does not tell: that stays unknown.

    `given` is true where the settings have a profile at all. `territories` are ISO 3166 codes, with "EU" and "EEA" beside
    those of members. Money is in US dollars, compute in floating-point operations.
    """

    given: bool = False
    territories: tuple[str, ...] | None = None
    users: int | None = None
    revenue: int | None = None
    monthly_revenue: int | None = None
    commercial: bool | None = None
    hosts_models: bool | None = None
    distributes: bool | None = None
    modifies: bool | None = None
    trains_on_outputs: bool | None = None
    research_only: bool | None = None
    developer: bool | None = None
    modification_flop: float | None = None


NO_PROFILE = Profile()


class Settled(NamedTuple):
    """What the settings say of a term or an obligation: it is met, and where and how (`done`, in words).

    It counts for everything that `licence` asks under `id`; with `of` only for that work, or for the subject of that
    reference. `until` is the last day, in UTC, on which it counts; None for always.
    """

    licence: str
    id: str
    done: str
    of: str = ""
    until: date | None = None
