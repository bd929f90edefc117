"""person: who signs in the record, with which keys and in which roles.

The first person is stated by the log itself and is its administrator; all that follows is signed by an administrator, with the
private key in the file `key`, or that of the environment.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import fspath
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from hilt.core.errors import FormatError, UsageError
from hilt.core.events import Event, KeyAdded, KeyRevoked, Person, PersonStated
from hilt.core.roles import ADMIN, READER, SHAPE
from hilt.gate.named_file import Named
from hilt.gate.record import OwnKey, opened, signing
from hilt.gate.recording.key_files import read_public, write_private
from hilt.gate.reviewing.deciding import line, words
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.ledger.keys import PublicKey

_PUBLIC = "FILE.pub"


def people(settings: Settings | None = None) -> tuple[Person, ...]:
    """Everybody, as the record has them now."""
    with opened(settings or Settings()) as record:
        return record.people()


def add(
    name: str,
    public: Named | None = None,
    *,
    contact: str,
    roles: Sequence[str] = (),
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
) -> Person:
    """States a new person; `public` is the file of their public key. Raises `UsageError`, `NotAllowed`, `RecordError`."""
    name = line("NAME", name)
    theirs = None if public is None else read_public(_PUBLIC, public)
    person = f"p-{token_hex(4)}"
    with opened(settings or Settings(), writing=True) as record:
        known = record.people()
        if same := record.called(name):
            raise UsageError(
                f"{name}: there is a person of this name, {same.person}; say who this one is in more words"
            )
        first = not any(one.keys for one in known)
        if first and theirs is None:
            raise UsageError(f"{_PUBLIC} is missing: the first person signs for all who follow (hilt person new-key)")
        events: list[Event] = [
            PersonStated(
                person=person,
                name=words("NAME", name),
                contact=words("--contact", contact),
                roles=roles_of([*roles, ADMIN] if first else roles),
            )
        ]
        if theirs is not None:
            events.append(KeyAdded(person=person, key=theirs.text))
        record.commit(events, key=None if first else signing(key, password))
        return record.person(person)


def change_roles(
    name: str,
    roles: Sequence[str],
    *,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
) -> Person:
    """States which roles a person has from now on; none for somebody who has left."""
    own = signing(key, password)
    with opened(settings or Settings(), writing=True) as record:
        person = record.person(name)
        stated = PersonStated(person=person.person, name=person.name, contact=person.contact, roles=roles_of(roles))
        record.commit([stated], key=own)
        return record.person(person.person)


def add_key(
    name: str,
    public: Named,
    *,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
) -> Person:
    """States that what is signed with the key in the file `public`, this person says."""
    own, theirs = signing(key, password), read_public(_PUBLIC, public)
    with opened(settings or Settings(), writing=True) as record:
        person = record.person(name).person
        record.commit([KeyAdded(person=person, key=theirs.text)], key=own)
        return record.person(person)


def revoke_key(
    name: str,
    public: Named,
    *,
    why: str,
    compromised: bool = False,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
) -> Person:
    """States that a key signs nothing from now on; where it was `compromised`, that nothing counts that it ever signed.

    `public` is its file, or the key as `people` tells it.
    """
    own, said = signing(key, password), words("--why", why)
    theirs = _named_key(fspath(public)).text
    with opened(settings or Settings(), writing=True) as record:
        person = record.person(name).person
        record.commit([KeyRevoked(person=person, key=theirs, compromised=compromised, why=said)], key=own)
        return record.person(person)


def new_key(file: Named, password: bytes | None) -> Path:
    """Makes a key of Ed25519: the private half in `file`, the public half beside it. Raises `UsageError`."""
    from hilt.record.ledger.keys import new_signing_key

    private = Path(fspath(file))
    public = private.with_name(f"{private.name}.pub")
    key = new_signing_key()
    write_private(private, key, password)
    try:
        with public.open("xb") as stream:
            stream.write(key.public.pem())
    except OSError as error:
        private.unlink()
        raise UsageError(f"{public}: {error.strerror}; name another file") from None
    return public


def _named_key(public: str) -> PublicKey:
    from hilt.record.ledger.keys import PublicKey

    try:
        return PublicKey.of_text(public)
    except FormatError:
        return read_public(_PUBLIC, public)


def stated_anew(before: Person | None, name: str, contact: str | None, roles: Sequence[str]) -> PersonStated:
    """Who gets an account, as the log will have them: a new person, or one who is there, with what is said of them now."""
    if before is None:
        return PersonStated(
            person=f"p-{token_hex(4)}",
            name=words("name", name),
            contact=words("contact", contact),
            roles=roles_of(roles or [READER]),
        )
    told = before.contact if not contact or contact == before.contact.text else words("contact", contact)
    now = roles_of(roles or before.roles or [READER])
    return PersonStated(person=before.person, name=before.name, contact=told, roles=now)


def is_so(before: Person | None, stated: PersonStated) -> bool:
    """Need the log not be told?"""
    return before is not None and (before.contact, tuple(before.roles)) == (stated.contact, stated.roles)


def roles_of(roles: Sequence[str]) -> tuple[str, ...]:
    """Roles, each once. Raises `UsageError` where one is not spelled as a role."""
    for role in roles:
        if not SHAPE.fullmatch(role):
            raise UsageError(f"--role {role!r:.60}: small letters, digits and dashes, such as legal or risk-officer")
    return tuple(sorted(set(roles)))
