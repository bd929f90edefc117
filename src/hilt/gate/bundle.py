"""bundle: what this record has of a subject, in a file for a site that cannot reach it; and such a file, read there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from os import PathLike, fspath
from typing import TYPE_CHECKING

from hilt.core.bundled import Bundled
from hilt.core.errors import AlreadyThere, ProofInvalid, RecordBehind, UsageError
from hilt.core.events import Imported, Recorded
from hilt.core.progress import Progress
from hilt.core.status import History
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.named_file import Named, read_named
from hilt.gate.record import OwnKey, now, opened, signing
from hilt.gate.recording.named_subject import named_subject
from hilt.gate.recording.verifier_keys import read_verifiers
from hilt.gate.reviewing.deciding import last_day, line
from hilt.gate.settings import Settings
from hilt.gate.status import name_of, uses_in
from hilt.policy.standing import standing

if TYPE_CHECKING:
    from hilt.record.bundles.bundle import Bundle
    from hilt.record.bundles.proof import ProvenBundle

DAYS = 90
"""For how long a bundle counts where nobody says."""


def write(
    reference: str | PathLike[str],
    *,
    use: str = "",
    until: str = "",
    words: bool = True,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> bytes:
    """The file about what `reference` means, for one `use` or for all, that counts until the day `until`.

    Without `words` nobody's name and nothing that anybody said is in it. Raises `UsageError` where nothing is recorded,
    `KeyUnusable` where the log's key is not there: it signs that the file is complete.
    """
    settings = settings or Settings()
    with opened(settings, writing=True) as record:
        today = now(record).date()
        until = last_day("--until", until, today) or (today + timedelta(days=DAYS)).isoformat()
        named = named_subject(fspath(reference), record, settings, progress=progress)
        return record.bundle(named.digest, use=line("--use", use) or named.use, until=until, words=words)


def read(file: Named, *, log_key: str | None = None, settings: Settings | None = None) -> Bundled:
    """What the file says, proven by the keys of the logs that the settings trust, or by `log_key`.

    Nothing is recorded, and it takes no record. Raises `ProofInvalid` where it does not hold, or is by nobody who is trusted.
    """
    settings = settings or Settings()
    bundle, proven = _proven(file, log_key, settings.record or RecordSettings())
    return _told(bundle, proven, datetime.now(UTC), trusted=log_key is None)


def take(
    file: Named, *, key: OwnKey | None = None, password: bytes | None = None, settings: Settings | None = None
) -> Bundled:
    """Reads the file and puts it on the record: from then on, what it says counts here too. Signed by an administrator.

    Raises `ProofInvalid` where it does not hold, `RecordBehind` where it is older than one that was imported before,
    `NotAllowed` where whoever signs is no administrator.
    """
    settings = settings or Settings()
    own = signing(key, password)
    bundle, proven = _proven(file, None, settings.record or RecordSettings())
    with opened(settings, writing=True) as record:
        clock = now(record)
        if proven.contents.until < clock.date().isoformat():
            raise UsageError(f"{file}: it counted until {proven.contents.until}; ask whoever wrote it for a newer one")
        _refuse_older(file, proven, record.history(proven.contents.subject))
        proofs = bundle._replace(documents={}, words=()).write(proven.keys)
        event = Imported(
            subject=proven.contents.subject,
            origin=proven.contents.log,
            bundle=sha256(proofs).hexdigest(),
            checkpoint=proven.note,
            verdict=proven.verdict,
            until=proven.contents.until,
            words=bundle.words,
        )
        (entry,) = record.commit([event], key=own, documents=(proofs, *bundle.documents.values()))
        return replace(_told(bundle, proven, clock, trusted=True), entry=entry.index)


def _proven(file: Named, log_key: str | None, told: RecordSettings) -> tuple[Bundle, ProvenBundle]:
    """What is in the file, and what it says. Raises `ProofInvalid`."""
    from hilt.record.bundles.bundle import LARGEST, Bundle
    from hilt.record.bundles.proof import prove
    from hilt.record.ledger.notes import Kind

    if log_key is None:
        trusted = read_verifiers("record.trusted_logs", told.trusted_logs, Kind.LOG)
    else:
        trusted = read_verifiers("--log-key", [log_key], Kind.LOG)
    witnesses = read_verifiers("record.witnesses", [one.key for one in told.witnesses], Kind.WITNESS)
    try:
        bundle = Bundle.read(read_named("FILE", fspath(file), LARGEST))
        proven = prove(bundle, (*trusted, *witnesses) if trusted else None)
    except ProofInvalid as error:
        raise ProofInvalid(f"{file}: {error}") from None
    if not trusted:
        raise ProofInvalid(
            f"{file}: no log is trusted here. This one says of itself that it is by {proven.keys[-1].text}. Ask whoever keeps that "
            "log, on another way, whether this is its key (`hilt log key` prints it), and put it into your settings (record: "
            "{trusted_logs: [KEY]}); to look and no more, name it with --log-key"
        )
    return bundle, proven


def _refuse_older(file: Named, proven: ProvenBundle, history: Sequence[Recorded]) -> None:
    """Raises `RecordBehind` or `ProofInvalid` where what is known of the subject is not the beginning of what the file says."""
    from hilt.record.bundles.proof import concerns
    from hilt.record.ledger.checkpoints import Checkpoint
    from hilt.record.ledger.notes import read_note
    from hilt.record.statements import Statement
    from hilt.record.statements import write as payload

    of, size = proven.contents.log, proven.checkpoint.size
    for one in history:
        if not isinstance(one.event, Imported) or one.lapsed or one.event.origin != of:
            continue
        before = Checkpoint.read(read_note(one.event.checkpoint).text)
        what = f"{file}: entry {one.index} imported a bundle of the first {before.size} entries of {of}"
        if before.size > size:
            raise RecordBehind(f"{what}, and this one is of {size}: it is older; ask for a newer one")
        if before.size == size and before.root != proven.checkpoint.root:
            raise ProofInvalid(f"{what}, and this one is of others: the log shows two histories; ask who keeps it")
    known = {one.index: one for one in history if one.origin == of}
    said = {one.index: payload(Statement(one.event, one.at, of)) for one in proven.entries}
    for place, one in known.items():
        if concerns(one.event, proven.contents.use) and said.get(place) != payload(Statement(one.event, one.at, of)):
            raise ProofInvalid(
                f"{file}: an earlier bundle proves entry {place} of {of}, and this one does not have it: the log shows two "
                "histories; ask who keeps it"
            )
    if all(place in known and known[place].until >= proven.contents.until for place in said):
        raise AlreadyThere(f"{file}: all of it was imported before, and counts as long")


def _told(bundle: Bundle, proven: ProvenBundle, clock: datetime, *, trusted: bool) -> Bundled:
    contents = proven.contents
    entries = tuple(replace(one, origin="") for one in proven.entries)  # as its own log tells it
    uses = uses_in(entries) or ([contents.use] if contents.use else [])
    verdict = proven.verdict
    return Bundled(
        log=contents.log,
        use=contents.use,
        size=contents.size,
        at=contents.at,
        until=contents.until,
        history=History(
            reference=verdict.reference,
            subject=contents.subject,
            entries=entries,
            names={one.person: name_of(one) for one in proven.people},
        ),
        standings=tuple(standing(entries, use=use, now=clock, newest_at=contents.at) for use in uses),
        seen=tuple((name, datetime.fromtimestamp(time, UTC).isoformat()) for name, time in proven.seen),
        trusted=trusted,
        words=bool(bundle.words),
    )
