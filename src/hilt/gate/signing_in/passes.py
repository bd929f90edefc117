"""passes: secrets whose holder is taken for a person: sessions, API tokens, invitations, tokens of the library.

The database has the SHA-256 of a secret, and the person's private key sealed with it; what the pass is for, and until when, is
sealed alike. So a pass counts only where the log has its key for this person, and nobody makes one without that key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import choice, token_urlsafe
from string import ascii_letters, digits
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import FormatError, NotAllowed, UsageError
from hilt.core.events import Person
from hilt.core.roles import ADMIN
from hilt.core.signed_in import ForLibrary, Pass, PassKind, SignedIn
from hilt.gate.record import opened
from hilt.gate.reviewing.deciding import last_day, line
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.record.accounts.store import StoredPass
    from hilt.record.ledger.keys import SigningKey

INVITATION_HOURS = 72
LONGEST_TOKEN = 366
"""Days."""
TOKENS = (PassKind.TOKEN, PassKind.LIBRARY, PassKind.OLLAMA)
MOST_TOKENS = 50
"""Of one person; each is a row that whoever is signed in adds to the database."""
_FOR_LIBRARY = (PassKind.LIBRARY.value, PassKind.OLLAMA.value)
PREFIX = {PassKind.SESSION: "", PassKind.TOKEN: "hilt_", PassKind.INVITATION: "", PassKind.LIBRARY: "hf_"}
"""By its beginning a token is found where it does not belong, by people and programs that look for that."""

_SECRET = re.compile(r"(hilt_)?[A-Za-z0-9_-]{43}|hf_[A-Za-z0-9]{43}")
_LETTERS = 43
"""Of a secret: with letters and digits alone, as clients take a token of a hub, they are 256 random bits too."""
_GONE = "there is no such pass of yours; it may be over already"


class Asked(NamedTuple):
    """Who asks, with which pass, and the key with which verbs sign for them; None where this pass only reads."""

    who: SignedIn
    key: SigningKey | None
    pass_digest: str


class Opened(NamedTuple):
    """A pass that was just made. `secret` is shown once, for it is kept nowhere."""

    secret: str
    who: SignedIn


class Made(NamedTuple):
    """The same, with what the database keeps of it."""

    opened: Opened
    stored: StoredPass


def who(secret: str, kinds: Collection[PassKind], settings: Settings) -> Asked | None:
    """Whose pass of one of these `kinds` the secret is; None where it is none, or is over, or its person has left."""
    if not _SECRET.fullmatch(secret):
        return None
    stored = held(digest_of(secret), kinds, settings)
    if stored is None:
        return None
    found, person = stored
    key = key_in(found, secret.encode())
    if (not found.only_reads and key is None) or (found.only_reads and not _vouched(found)):
        return None
    return Asked(signed_in(found, person), key, found.digest)


def holder(pass_digest: str, kinds: Collection[PassKind], settings: Settings) -> Person | None:
    """Whose pass of one of these `kinds` still counts, of which the secret was known earlier; None where it does not any more."""
    stored = held(pass_digest, kinds, settings)
    return stored[1] if stored is not None else None


def session(person: Person, key: SigningKey, settings: Settings) -> Made:
    """A session of `person`, whose key it is."""
    return make(person, key, PassKind.SESSION, until=clock(timedelta(hours=settings.serve.session_hours)))


def make(
    person: Person,
    key: SigningKey,
    kind: PassKind,
    *,
    until: str,
    label: str = "",
    only_reads: bool = False,
    library: ForLibrary | None = None,
) -> Made:
    """A new pass of `person`; it is still to be put into the database."""
    from hilt.record.accounts.sealed import seal_with_secret

    secret = _secret(kind)
    told = row(person, key, kind, digest_of(secret), until=until, label=label, only_reads=only_reads, library=library)
    sealed = key.sign(about(told).encode()).hex() if only_reads else seal_with_secret(key, secret.encode(), about(told))
    return Made(Opened(secret, signed_in(told, person)), replace(told, sealed=sealed))


def row(
    person: Person,
    key: SigningKey,
    kind: PassKind,
    digest: str,
    *,
    until: str,
    label: str = "",
    only_reads: bool = False,
    library: ForLibrary | None = None,
) -> StoredPass:
    """What the database keeps of a pass, but for the key that is sealed."""
    from hilt.record.accounts.store import StoredPass

    return StoredPass(
        digest=digest,
        person=person.person,
        kind=kind.value,
        label=label,
        begun=clock(),
        until=until,
        only_reads=only_reads,
        key=key.public.text,
        use=library.use if library else "",
        names=" ".join(library.names) if library else "",
        writes=library is not None and library.writes,
    )


def new_token(
    asked: Asked,
    label: str,
    until: str,
    settings: Settings,
    *,
    only_reads: bool = False,
    library: ForLibrary | None = None,
) -> Opened:
    """A token that counts until the day `until`; with `only_reads`, nothing can be signed with it, whoever has it; for the `library`,
    it opens that alone.

    Raises `UsageError`, and `NotAllowed` where this is not asked for in a session: tokens make no tokens.
    """
    own, label, end_of_day = may_make(asked, label, until)
    kind, reads = (PassKind.TOKEN, only_reads) if library is None else (PassKind.LIBRARY, False)
    made = make(asked.who.person, own, kind, until=end_of_day, label=label, only_reads=reads, library=library)
    keep(made.stored, asked, settings)
    return made.opened


def may_make(asked: Asked, label: str, until: str) -> tuple[SigningKey, str, str]:
    """The key that a new token is for, its label, and when it ends. Raises `UsageError`, `NotAllowed`."""
    if asked.key is None or asked.who.kind is not PassKind.SESSION:
        raise NotAllowed("a token is made in a session, after signing in with a password; not with another token")
    if not (label := line("label", label)):
        raise UsageError("label: say what the token is for, so that you know later which one to end")
    today = datetime.now(UTC).date()
    last = last_day("until", until, today)
    if not last or last > (today + timedelta(days=LONGEST_TOKEN)).isoformat():
        raise UsageError(f"until {until}: name the last day on which it counts, within {LONGEST_TOKEN} days")
    return asked.key, label, f"{last}T23:59:59+00:00"


def keep(stored: StoredPass, asked: Asked, settings: Settings, otherwise: str = "") -> None:
    """Puts a new token into the database. Raises `UsageError`, with what is to be said `otherwise` where it is there."""
    from hilt.record.accounts.store import add

    if sum(one.kind in TOKENS for one in passes(asked, settings)) >= MOST_TOKENS:
        raise UsageError(f"{MOST_TOKENS} tokens of yours count already; end those that nobody needs")
    with opened(settings) as record:
        record.accounts.change(add(stored, otherwise))


def require_admin(asked: Asked) -> None:
    """Raises `NotAllowed` where no administrator asks, or with a pass that only reads."""
    if ADMIN not in asked.who.person.roles or asked.key is None:
        raise NotAllowed(f"this takes the role {ADMIN}, and a pass that does not only read")


def passes(asked: Asked, settings: Settings) -> tuple[Pass, ...]:
    """The passes of whoever asks that are not over, the newest first."""
    with opened(settings) as record:
        found = record.accounts.passes(asked.who.person.person, clock())
    return tuple(
        Pass(
            digest=one.digest,
            kind=PassKind(one.kind),
            label=one.label,
            begun=one.begun,
            until=one.until,
            only_reads=one.only_reads,
            shown=one.digest == asked.pass_digest,
            library=_library(one),
        )
        for one in found
        if one.kind in {kind.value for kind in PassKind}
    )


def end(asked: Asked, digest: str, settings: Settings) -> None:
    """Ends a pass of whoever asks; with `asked.pass_digest`, they sign out. Raises `NotAllowed`."""
    from hilt.record.accounts.store import take

    if asked.key is None and digest != asked.pass_digest:
        raise NotAllowed("this token only reads: it ends no other")
    with opened(settings) as record:
        record.accounts.change(take(digest, asked.who.person.person, _GONE))


def end_all(asked: Asked, settings: Settings) -> None:
    """Ends every pass of whoever asks, this one as well."""
    from hilt.record.accounts.store import end_all as end_all_of

    if asked.key is None:
        raise NotAllowed("this token only reads: it ends no other")
    with opened(settings) as record:
        record.accounts.change(end_all_of(asked.who.person.person))


def digest_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def clock(later: timedelta = timedelta()) -> str:
    """The time now, or `later`."""
    return (datetime.now(UTC) + later).isoformat(timespec="seconds")


def held(pass_digest: str, kinds: Collection[PassKind], settings: Settings) -> tuple[StoredPass, Person] | None:
    """A pass that is not over, and the person who has it, with the key that it is for."""
    with opened(settings) as record:
        found = record.accounts.find_pass(pass_digest)
        if found is None or found.kind not in [kind.value for kind in kinds] or found.until <= clock():
            return None
        person = record.who(found.person)
    if person is None or not person.roles or found.key not in person.keys:
        return None
    return found, person


def key_in(found: StoredPass, secret: bytes) -> SigningKey | None:
    """The private key that is sealed with `secret`; None where it is not, or anything was changed."""
    from hilt.record.accounts.sealed import open_with_secret

    key = open_with_secret(found.sealed, secret, about(found))
    return key if key is not None and key.public.text == found.key else None


def _vouched(found: StoredPass) -> bool:
    """Did the person sign for this pass, in which their private key is not?"""
    from hilt.record.ledger.keys import PublicKey

    try:
        return PublicKey.of_text(found.key).holds(bytes.fromhex(found.sealed), about(found).encode())
    except (ValueError, FormatError):
        return False


def about(told: StoredPass) -> str:
    """What cannot be changed of a pass without its secret."""
    parts = [told.digest, told.person, told.kind, told.label, told.begun, told.until, told.only_reads, told.key]
    if told.kind in _FOR_LIBRARY:
        parts += [told.use, told.names, told.writes]
    return json.dumps(["hilt pass", *parts])


def _library(told: StoredPass) -> ForLibrary | None:
    if told.kind not in _FOR_LIBRARY:
        return None
    return ForLibrary(use=told.use, names=tuple(told.names.split()), writes=told.writes)


def _secret(kind: PassKind) -> str:
    if kind is not PassKind.LIBRARY:
        return PREFIX[kind] + token_urlsafe(32)
    return PREFIX[kind] + "".join(choice(ascii_letters + digits) for _ in range(_LETTERS))


def signed_in(told: StoredPass, person: Person) -> SignedIn:
    """Who shows this pass."""
    return SignedIn(
        person=person,
        name=person.name.text or person.person,
        kind=PassKind(told.kind),
        label=told.label,
        begun=told.begun,
        until=told.until,
        only_reads=told.only_reads,
        library=_library(told),
    )
