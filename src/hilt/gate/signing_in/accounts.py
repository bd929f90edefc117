"""accounts: people for whom another server vouches. They become somebody here once an administrator lets them in, and not before.

Who writes to the database could put another subject into the row of somebody who waits, or of an administrator. So the server binds
with its own secret what it was told of who waits, and the key of whoever was let in to the one subject.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from hmac import compare_digest, digest
from secrets import token_hex
from typing import TYPE_CHECKING

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.events import Event, KeyAdded, KeyRevoked, Person
from hilt.core.signed_in import Waiting
from hilt.gate.person import is_so, stated_anew
from hilt.gate.record import OwnKey, opened, signing
from hilt.gate.reviewing.deciding import words
from hilt.gate.settings import Settings
from hilt.gate.signing_in.desk_key import desk_key_or_new
from hilt.gate.signing_in.passes import Asked, Opened, clock, require_admin, session

if TYPE_CHECKING:
    from hilt.record.accounts.store import Account
    from hilt.record.ledger.keys import SigningKey

MOST_WAITING = 200
_WAITS = "waits$"
"""How what is sealed of somebody begins who waits: it is no key."""
_NOBODY = "nobody waits here as {who:.40}; another administrator may have let them in"
_OLD_KEY = "they sign in elsewhere now, and with another key"


def sign_in_as(issuer: str, subject: str, name: str, contact: str, settings: Settings) -> Opened | Waiting:
    """A session of whom `issuer`, who was believed, calls `subject`; or that they wait. Raises `NotAllowed` where too many do."""
    from hilt.record.accounts.store import Account, add, put

    with opened(settings) as record:
        account = record.accounts.of_subject(issuer, subject)
        person = record.who(account.person) if account else None
        key = _own_key(account, settings)
        if person is not None and person.roles and key is not None and key.public.text in person.keys:
            begun = session(person, key, settings)
            record.accounts.change(add(begun.stored))
            return begun.opened
        if account is None and len(record.accounts.waiting(MOST_WAITING)) == MOST_WAITING:
            raise NotAllowed(f"{MOST_WAITING} people wait to be let in here, and no more can; ask an administrator")
        here = account or Account(person=f"p-{token_hex(4)}", issuer=issuer, subject=subject, at=clock())
        here = replace(here, name=name, contact=contact)
        here = replace(here, sealed=_told(here, settings))
        if here != account:
            record.accounts.change(put(here))
        return _waiting(here)


def waiting(asked: Asked, settings: Settings) -> tuple[Waiting, ...]:
    """Who waits to be let in, the first who came first. Raises `NotAllowed` where no administrator asks."""
    require_admin(asked)
    with opened(settings) as record:
        found = record.accounts.waiting(MOST_WAITING)
    return tuple(_waiting(one) for one in found if _waits(one, settings))


def let_in(
    who: str,
    roles: Sequence[str],
    *,
    into: str = "",
    name: str = "",
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings,
) -> Person:
    """Lets in who waits as `who`, signed by an administrator: as somebody new (with a `name` other than the issuer's), or `into` a
    person who is there. With what that person signed in before, it is over. Raises `UsageError`, `NotAllowed`, `RecordError`.
    """
    from hilt.record.accounts.sealed import seal_with_secret
    from hilt.record.accounts.store import Account, put, remove
    from hilt.record.ledger.keys import new_signing_key

    own, theirs = signing(key, password), new_signing_key()
    with opened(settings, writing=True) as record:
        waits = record.accounts.account(who)
        if waits is None or not _waits(waits, settings):
            raise UsageError(_NOBODY.format(who=who))
        before = record.person(into) if into else record.who(who)
        called = name or waits.name
        if before is None and record.called(called):
            raise UsageError(f"{called}: there is a person of this name; let them in as that one, or by another name")
        stated = stated_anew(before, called, waits.contact or waits.issuer, roles)
        if before is None:
            stated = replace(stated, person=who)
        elif not into:
            stated = replace(stated, contact=before.contact)
        person = stated.person
        events: list[Event] = [] if is_so(before, stated) else [stated]
        events.append(KeyAdded(person=person, key=theirs.public.text))
        known = {one.key for one in (waits, record.accounts.account(person)) if one}
        gone = known & set(before.keys if before else ())
        events += [KeyRevoked(person=person, key=one, why=words("why", _OLD_KEY)) for one in gone]
        text = theirs.public.text
        account = Account(person=person, issuer=waits.issuer, subject=waits.subject, key=text, at=clock())
        account = replace(account, sealed=seal_with_secret(theirs, desk_key_or_new(settings), _about(account)))
        record.commit(events, key=own, accounts=[remove(who), remove(person), put(account)])
        return record.person(person)


def turn_away(asked: Asked, who: str, settings: Settings) -> None:
    """Forgets who waits as `who`; they wait again when they come again. Raises `NotAllowed`, `UsageError`."""
    from hilt.record.accounts.store import remove

    require_admin(asked)
    with opened(settings) as record:
        found = record.accounts.account(who)
        if found is None or not found.sealed.startswith(_WAITS):
            raise UsageError(_NOBODY.format(who=who))
        record.accounts.change(remove(who))


def _own_key(account: Account | None, settings: Settings) -> SigningKey | None:
    """The key of an account; None where it has none, or was sealed with another secret than that of this server."""
    from hilt.record.accounts.sealed import open_with_secret

    return open_with_secret(account.sealed, desk_key_or_new(settings), _about(account)) if account else None


def _about(account: Account) -> str:
    """What cannot be changed of an account without the secret of the server."""
    return json.dumps(["hilt account", account.person, account.issuer, account.subject, account.key])


def _told(account: Account, settings: Settings) -> str:
    """That it was this server which was told so of somebody who waits."""
    parts = [_about(account), account.name, account.contact, account.at]
    return _WAITS + digest(desk_key_or_new(settings), json.dumps(parts).encode(), "sha256").hex()


def _waits(account: Account, settings: Settings) -> bool:
    return compare_digest(account.sealed.encode("utf-8", "replace"), _told(account, settings).encode())


def _waiting(account: Account) -> Waiting:
    return Waiting(
        person=account.person, issuer=account.issuer, name=account.name, contact=account.contact, since=account.at
    )
