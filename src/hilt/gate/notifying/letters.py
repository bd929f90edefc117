"""Of what somebody gets letters: of everything that concerns them, unless they chose otherwise."""

from __future__ import annotations

from collections.abc import Collection

from hilt.core.errors import NotAllowed
from hilt.core.notification import Occasion
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked


def is_unwanted(occasion: Occasion, person: str, unwanted: Collection[tuple[str, str]]) -> bool:
    """Did `person` choose to get no letter of this? `unwanted` is what people chose, as the database has it."""
    return occasion.may_be_unwanted and (person, occasion.value) in unwanted


def wanted_letters(asked: Asked, settings: Settings) -> frozenset[Occasion]:
    """Of what whoever asks gets letters."""
    with opened(settings) as record:
        unwanted = record.accounts.unwanted_letters()
    person = asked.who.person.person
    return frozenset(one for one in Occasion if not is_unwanted(one, person, unwanted))


def choose_letters(asked: Asked, wanted: Collection[Occasion], settings: Settings) -> None:
    """From now on whoever asks gets letters of these alone, and of what nobody can do without. Raises `NotAllowed`."""
    from hilt.record.accounts.store import want_no_letters

    if asked.key is None:
        raise NotAllowed("this token only reads: letters are chosen in a session")
    unwanted = [one.value for one in Occasion if one.may_be_unwanted and one not in wanted]
    with opened(settings) as record:
        record.accounts.change(want_no_letters(asked.who.person.person, unwanted))
