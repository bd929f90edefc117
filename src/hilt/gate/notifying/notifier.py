"""The threads of a server that tell people and programs what happens: they look at the log, and send what it says to whom it concerns.

What is to be sent lies in the database until it is: a server that ends loses nothing, and several send nothing twice. The log is
looked at from where the last look ended, so that what the command line recorded is told as well.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING, Self

from hilt.core.errors import HiltError
from hilt.core.events import FixityRun, HoldingBegun
from hilt.core.notification import Notification
from hilt.gate.configured.notification_settings import is_address, secret_of
from hilt.gate.notifying import notification_mail, notification_webhook
from hilt.gate.notifying.letters import is_unwanted
from hilt.gate.notifying.notification_mail import Unsent
from hilt.gate.notifying.notifications import DAYS, HOLDING, of_ends, of_fixity, of_key, of_subject
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.status import Now
from hilt.output.quote import quote
from hilt.output.terminal import complain_of
from hilt.sources.network import Network

if TYPE_CHECKING:
    from hilt.record.outbox.store import Item, Letter
    from hilt.record.record import Record

MAIL, HOOK = "mail", "hook"
LEASE = timedelta(minutes=10)
"""How long a server has a letter for itself; one that has not said by then what became of it is taken to be gone."""
WAITS = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 240, 720, 1440))
"""How long it waits after each try; after the last ones, a day."""
GIVEN_UP_AFTER, FORGOTTEN_AFTER = timedelta(days=5), timedelta(days=30)
_ENTRIES, _SUBJECTS = 200, 50
"""How many are looked at at once."""
_SWEEP, _AFTER_A_BUG = 3600.0, 60.0
"""Seconds."""
_IN_WORDS = re.compile(r"[^\s<>()\[\],;:\"'|]{1,254}")
_MOST_HOLDERS = 5


class Notifier:
    """Tells what happens while its block lasts; nothing where the settings name neither a mail server nor a webhook.

    `origin` is where people reach the pages. `tick` is seconds between two looks, `gather` those that something waits for more to
    the same person. Raises `SettingsInvalid` where a secret is missing.
    """

    def __init__(self, settings: Settings, origin: str, *, tick: float = 2.0, gather: float = 60.0) -> None:
        self._settings, self._origin, self._tick = settings, origin, tick
        self._gather = timedelta(seconds=gather)
        self._mail = settings.serve.mail
        self._hooks = {notification_webhook.recipient(one): one for one in settings.serve.webhooks}
        self._secrets = {name: notification_webhook.secret(one) for name, one in self._hooks.items()}
        if self._mail and self._mail.password_env:
            secret_of(self._mail.password_env, "serve.mail.password_env")
        hosts = settings.private_hosts
        self._network = Network.from_environment(os.environ, private_hosts=hosts) if self._hooks else Network()
        self._over, self._wrong = threading.Event(), _Wrong()
        loops: list[Callable[[], bool]] = [self.look] if self._mail or self._hooks else []
        loops += [self.send_mail] if self._mail else []
        loops += [self.send_hook] if self._hooks else []
        self._sweep_at = 0.0
        self._threads = [
            threading.Thread(target=self._again_and_again, args=[one], name=one.__name__, daemon=True) for one in loops
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """What is being sent now may be sent again, by the next server, as the same letter."""
        self._over.set()
        for thread in self._threads:
            thread.join(1.0)

    def _again_and_again(self, do: Callable[[], bool]) -> None:
        while not self._over.is_set():
            more, wrong = False, ""
            try:
                more = do()
            except HiltError as error:  # the database is away, and comes back; or the record is damaged
                wrong = str(error)
            except Exception as error:  # noqa: BLE001 - a bug of ours must not end what people rely on
                wrong = "hilt made a mistake"
                complain_of(error)
                self._over.wait(_AFTER_A_BUG)
            self._wrong.tell(do.__name__, wrong)
            if not more:
                self._over.wait(self._tick)

    def look(self) -> bool:
        """Puts what the log says more than at the last look into the outbox; is there more to look at?"""
        from hilt.record.outbox.store import Seen

        now = _now()
        with opened(self._settings) as record:
            size, seen = record.log.head().size, record.outbox.seen()
            if seen is None:
                yesterday = now.date() - timedelta(days=1)
                record.outbox.begin(Seen(size, yesterday.isoformat()))
                return True
            if seen.place < size:
                until = min(size, seen.place + _ENTRIES)
                found = _since(record, seen.place, until, _at(now - GIVEN_UP_AFTER))
                record.outbox.put(seen, seen._replace(place=until), self._items(record, found, now))
                return until < size
            if seen.place > size or seen.day < now.date().isoformat():
                ends = _ending(record, date.fromisoformat(seen.day))
                record.outbox.put(seen, Seen(size, now.date().isoformat()), self._items(record, ends, now))
            if time.monotonic() > self._sweep_at:
                self._sweep_at = time.monotonic() + _SWEEP
                record.outbox.sweep(give_up=_at(now - GIVEN_UP_AFTER), forget=_at(now - FORGOTTEN_AFTER))
        return False

    def send_mail(self) -> bool:
        """Sends a letter that is due; was there one?"""
        told = self._mail
        if told is None or (letter := self._taken(MAIL, gathers=True)) is None:
            return False
        with opened(self._settings) as record:
            to = _addresses(record, letter.recipient, told.holders)
            if not to:
                record.outbox.sent(letter, _at(_now()), state="nobody")
                return True
        mail = notification_mail.message(letter, to, _now(), told, self._origin)
        self._end(letter, lambda: notification_mail.send(mail, to, told), self._gather)
        return True

    def send_hook(self) -> bool:
        """Posts what is due to a program; was there anything?"""
        if (letter := self._taken(HOOK, gathers=False)) is None:
            return False
        if (hook := self._hooks.get(letter.recipient)) is None:
            with opened(self._settings) as record:
                record.outbox.sent(letter, _at(_now()), state="nobody")
            return True
        posted = notification_webhook.body(letter.told[0], self._origin)
        headers = notification_webhook.headers(letter.id, int(time.time()), posted, self._secrets[letter.recipient])
        self._end(letter, lambda: notification_webhook.post(hook, posted, headers, self._network), timedelta())
        return True

    def _taken(self, channel: str, *, gathers: bool) -> Letter | None:
        now = _now()
        with opened(self._settings) as record:
            return record.outbox.take(channel, f"hilt-{token_hex(16)}", _at(now), _at(now + LEASE), gathers=gathers)

    def _end(self, letter: Letter, send: Callable[[], None], apart: timedelta) -> None:
        """Sends a letter, and says what became of it."""
        try:
            send()
        except Unsent as error:
            wait = max(WAITS[min(letter.tries, len(WAITS)) - 1], timedelta(seconds=error.wait))
            with opened(self._settings) as record:
                if error.again:
                    due = _at(_now() + wait)
                    record.outbox.again(letter, due, str(error), arrived=error.arrived, everybody=error.everybody)
                else:
                    record.outbox.sent(letter, _at(_now()), state="given-up", why=str(error))
        else:
            with opened(self._settings) as record:
                record.outbox.sent(letter, _at(_now() + apart))

    def _items(self, record: Record, found: Iterable[Notification], now: datetime) -> Iterator[Item]:
        """Who is told what by which channel, and when."""
        from hilt.record.outbox.store import Item

        soon, later = _at(now), _at(now + self._gather)
        unwanted = record.accounts.unwanted_letters() if self._mail else set()
        for one in found:
            if self._mail:
                to = (name for name in one.to if not is_unwanted(one.occasion, name, unwanted))
                yield from (Item(one, MAIL, name, soon if one.occasion.hurries else later) for name in to)
            for name, hook in self._hooks.items():
                if one.occasion in hook.events:
                    yield Item(one, HOOK, name, soon)


class _Wrong:
    """Tells whoever runs the server what keeps its threads from telling people: each new thing once, and once that it is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now: dict[str, str] = {}

    def tell(self, thread: str, wrong: str) -> None:
        """What is wrong in a thread now, empty for nothing."""
        with self._lock:
            is_new = wrong not in ("", *self._now.values())
            before = self._now.pop(thread, "")
            if wrong:
                self._now[thread] = wrong
            if is_new:
                print(f"hilt: nobody is told what happens: {quote(wrong, 2000)}", file=sys.stderr)  # noqa: T201
            elif before and not self._now:
                print("hilt: people are told what happens again", file=sys.stderr)  # noqa: T201


def _since(record: Record, begin: int, end: int, oldest: str) -> Iterator[Notification]:
    """What the entries from `begin` to `end` are to be told of; of those before `oldest`, nothing."""
    new = [one for one in map(record.recorded, range(begin, end)) if one.at >= oldest]
    for one in new:
        yield from of_key(one)
        if isinstance(one.event, FixityRun):
            yield from of_fixity(one, record.people())
    subjects = list(dict.fromkeys(one.event.subject for one in new if hasattr(one.event, "subject")))
    for n in range(0, len(subjects), _SUBJECTS):
        histories = record.histories(subjects[n : n + _SUBJECTS])
        at = Now.of(record)
        for history in histories.values():
            yield from of_subject([one for one in history if one.origin or one.index < end], begin, at)


def _ending(record: Record, since: date) -> Iterator[Notification]:
    """What ends within days, as it was not yet told on the day `since`."""
    at, after, known = Now.of(record), None, set[str]()
    days = (at.at.date().isoformat(), (at.at.date() + timedelta(days=max(DAYS))).isoformat())
    while page := record.registry.decisions(ending=days, after=after, limit=_SUBJECTS):
        after = page[-1].place
        subjects = {one.subject for one in page} - known
        known |= subjects
        for history in record.histories(subjects).values():
            yield from of_ends(history, at, since)


def _addresses(record: Record, recipient: str, domains: tuple[str, ...]) -> list[str]:
    """Where mail to a person goes, as the record has them now, or to the holder of what `holding-17` begun; nowhere where the words
    were erased, the person has left, or nobody said that mail may go there.
    """
    holding = recipient.removeprefix(HOLDING)
    if holding == recipient:
        person = record.who(recipient)
        contact = (person.contact.text or "").strip() if person is not None and person.roles else ""
        return [contact] if is_address(contact) else []
    entry = record.find(int(holding))
    words = entry.event.holder.text if entry is not None and isinstance(entry.event, HoldingBegun) else None
    found = [one.strip(".") for one in _IN_WORDS.findall((words or "")[:2000]) if "@" in one]
    allowed = [one for one in found if is_address(one) and one.rpartition("@")[2].lower() in domains]
    return list(dict.fromkeys(allowed))[:_MOST_HOLDERS]


def _now() -> datetime:
    return datetime.now(UTC)


def _at(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
