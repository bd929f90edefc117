"""withdraw: a person takes back what was admitted; whoever runs it is named."""

from __future__ import annotations

from os import PathLike

from hilt.core.errors import UsageError
from hilt.core.events import Withdrawn
from hilt.core.progress import Progress
from hilt.core.status import Status
from hilt.gate.record import OwnKey
from hilt.gate.reviewing.deciding import deciding, use_of, words
from hilt.gate.settings import Settings


def withdraw(
    reference: str | PathLike[str],
    *,
    use: str | None = None,
    why: str,
    key: OwnKey | None = None,
    password: bytes | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Status:
    """Takes back what was decided of `reference` for `use`, without it for every use; anybody in the record may.

    What comes of it is returned; its `holdings` are who runs it where.
    """
    said = words("--why", why)
    with deciding(reference, key=key, password=password, settings=settings, progress=progress) as at:
        if not at.history:
            raise UsageError(f"{reference}: nothing is recorded of these bytes (sha256:{at.subject.digest})")
        named = use_of(use, at.subject) if use or at.subject.use else None
        return at.say(Withdrawn(subject=at.subject.digest, why=said, use=named or ""), named)
