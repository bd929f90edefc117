"""Puts into a bundle what the record has of a subject."""

from __future__ import annotations

from collections.abc import Callable, Collection

from hilt.core.errors import RecordDamaged, RecordUnreachable, UsageError
from hilt.core.events import THE_LOG, Recorded, VerdictGiven
from hilt.record.bundles.bundle import Bundle, Contents
from hilt.record.bundles.proof import BEARING, concerns, prove
from hilt.record.documents import named
from hilt.record.ledger.envelopes import sign
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.log import Log
from hilt.record.past import Past
from hilt.record.words import in_event

_TRIES = 5
"""How often a bundle is begun anew because entries were added meanwhile."""


def bundled(
    past: Past,
    log: Log,
    key: SigningKey,
    documents: Callable[[Collection[str]], dict[str, bytes]],
    contents: Contents,
    *,
    words: bool,
) -> bytes:
    """The file. Of `contents`, `size` and `places` are filled in here; `key` is that of the log.

    The whole log is gone through first: what it signs to be complete must not rest on tables that somebody may have changed.
    Raises `UsageError` where the log has no verdict of the subject, `RecordDamaged`.
    """
    for _ in range(_TRIES):
        size = log.head().size
        history = past.histories([contents.subject])[contents.subject]
        about = [one for one in history if _belongs(one, contents.use)]
        verdicts = [one.event for one in about if isinstance(one.event, VerdictGiven)]
        if not verdicts:
            raise UsageError(
                f"sha256:{contents.subject}: this record has no verdict of its own on these bytes; what came in a bundle is "
                "passed on with that bundle, and `hilt check --record REF` gives one"
            )
        vouching = past.vouching({one.by for one in about})
        receipts = log.prove_each(sorted({one.index for one in (*about, *vouching)}))
        if log.head().size == size:
            break
    else:
        raise RecordUnreachable("entries are added to the log all the time; try again later")
    _refuse_hidden(past, log, contents.subject, {one.index for one in history if not one.origin}, size)
    told = contents._replace(size=receipts[0].size, places=tuple(one.index for one in receipts))
    said = {one.digest: one for entry in (*about, *vouching) for one in in_event(entry.event)}
    bundle = Bundle(
        contents=sign(told.write(), key),
        receipts=tuple(receipts),
        documents=documents(named(verdicts[-1])),
        words=tuple(one for one in said.values() if one.text is not None) if words else (),
    )
    verifiers = log.verifiers()
    prove(bundle, verifiers)  # what cannot be read at its destination is not sent there
    return bundle.write(verifiers)


def _refuse_hidden(past: Past, log: Log, subject: str, known: Collection[int], size: int) -> None:
    """Raises `RecordDamaged` where an entry about the subject, or about who may sign, is not among those that the tables tell of."""
    if damage := list(log.verify(signatures=False)):
        raise RecordDamaged(*damage[0])
    for place in past.hidden(subject, known, size):
        raise RecordDamaged(f"entry {place}", "it bears on what would be signed, and the tables hide it")


def _belongs(entry: Recorded, use: str) -> bool:
    """Does it bear on the use, and did whoever signed it have the right to?"""
    may = bool(entry.by) and isinstance(entry.event, VerdictGiven) == (entry.by == THE_LOG)
    return not entry.origin and isinstance(entry.event, BEARING) and concerns(entry.event, use) and may
