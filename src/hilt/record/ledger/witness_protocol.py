"""What a log asks of a witness, and what a witness answers: it signs a checkpoint of a log that only grew since the last one.

Specification: C2SP tlog-witness, its call `add-checkpoint`, and the one by which monitors learn what a witness has signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hilt.core.errors import ProofInvalid
from hilt.record.ledger import notes
from hilt.record.ledger.checkpoints import Checkpoint, open_checkpoint
from hilt.record.ledger.exact_base64 import encode
from hilt.record.ledger.exact_number import is_number
from hilt.record.ledger.merkle import EMPTY_ROOT, LARGEST, LONGEST_PATH, check_consistency
from hilt.record.ledger.notes import Kind, Note, Signature, Verifier, decoded, open_note, read_note

CALL = "/add-checkpoint"
CHECKPOINT = "/{origin}/checkpoint"
"""Where the last checkpoint of a log is; it is named by the SHA-256 of its origin, in hex."""
SIZE = "text/x.tlog.size"
"""The media type of an answer that tells which size a witness has signed last."""
LARGEST_REQUEST = notes.LARGEST + 64 * 45
"""Bytes."""


class CosignRequest(NamedTuple):
    """Asks to sign the checkpoint in `note`; `path` proves that it continues the one of `old` entries."""

    old: int
    path: tuple[bytes, ...]
    note: str

    @property
    def text(self) -> str:
        return "\n".join([f"old {self.old}", *(encode(one) for one in self.path), "", self.note])

    @classmethod
    def read(cls, data: bytes) -> CosignRequest:
        """Raises `ProofInvalid` where `data` is no such request."""
        try:
            head, blank, note = data.decode().partition("\n\n")
        except UnicodeError:
            raise ProofInvalid("request: it is not UTF-8") from None
        first, *lines = head.split("\n")
        word, _, old = first.partition(" ")
        if not blank or word != "old" or not is_number(old) or int(old) > LARGEST or len(lines) > LONGEST_PATH:
            raise ProofInvalid(
                f"request: `old`, a size and up to {LONGEST_PATH} hashes are needed here, each on a line"
            )
        return cls(int(old), tuple(decoded("request", line) for line in lines), note)


class Refused(ProofInvalid):
    """A witness does not sign: the status of HTTP, and what it says. `fork` is true where the log has told two histories."""

    def __init__(self, status: int, body: str, *, media: str = "text/plain; charset=utf-8", fork: bool = False) -> None:
        self.status, self.body, self.media, self.fork = status, body + "\n", media, fork
        super().__init__(body)


def verified(request: CosignRequest, logs: Sequence[Verifier]) -> tuple[Checkpoint, Note]:
    """The checkpoint that one of `logs` signed, and its note with the signatures of that log alone. Raises `Refused`."""
    try:
        told = Checkpoint.read(read_note(request.note).text)
    except ProofInvalid as error:
        raise Refused(400, str(error)) from None
    known = [one for one in logs if one.name == told.origin and one.kind is Kind.LOG]
    if not known:
        raise Refused(404, f"the log {told.origin!r} is not one of those that are witnessed here")
    try:
        return open_checkpoint(request.note, known)
    except ProofInvalid as error:
        raise Refused(403, str(error)) from None


def judge(request: CosignRequest, told: Checkpoint, seen: Checkpoint | None) -> None:
    """Raises `Refused` unless the checkpoint continues the one that was `seen` last."""
    if request.old > told.size:
        raise Refused(400, f"the checkpoint is of {told.size} entries, and is to continue one of {request.old}")
    size, root = (seen.size, seen.root) if seen else (0, EMPTY_ROOT)
    if request.old != size:
        raise Refused(409, str(size), media=SIZE)
    if told.size == size and told.root != root:
        raise Refused(409, str(size), media=SIZE, fork=seen is not None)
    try:
        check_consistency(size, told.size, root, told.root, request.path)
    except ProofInvalid as error:
        raise Refused(422, str(error)) from None


def read_size(answer: str) -> int:
    """The size in an answer of the media type `SIZE`. Raises `ProofInvalid` where it stands there in any other way than the one."""
    size, end = answer[:-1], answer[-1:]
    if end != "\n" or not is_number(size) or int(size) > LARGEST:
        raise ProofInvalid(f"witness: {answer[:100]!r} is no size of a log, in decimal and on a line of its own")
    return int(size)


def cosignatures(answer: str, text: str, witness: Verifier) -> tuple[Signature, ...]:
    """What the witness signed of the checkpoint `text`. Raises `ProofInvalid` where that is nothing, or does not hold."""
    if not answer.endswith("\n"):
        raise ProofInvalid("witness: what it answers are no lines of signatures")
    return open_note(f"{text}\n{answer}", [witness]).signatures
