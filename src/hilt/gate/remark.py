"""remark: a person says something of a case and decides nothing: a view of their own, a question to whoever asked, an answer."""

from __future__ import annotations

from hilt.core.errors import UsageError
from hilt.core.events import Recorded, Remark, Remarked, UseRequested
from hilt.gate.record import OwnKey
from hilt.gate.reviewing.deciding import signed_by, words
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.settings import Settings


def remark(
    case: int,
    says: Remark,
    why: str,
    *,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
) -> Recorded:
    """Records what somebody says of the request with the number `case`; the same again is not recorded twice.

    Raises `UsageError` where there is no such case, `NotAllowed` where whoever has the key signs nothing.
    """
    said = words("--why", why)
    with signed_by(key, password, settings or Settings()) as (record, own, person):
        entry = record.find(case)
        if entry is None or not isinstance(entry.event, UseRequested):
            raise UsageError(f"{case} is no request to use a model")
        history = record.history(entry.event.subject)
        given = newest_verdict(history)
        if given is None:
            raise UsageError(f"{case}: this record has no verdict of its own on these bytes")
        for one in remarks(history, case):
            event = one.event
            same = isinstance(event, Remarked) and (event.says, event.basis, event.why.text) == (
                says,
                given.basis,
                said.text,
            )
            if same and one.by == person.person:
                return one
        made = Remarked(
            subject=given.subject,
            case=case,
            says=says,
            policy_digest=given.policy_digest,
            evidence=given.evidence,
            why=said,
        )
        (recorded,) = record.commit([made], key=own)
        return recorded


def remarks(history: tuple[Recorded, ...], case: int) -> tuple[Recorded, ...]:
    """What was said of the case, oldest first."""
    own = (one for one in history if not one.origin and not one.lapsed)
    return tuple(one for one in own if isinstance(one.event, Remarked) and one.event.case == case)
