"""invite: an administrator gives somebody an account, or a new beginning to who has one, by a link that works once.

The server makes the key with which they will sign, the administrator says in the log that it is theirs, and the private half of it
is sealed with the secret of the link alone. A key that they had by an invitation before is revoked in the log at the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hilt.core.errors import UsageError
from hilt.core.events import Event, KeyAdded, KeyRevoked, Person
from hilt.core.signed_in import Invitation, PassKind
from hilt.gate.configured.serve_settings import ServeSettings
from hilt.gate.person import is_so, stated_anew
from hilt.gate.record import OwnKey, opened, signing
from hilt.gate.reviewing.deciding import line, words
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import INVITATION_HOURS, clock, make

_OLD_KEY = "they were invited anew, and sign in with another key"


def invite(
    name: str,
    contact: str | None = None,
    roles: Sequence[str] = (),
    *,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings,
) -> Invitation:
    """Invites a new person, or one who is there by this name, signed by an administrator.

    Of somebody who is there, the contact and roles stay where none are given, and every pass ends. Raises `UsageError`,
    `NotAllowed`, `RecordError`.
    """
    from hilt.record.accounts.store import Account, add, end_all, put
    from hilt.record.ledger.keys import new_signing_key

    if not (name := line("name", name)):
        raise UsageError("name: say who is invited")
    own, theirs = signing(key, password), new_signing_key()
    with opened(settings, writing=True) as record:
        before = record.called(name)
        stated = stated_anew(before, name, contact, roles)
        person = stated.person
        old = record.accounts.account(person)
        if old is not None and old.issuer:
            raise UsageError(f"{name} signs in at {old.issuer}, where passwords are none of hilt's")
        events: list[Event] = [] if is_so(before, stated) else [stated]
        events.append(KeyAdded(person=person, key=theirs.public.text))
        if before is not None and old is not None and old.key in before.keys:
            events.append(KeyRevoked(person=person, key=old.key, why=words("why", _OLD_KEY)))
        known = Person(person=person, name=stated.name, contact=stated.contact, roles=stated.roles)
        until = clock(timedelta(hours=INVITATION_HOURS))
        made = make(known, theirs, PassKind.INVITATION, until=until)
        account = Account(person=person, subject=person, key=theirs.public.text, at=clock())
        record.commit(events, key=own, accounts=[end_all(person), put(account), add(made.stored)])
        secret = made.opened.secret
        link = f"{_address(settings.serve)}/begin?link={secret}"
        return Invitation(person=record.person(person), secret=secret, link=link, until=until, again=old is not None)


def _address(told: ServeSettings) -> str:
    """Where people reach the pages, as far as the settings tell."""
    host = f"[{told.host}]" if ":" in told.host else told.host
    return told.address or f"{'https' if told.tls else 'http'}://{host}:{told.port}"
