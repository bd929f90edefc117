"""log: verify the log, hand out its checkpoints and its files, and change its key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hilt.core.errors import ProofInvalid, UsageError
from hilt.core.events import LogKeyAdded
from hilt.core.log import MOST_DAMAGE, AskedWitness, Cosigned, Exported, LogState, Verified
from hilt.core.progress import Progress
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.named_file import Named, read_named
from hilt.gate.record import opened
from hilt.gate.recording.asking_witnesses import ask_each
from hilt.gate.recording.key_files import read_private, write_private
from hilt.gate.recording.record_places import log_key, log_password, places
from hilt.gate.recording.verifier_keys import read_verifiers
from hilt.gate.settings import Settings
from hilt.record.database import Database
from hilt.record.ledger import receipts
from hilt.record.ledger.damage import Damage
from hilt.record.ledger.keys import new_signing_key
from hilt.record.ledger.notes import LARGEST, Kind, Verifier, read_note
from hilt.record.record import Record


def verify(settings: Settings, *, checkpoint: Named | None = None, progress: Progress) -> Iterator[Damage]:
    """Everything in the record that is not what was signed. `checkpoint` is a file that was kept elsewhere.

    Raises `RecordUnreachable` where nothing can be read, `UsageError` where the file cannot be.
    """
    yield from _damage(settings, read_checkpoint(checkpoint) if checkpoint is not None else "", progress)


def verified(settings: Settings, note: str, progress: Progress) -> Verified:
    """The same as a whole, held against the checkpoint `note` where it is not empty. Raises as `verify` does."""
    found: list[Damage] = []
    damaged = 0
    for one in _damage(settings, _note("the checkpoint", note.encode()) if note else "", progress):
        damaged += 1
        if damaged <= MOST_DAMAGE:
            found.append(one)
    told = tuple((one.what, one.why) for one in found)
    return Verified(told, damaged, None if damaged else state(settings), checkpoint=bool(note))


def _damage(settings: Settings, note: str, progress: Progress) -> Iterator[Damage]:
    where = places(settings.record or RecordSettings())
    with Record(Database(where.database), log_key=None, kept=where.kept) as record:  # `open` refuses what is damaged
        yield from record.verify(checkpoint=note, progress=progress)
        yield from (one for one in record.log.witnessed(witnesses_of(settings)) if isinstance(one, Damage))


def state(settings: Settings) -> LogState:
    """How far the log has come, and who saw it. Raises `RecordError`."""
    kept = places(settings.record or RecordSettings()).kept
    with opened(settings) as record:
        head = record.log.head()
        newest = {one.witness: one for one in record.log.witnessed(witnesses_of(settings)) if isinstance(one, Cosigned)}
        return LogState(
            origin=record.log.origin,
            size=head.size,
            root=head.root.hex(),
            key=record.log.verifiers()[-1].text,
            kept=str(kept) if kept.is_file() else "",
            witnessed=tuple(newest.values()),
        )


def checkpoint(settings: Settings) -> tuple[str, tuple[AskedWitness, ...]]:
    """The newest checkpoint, signed by the log and by the witnesses of the settings, and what became of asking each."""
    with opened(settings) as record:
        witnesses = (settings.record or RecordSettings()).witnesses
        asked = tuple(ask_each(record.log, witnesses, settings.private_hosts))
        return record.log.checkpoint(), asked


def newest_checkpoint(settings: Settings) -> str:
    """The same, with what witnesses have signed of it so far: nobody is asked."""
    with opened(settings) as record:
        return record.log.checkpoint()


def export(folder: Named, settings: Settings) -> Exported:
    """Brings the folder up to the newest entry. Raises `RecordError`, `UsageError`."""
    with opened(settings) as record:
        return record.log.export(Path(folder))


def keys(settings: Settings) -> tuple[str, ...]:
    """The verifier keys of the log, the one that signs now last."""
    with opened(settings) as record:
        return tuple(one.text for one in record.log.verifiers())


def trusted_root(settings: Settings) -> str:
    """What Sigstore's verifiers need to know of the log to verify its receipts."""
    with opened(settings) as record:
        return receipts.trusted_root(record.log.verifiers()).decode()


def rotate_key(settings: Settings) -> str:
    """The verifier key of a new key, with which the log signs from now on. The old one says so, and is written over.

    The new key is on the disk before the log tells of it; where the verb was interrupted in between, it goes on from there.
    """
    told = settings.record or RecordSettings()
    where, password = places(told), log_password(told)
    following = where.key.with_name(f"{where.key.name}.next")
    if not following.exists():
        write_private(following, new_signing_key(), password)
    new = read_private("the new key", following, password, "as for the key that it replaces").public
    with Record.open(where.database, kept=where.kept) as record:
        last = record.log.verifiers()[-1]
    verifier = Verifier(last.name, new)
    if last != verifier:
        with Record.open(where.database, log_key=log_key(where, password), kept=where.kept) as record:
            record.commit([LogKeyAdded(verifier=verifier.text)])
    try:
        following.replace(where.key)
    except OSError as error:
        raise UsageError(
            f"{where.key}: {error.strerror}; put {following} in its place, for the log signs with it"
        ) from None
    with Record.open(where.database, kept=where.kept) as record:
        record.log.countersign(log_key(where, password))
    return verifier.text


def read_checkpoint(file: Named) -> str:
    """The note in a file: an empty one would be held against nothing."""
    return _note(f"--checkpoint {file}", read_named("--checkpoint", str(file), LARGEST))


def _note(what: str, data: bytes) -> str:
    try:
        return str(read_note(data))
    except ProofInvalid as error:
        raise UsageError(f"{what}: {error}; `hilt log checkpoint -o FILE` writes one") from None


def witnesses_of(settings: Settings) -> tuple[Verifier, ...]:
    """The keys of the witnesses that the settings name."""
    told = settings.record or RecordSettings()
    return read_verifiers("record.witnesses", [one.key for one in told.witnesses], Kind.WITNESS)
