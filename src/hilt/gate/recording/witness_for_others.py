"""witness: sign checkpoints of other logs that only grew, for whoever asks over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from hilt.core.errors import FormatError, ProofInvalid, RecordError, UsageError
from hilt.gate.named_file import Named
from hilt.gate.recording.key_files import read_private
from hilt.gate.recording.verifier_keys import read_verifiers
from hilt.record.ledger.notes import Kind
from hilt.record.ledger.witness_for_others import LogWitness, WitnessedLog
from hilt.record.ledger.witness_protocol import CALL, CHECKPOINT, LARGEST_REQUEST, CosignRequest, Refused

__all__ = ["CALL", "CHECKPOINT", "LARGEST_REQUEST", "Answer", "WitnessedLog", "Witnessing", "witnessing"]

_THERE = "--new: {state} is there already; leave out --new, so that the witness goes on from what it has signed"
_NOT_THERE = (
    "--state {state}: no such file, and a witness that does not know what it signed would sign a second history. Put the file "
    "back; or, with a key that has signed nothing yet, say --new"
)
_WAYS = "with --password-file or --password-env"


class Answer(NamedTuple):
    """What HTTP carries back."""

    status: int
    body: str
    media: str = "text/plain; charset=utf-8"


class Witnessing:
    """A witness at work. `complain` is told what its operator should know: a log that lies, a disk that is full."""

    def __init__(self, witness: LogWitness, complain: Callable[[str], None]) -> None:
        self._witness, self._complain = witness, complain

    @property
    def verifier(self) -> str:
        """The verifier key by which others know this witness."""
        return self._witness.verifier.text

    def seen(self) -> list[WitnessedLog]:
        """What it has signed last of each log."""
        return self._witness.seen()

    def add_checkpoint(self, data: bytes) -> Answer:
        """Answers a request to sign a checkpoint."""
        try:
            return Answer(200, self._witness.add_checkpoint(CosignRequest.read(data), int(time.time())))
        except Refused as error:
            if error.fork:
                self._complain(
                    f"a log has signed two histories of {error.body.strip()} entries; both are in the state file"
                )
            return Answer(error.status, error.body, error.media)
        except ProofInvalid as error:
            return Answer(400, f"{error}\n")
        except RecordError as error:
            self._complain(str(error))
            return Answer(503, "the witness cannot remember what it signs, and so signs nothing\n")

    def checkpoint(self, digest: str) -> Answer:
        """Answers what was signed last of the log whose origin has this SHA-256."""
        try:
            note = self._witness.checkpoint(digest)
        except RecordError as error:
            self._complain(str(error))
            return Answer(503, "the witness cannot read what it remembers\n")
        return Answer(200, note) if note else Answer(404, "no log with this name is witnessed here\n")


@contextmanager
def witnessing(
    *,
    name: str,
    logs: Sequence[str],
    state: Named,
    key: Named,
    new: bool,
    password: bytes | None = None,
    complain: Callable[[str], None],
) -> Iterator[Witnessing]:
    """A witness called `name` of the logs with these verifier keys, which remembers in the file `state`.

    Only with `new` that file is made: a witness that forgot what it signed would sign a second history. Raises `UsageError`,
    `RecordError`.
    """
    if new == Path(state).exists():
        raise UsageError(_THERE.format(state=state) if new else _NOT_THERE.format(state=state))
    signing = read_private("--key", key, password, _WAYS)
    verifiers = read_verifiers("--log", logs, Kind.LOG)
    try:
        witness = LogWitness(str(state), name=name, key=signing, logs=verifiers)
    except FormatError as error:
        raise UsageError(f"--name {name!r}: {error}") from None
    try:
        yield Witnessing(witness, complain)
    finally:
        witness.close()
