"""What could not be told to people and programs: whoever looks after the server has it tried again, or gives it up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import UsageError
from hilt.core.notification import Failed, Undelivered
from hilt.gate.notifying.notification_webhook import host_of, recipient
from hilt.gate.notifying.notifications import HOLDING
from hilt.gate.notifying.notifier import GIVEN_UP_AFTER, HOOK, WAITS
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked, clock, require_admin

if TYPE_CHECKING:
    from hilt.record.record import Record

MOST = 100
"""How many are listed."""
_GONE = "this has arrived meanwhile, or somebody gave it up"


class NotDelivered(NamedTuple):
    """Something that failed. `to` is the name of the person or the host of the program that does not know it, and `holding` the entry
    of the model that somebody runs who may be nobody in the record (-1 for others). `left` is how often it is tried at most.
    """

    failed: Failed
    to: str
    holding: int
    left: int


def undelivered(settings: Settings) -> Undelivered:
    """How much was tried in vain."""
    with opened(settings) as record:
        return record.outbox.undelivered()


def not_delivered(settings: Settings) -> tuple[NotDelivered, ...]:
    """What was tried in vain, the newest first, `MOST` at most."""
    with opened(settings) as record:
        return tuple(_told(record, record.outbox.failed(MOST), settings))


def try_again(asked: Asked, key: str, to: str, settings: Settings) -> None:
    """Has one that failed tried again now, or with an empty `key` all of them. Raises `NotAllowed`, `UsageError`."""
    from hilt.record.outbox.store import Which

    require_admin(asked)
    with opened(settings) as record:
        if not record.outbox.try_again(Which(key, to) if key else None, clock()):
            raise UsageError(_GONE)


def give_up(asked: Asked, key: str, to: str, settings: Settings) -> None:
    """Has one that failed tried no more. Raises `NotAllowed`, `UsageError`."""
    from hilt.record.outbox.store import Which

    require_admin(asked)
    with opened(settings) as record:
        if not record.outbox.drop(Which(key, to)):
            raise UsageError(_GONE)


def _told(record: Record, failed: list[Failed], settings: Settings) -> Iterator[NotDelivered]:
    hooks = {recipient(one): host_of(one) for one in settings.serve.webhooks}
    for one in failed:
        holding = one.recipient.removeprefix(HOLDING)
        if one.channel == HOOK:
            yield NotDelivered(
                one, hooks.get(one.recipient, "a program that the settings do not name any more"), -1, _left(one)
            )
        elif holding != one.recipient:
            yield NotDelivered(one, "whoever runs it", int(holding), _left(one))
        else:
            person = record.who(one.recipient)
            yield NotDelivered(one, (person and person.name.text) or one.recipient, -1, _left(one))


def _left(failed: Failed) -> int:
    """How many tries there are until it is given up."""
    if failed.given_up:
        return 0
    at, end = max(_time(failed.due), datetime.now(UTC)), _time(failed.at) + GIVEN_UP_AFTER
    left = 0
    while at < end:
        left += 1
        at += WAITS[min(failed.tries + left, len(WAITS)) - 1]
    return left


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
