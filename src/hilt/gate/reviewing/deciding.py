"""What verbs that record a decision have in common: who signs, about which bytes, and what was said in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from os import PathLike, fspath
from secrets import token_bytes
from typing import TYPE_CHECKING, NamedTuple, Self

from hilt.core.errors import ChangedMeanwhile, NotAllowed, UsageError
from hilt.core.events import SALT, DecisionMade, Event, Person, Recorded, Say, VerdictGiven, Words
from hilt.core.progress import Progress
from hilt.core.roles import only_reads
from hilt.core.standing import Standing, same_use
from hilt.core.status import Status
from hilt.core.verdict import Outcome
from hilt.gate.named_day import named_day
from hilt.gate.record import OwnKey, now, opened, signing
from hilt.gate.recording.named_subject import NamedSubject, named_subject
from hilt.gate.settings import Settings
from hilt.gate.signing_in.seen import seen_of
from hilt.gate.status import Now, status_of

if TYPE_CHECKING:
    from hilt.record.ledger.keys import SigningKey
    from hilt.record.record import Record

LONGEST_USE = 200
"""Letters of a use or of a place: they are names, and reasons have a place of their own."""


class Deciding(NamedTuple):
    """A person at the record, about to say something of `subject`, of which they know `history`."""

    record: Record
    settings: Settings
    key: SigningKey
    person: Person
    subject: NamedSubject
    seen: str
    history: tuple[Recorded, ...] = ()

    @property
    def today(self) -> date:
        """The day that counts."""
        return now(self.record).date()

    def anew(self) -> Self:
        """The same with the history as it is by now. Raises `ChangedMeanwhile` where what they answer is not any more what they saw."""
        history = self.record.history(self.subject.digest)
        if self.seen and seen_of(history, self.subject.use) != self.seen:
            raise ChangedMeanwhile("since this was shown, it has changed or somebody has decided; nothing was recorded")
        return self._replace(history=history)

    def standing(self, use: str) -> Standing:
        return Now.of(self.record).standing(self.history, use)

    def say(self, event: Event, use: str | None = None, *, rests_on_history: bool = False) -> Status:
        """Puts `event` on the record, signed; how the subject stands then, for `use` or for all.

        Raises `ChangedMeanwhile` where it `rests_on_history`, or answers what was seen, and that is not all of it any more.
        """
        checks = []
        if rests_on_history or self.seen:
            newest = max((one.index for one in self.history if not one.origin), default=-1)
            checks = [self.record.unchanged(self.subject.digest, newest)]
        (entry,) = self.record.commit([event], key=self.key, accounts=checks)
        return replace(status_of(self.subject, self.record, use=use), entry=entry)


@contextmanager
def deciding(
    reference: str | PathLike[str],
    *,
    key: OwnKey | None,
    password: bytes | None,
    settings: Settings | None,
    progress: Progress | None = None,
    seen: str = "",
) -> Iterator[Deciding]:
    """The record, opened to say something of `reference` with the key `key`; `seen` names what it answers, where that counts.

    Raises `KeyUnusable` where there is none, `NotAllowed` where it is nobody's: before anything is read; `ChangedMeanwhile`.
    """
    settings = settings or Settings()
    with signed_by(key, password, settings) as (record, own, person):
        subject = named_subject(fspath(reference), record, settings, progress=progress)
        if seen and not subject.use:
            raise UsageError("what was seen is of one case: name its number, as in '#17'")
        yield Deciding(record, settings, own, person, subject, seen).anew()


@contextmanager
def signed_by(
    key: OwnKey | None, password: bytes | None, settings: Settings
) -> Iterator[tuple[Record, SigningKey, Person]]:
    """The record, opened to be added to by the person whose the key is. Raises as `deciding` does."""
    own = signing(key, password)
    with opened(settings, writing=True) as record:
        person = record.person_of(own.public)
        if person is None:
            raise NotAllowed(
                "the key that you sign with belongs to nobody in this record, or was revoked; whoever has the role admin "
                "registers it: hilt person key"
            )
        if only_reads(person.roles):
            raise NotAllowed(
                f"{person.name.text or person.person} has the role {' and '.join(person.roles)}, and so reads what others decide; "
                "whoever has the role admin gives another one: hilt person roles"
            )
        yield record, own, person


def a_yes(given: VerdictGiven, use: str, *, case: int = -1) -> DecisionMade:
    """The yes to this verdict that somebody is shown and signs; their words, the end and when they saw it are still to be said."""
    return DecisionMade(
        subject=given.subject,
        use=use,
        say=Say.YES,
        policy_digest=given.policy_digest,
        evidence=given.evidence,
        why=Words(digest=""),
        case=case,
        exception=given.outcome is Outcome.BLOCK,
    )


def use_of(option: str | None, subject: NamedSubject) -> str:
    """The use that the call or its case names, on one line. Raises `UsageError` where it names none, or two."""
    use = line("--use", option or "") if option or not subject.use else subject.use
    if not use:
        raise UsageError(
            '--use: say for what, such as --use "support chatbot, EU"; what is admitted is admitted for that'
        )
    if option and not use.isprintable():
        raise UsageError(
            f"--use {use!a}: there are letters in it that nobody sees, and it would be another use than it looks"
        )
    if subject.use and not same_use(use, subject.use):
        raise UsageError(f"--use {use}: {subject.reference} asks for {subject.use!r}; leave --use out")
    return use


def line(option: str, text: str) -> str:
    """A name on one line. Raises `UsageError` where it is longer than one."""
    name = " ".join(text.replace("\0", " ").split())
    if len(name) > LONGEST_USE:
        raise UsageError(f"{option}: {len(name)} letters, where {LONGEST_USE} are allowed; tell reasons with --why")
    return name


def words(option: str, text: str | None) -> Words:
    """What somebody said. Raises `UsageError` where they said nothing."""
    if not text or not text.replace("\0", " ").strip():
        raise UsageError(f"{option}: say it in words; it is kept with the decision, and others rely on it")
    return Words.of(text.replace("\0", " ").strip(), token_bytes(SALT))


def last_day(option: str, text: str, today: date) -> str:
    """The day that `text` names, empty for none. Raises `UsageError` where it is none, or over."""
    if not text:
        return ""
    day = named_day(option, text)
    if day < today:
        raise UsageError(f"{option} {text}: this day is over (today is {today}), and nothing would be admitted")
    return day.isoformat()
