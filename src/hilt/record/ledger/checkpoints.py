"""Checkpoints: the signed statement of a log about its size and its root, and what witnesses sign of it.

Specification: C2SP tlog-checkpoint v1.0, C2SP tlog-cosignature v1 (Ed25519, type 0x04).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hilt.core.errors import ProofInvalid
from hilt.record.ledger.exact_base64 import encode
from hilt.record.ledger.exact_number import is_number
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.merkle import LARGEST
from hilt.record.ledger.notes import Kind, Note, Verifier, decoded, open_note, read_signatures, signature


class Checkpoint(NamedTuple):
    """The tree of the log `origin` had this root when it had `size` entries.

    `extensions` are further lines, each ended by a newline; hilt writes none.
    """

    origin: str
    size: int
    root: bytes
    extensions: str = ""

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n{self.extensions}"

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """The checkpoint that the text of a note is. Raises `ProofInvalid`."""
        origin, size, root, *extensions = (*text.split("\n"), "", "")
        data = decoded("checkpoint", root)
        if not origin or not is_number(size) or len(data) != 32:
            raise ProofInvalid(f"checkpoint: {text[:100]!r} is no origin, size and root, each on a line of its own")
        told = cls(origin, int(size), data, "".join(f"{line}\n" for line in extensions if line))
        if told.size > LARGEST or told.text != text:
            raise ProofInvalid(f"checkpoint: {text[:100]!r} has an empty line, or a size that no log has")
        return told


def open_checkpoint(note: bytes | str, verifiers: Sequence[Verifier]) -> tuple[Checkpoint, Note]:
    """The checkpoint that a log signed, and its note with the signatures that `verifiers` verify. Raises `ProofInvalid`.

    The log signs with a key of its own name: a key of another log proves nothing, and a witness alone does not either.
    """
    opened = open_note(note, verifiers)
    told = Checkpoint.read(opened.text)
    logs = {(one.name, one.id) for one in verifiers if one.kind is Kind.LOG and one.name == told.origin}
    if not any((one.name, one.id) in logs for one in opened.signatures):
        raise ProofInvalid(f"checkpoint: no key of the log {told.origin!r} that is trusted here has signed it")
    return told, opened


def cosign(text: str, name: str, key: SigningKey, time: int) -> str:
    """The line that the witness `name` adds to the note of the checkpoint `text` at `time`, in seconds since 1970."""
    return signature(text, Verifier(name, key.public, Kind.WITNESS), key, time=time).line


def check_cosignature(text: str, line: str, verifier: Verifier) -> int:
    """When the witness signed the checkpoint `text`, in seconds since 1970. Raises `ProofInvalid` where it did not."""
    (told,) = read_signatures(line)[:1]
    if (told.name, told.id) != (verifier.name, verifier.id) or verifier.kind is not Kind.WITNESS:
        raise ProofInvalid(f"cosignature: it is by {told.name!r} ({told.id.hex()}), not by {verifier.text}")
    if not verifier.holds(text, told.signature):
        raise ProofInvalid(f"cosignature: that of {verifier.name!r} does not hold for this checkpoint")
    return told.time
