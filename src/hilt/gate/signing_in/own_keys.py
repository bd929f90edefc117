"""own-keys: what somebody signs with, and who said in the log that it is theirs. A key that they do not know, somebody else may have."""

from __future__ import annotations

from hilt.core.events import KeyAdded
from hilt.core.signed_in import OwnKey
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked


def own_keys(asked: Asked, settings: Settings) -> tuple[OwnKey, ...]:
    """The keys of whoever asks that count, the newest first."""
    person = asked.who.person
    with opened(settings) as record:
        account = record.accounts.account(person.person)
        people = {one.person: one for one in record.people()}
        told = []
        for said in record.vouching(person.person):
            if isinstance(said.event, KeyAdded) and said.event.key in person.keys:
                by = people.get(said.by)
                told.append(
                    OwnKey(
                        key=said.event.key,
                        entry=said.index,
                        at=said.at,
                        by=(by.name.text or said.by) if by else said.by,
                        is_here=account is not None and account.key == said.event.key,
                    )
                )
    return tuple(reversed(told))
