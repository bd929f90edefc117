"""sign-in: with a name and a password, or with an invitation, once; and the first administrator of a record that has nobody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.events import KeyAdded, Person, PersonStated
from hilt.core.roles import ADMIN
from hilt.core.signed_in import PassKind
from hilt.gate.record import opened
from hilt.gate.reviewing.deciding import line, words
from hilt.gate.settings import Settings
from hilt.gate.signing_in import passwords
from hilt.gate.signing_in.passes import Asked, Opened, clock, session, who

if TYPE_CHECKING:
    from hilt.record.accounts.store import Account, Tries
    from hilt.record.ledger.keys import SigningKey
    from hilt.record.record import Record

WRONG = "the name or the password is wrong"
"""Whatever was wrong: nobody learns here who has an account."""
FREE_TRIES, LONGEST_WAIT = 5, 900
"""How many may fail before the next one has to wait, and how many seconds it waits at most."""
AT_ONCE = 8
"""How many sign in at the same moment: whoever floods the server with tries takes no more of its threads."""
_FORGOTTEN = timedelta(days=1)
_LINE = BoundedSemaphore(AT_ONCE)
_BUSY = "too many people sign in at this moment; try again in a few seconds"
_NOT_FIRST = "there is somebody here already, so nobody comes in by this; ask an administrator for an invitation"
_USED = "this link was used already, or is over; ask an administrator for a new one"


def first(name: str, contact: str, password: str, settings: Settings) -> Opened:
    """The first administrator of a record without people, signed in. Raises `UsageError`, and `NotAllowed` where there is one."""
    from hilt.record.accounts.store import add, put
    from hilt.record.ledger.keys import new_signing_key

    if not (name := line("name", name)):
        raise UsageError("name: say who you are")
    passwords.check(password, name, contact)
    stated = PersonStated(
        person=f"p-{token_hex(4)}", name=words("name", name), contact=words("contact", contact), roles=(ADMIN,)
    )
    with opened(settings, writing=True) as record:
        if any(one.keys for one in record.people()):
            raise NotAllowed(_NOT_FIRST)
        key = new_signing_key()
        person = Person(person=stated.person, name=stated.name, contact=stated.contact, roles=stated.roles)
        begun = session(person, key, settings)
        changes = [put(with_password(person.person, key, password)), add(begun.stored)]
        record.commit([stated, KeyAdded(person=person.person, key=key.public.text)], accounts=changes)
    return begun.opened


def sign_in(name: str, password: str, settings: Settings) -> Opened:
    """A session of the person with this name. Raises `NotAllowed` with the same words, whatever was wrong, and after some that
    failed with this name, whether anybody has it or not, until a while is over."""
    from hilt.record.accounts.store import add, count, forget_tries

    number = _number(name)
    with _in_line(), opened(settings) as record:
        _counted(record.accounts.tries(number))
        record.accounts.change(count(number, _counted))
        person, account = _called(record, name)
        key = open_account(account, password)
        if person is None or key is None or key.public.text not in person.keys or not person.roles:
            raise NotAllowed(WRONG)
        begun = session(person, key, settings)
        record.accounts.change(forget_tries(number), add(begun.stored))
    return begun.opened


def accept(secret: str, password: str, settings: Settings) -> Opened:
    """Takes an invitation: whoever has it gives the account its password, once. Raises `UsageError`, `NotAllowed`."""
    from hilt.record.accounts.store import add, put, take

    invited = who(secret, [PassKind.INVITATION], settings)
    if invited is None or invited.key is None:
        raise NotAllowed(_USED)
    person = invited.who.person
    passwords.check(password, invited.who.name, person.contact.text or "")
    begun = session(person, invited.key, settings)
    account = with_password(person.person, invited.key, password)
    with opened(settings) as record:
        record.accounts.change(take(invited.pass_digest, person.person, _USED), put(account), add(begun.stored))
    return begun.opened


def change_password(asked: Asked, old: str, new: str, settings: Settings) -> None:
    """Another password; every other pass of the person ends. Raises `UsageError`, and `NotAllowed` where the old one is wrong."""
    from hilt.record.accounts.store import count, end_all, forget_tries, put

    person = asked.who.person
    passwords.check(new, asked.who.name, person.contact.text or "")
    number = _number(asked.who.name)
    with opened(settings) as record:
        _counted(record.accounts.tries(number))
        record.accounts.change(count(number, _counted))
        key = open_account(record.accounts.account(person.person), old)
        if key is None or asked.key is None or asked.who.kind is not PassKind.SESSION:
            raise NotAllowed("the old password is wrong")
        account = with_password(person.person, key, new)
        record.accounts.change(put(account), forget_tries(number), end_all(person.person, but=asked.pass_digest))


def with_password(person: str, key: SigningKey, password: str) -> Account:
    """An account whose key `password` opens."""
    from hilt.record.accounts.sealed import seal_with_password
    from hilt.record.accounts.store import Account

    sealed = seal_with_password(key, password, _about(person, key.public.text))
    return Account(person=person, subject=person, key=key.public.text, sealed=sealed, at=clock())


def open_account(account: Account | None, password: str) -> SigningKey | None:
    """The key of an account; None where the password is wrong, or there is no account, which takes as long."""
    from hilt.record.accounts.sealed import NO_ACCOUNT, open_with_password

    with_one = account is not None and account.sealed.startswith("password$")
    sealed, about = (account.sealed, _about(account.person, account.key)) if account and with_one else (NO_ACCOUNT, "")
    return open_with_password(sealed, password[: passwords.LONGEST], about)


@contextmanager
def _in_line() -> Iterator[None]:
    if not _LINE.acquire(blocking=False):
        raise NotAllowed(_BUSY)
    try:
        yield
    finally:
        _LINE.release()


def _about(person: str, key: str) -> str:
    return f"hilt account {person} {key}"


def _called(record: Record, name: str) -> tuple[Person | None, Account | None]:
    """Who is called so, where that is one, and their account."""
    named = " ".join(name.split()).casefold()
    found = [one for one in record.people() if named in ((one.name.text or "").casefold(), one.person)]
    person = found[0] if len(found) == 1 else None
    return person, record.accounts.account(person.person if person else "")


def _number(name: str) -> int:
    """A name, as tries with it are counted: those of a few names are counted together, so that there are no more than 65536."""
    spelled = " ".join(name.split()).casefold()
    return int.from_bytes(sha256(spelled.encode("utf-8", "surrogatepass")).digest()[:2], "big")


def _counted(before: Tries) -> Tries:
    """The tries with one more. Raises `NotAllowed` where that comes too early."""
    if before.until > clock():
        raise NotAllowed("too many tries failed with this name; try again in a while, at most a quarter of an hour")
    recent = before.until > clock(-_FORGOTTEN)
    failures = before.failures + 1 if recent else 1
    wait = min(LONGEST_WAIT, 2 ** min(failures - FREE_TRIES, 10)) if failures >= FREE_TRIES else 0
    return replace(before, failures=failures, until=clock(timedelta(seconds=wait)))
