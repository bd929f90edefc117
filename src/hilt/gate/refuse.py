"""refuse: a person decides that a subject may not be used for one named use."""

from __future__ import annotations

from os import PathLike

from hilt.core.errors import UsageError
from hilt.core.events import DecisionMade, Say
from hilt.core.progress import Progress
from hilt.core.status import Status
from hilt.gate.record import OwnKey
from hilt.gate.reviewing.deciding import deciding, use_of, words
from hilt.gate.reviewing.review_opened import opened_at
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.settings import Settings


def refuse(
    reference: str | PathLike[str],
    *,
    use: str | None = None,
    why: str,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    seen: str = "",
) -> Status:
    """Decides that what `reference` means may not be used for `use`; anybody in the record may. It ends an open case.

    Raises `UsageError` where nobody judged these bytes, `NotAllowed` where the key is nobody's.
    """
    said = words("--why", why)
    with deciding(reference, key=key, password=password, settings=settings, progress=progress, seen=seen) as at:
        use = use_of(use, at.subject)
        event = newest_verdict(at.history)
        if event is None:
            raise UsageError(
                f"{reference}: nobody judged these bytes (sha256:{at.subject.digest}), so nobody may use them; check them "
                "first: hilt check --record"
            )
        case = at.standing(use).case
        decision = DecisionMade(
            subject=at.subject.digest,
            use=use,
            say=Say.NO,
            policy_digest=event.policy_digest,
            evidence=event.evidence,
            why=said,
            case=case,
            opened=opened_at(at, case),
        )
        return at.say(decision, use)
