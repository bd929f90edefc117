"""review show: all that there is to see of one case before somebody decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilt.core.errors import KeyUnusable, NotAllowed, UsageError
from hilt.core.events import UseRequested
from hilt.core.review import ShownCase
from hilt.gate.record import OwnKey, opened, signing
from hilt.gate.recording.verdicts import verdict_of
from hilt.gate.remark import remarks
from hilt.gate.review import open_case
from hilt.gate.reviewing.deciding import a_yes
from hilt.gate.reviewing.review_opened import remember
from hilt.gate.reviewing.review_past import alike, before
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.settings import Settings
from hilt.gate.signing_in.seen import seen_of
from hilt.gate.status import Now, status_from

if TYPE_CHECKING:
    from hilt.record.ledger.keys import SigningKey


def show_case(
    case: int, *, key: OwnKey | None = None, password: bytes | None = None, settings: Settings | None = None
) -> ShownCase:
    """All that is shown of the case with this number.

    With the private key of whoever is to decide, it is noted that they saw it, and when. Raises
    `UsageError` where there is no such case, `KeyUnusable` where the key that was named cannot be used.
    """
    own = _own(key, password)
    with opened(settings or Settings()) as record:
        entry = record.find(case)
        if entry is None or not isinstance(entry.event, UseRequested):
            raise UsageError(f"{case} is no request to use a model; `hilt review list` tells the open ones")
        asked, at = entry.event, Now.of(record)
        history = record.history(asked.subject)
        given = newest_verdict(history)
        if given is None:
            raise UsageError(f"{case}: this record has no verdict of its own on these bytes: hilt check --record")
        verdict = verdict_of(given, record.document)
        person = next((one for one in at.people if own and own.public.text in one.keys), None)
        noted = person is not None and remember(record, person, case, given)
        waiting = open_case(case, history, at)
        return ShownCase(
            open=waiting,
            case=case,
            request=entry,
            status=status_from("", asked.subject, history, at, asked.use),
            verdict=verdict,
            before=before(record, case, history, given, verdict, is_open=waiting is not None),
            alike=tuple(alike(record, asked, given)),
            signed=a_yes(given, asked.use, case=case),
            opened=noted,
            remarks=remarks(history, case),
            seen=seen_of(history, asked.use),
        )


def _own(key: OwnKey | None, password: bytes | None) -> SigningKey | None:
    """The key of whoever looks; None where nobody named it, who looks signs nothing, or that of the environment cannot be opened."""
    try:
        return signing(key, password)
    except (KeyUnusable, NotAllowed):
        if key is not None:
            raise
        return None
