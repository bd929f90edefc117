"""Signed notes: a text that several keys sign, and the keys by which it is verified.

Specification: C2SP signed-note v1.0, with signatures of Ed25519 (type 0x01) and the timestamped cosignatures of witnesses in
Ed25519 (type 0x04) of C2SP tlog-cosignature v1. Signatures of keys that are not asked for are ignored, as it demands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple

from hilt.core.errors import FormatError, KeyUnusable, ProofInvalid
from hilt.record.ledger.exact_base64 import decode, encode
from hilt.record.ledger.keys import PublicKey, SigningKey

LARGEST = 1_000_000
"""Bytes of a note, as Go's implementation allows."""
MOST_SIGNATURES = 100
LATEST = 253_402_300_799
"""Seconds from 1970 to the end of the year 9999: no calendar tells a later time."""

_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo."""
_DASH = "\N{EM DASH} "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Kind(IntEnum):
    """How a key signs notes."""

    LOG = 0x01
    """Whoever says the text: Ed25519 over the text itself."""
    WITNESS = 0x04
    """Whoever saw the text at some time: Ed25519 over that time and the text."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that verifies notes, and its name. Two of one name are told apart by their ids."""

    name: str
    key: PublicKey
    kind: Kind = Kind.LOG

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise FormatError(f"{self.name[:100]!r} cannot name a key: a name has no blanks and no plus")
        if not self.key.der.startswith(_ED25519):
            raise KeyUnusable(f"notes are signed with Ed25519 keys alone, and this one is {self.key.details}")

    @property
    def raw(self) -> bytes:
        return self.key.der[len(_ED25519) :]

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return self.whole_id[:4]

    @property
    def whole_id(self) -> bytes:
        """The 32 bytes by which Sigstore names a log."""
        return sha256(b"%b\n%c%b" % (self.name.encode(), self.kind, self.raw)).digest()

    @property
    def text(self) -> str:
        """The verifier key: `name+id+key`."""
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.kind]) + self.raw)}"

    @classmethod
    def read(cls, text: str) -> Verifier:
        """The key that `text` is. Raises `FormatError`."""
        name, _, rest = text.strip().partition("+")
        told, _, encoded = rest.partition("+")
        data = decode(encoded)
        if len(data) != 33 or data[0] not in tuple(Kind):
            raise FormatError(f"{text[:200]!r} is no verifier key of Ed25519: name+id+key is needed here")
        verifier = cls(name, PublicKey.of_der(_ED25519 + data[1:]), Kind(data[0]))
        if told != verifier.id.hex():
            raise FormatError(
                f"the verifier key of {name[:100]!r} has the id {verifier.id.hex()}, and says {told[:20]!r}"
            )
        return verifier

    def holds(self, text: str, signature: bytes) -> bool:
        """Did this key sign `text`?"""
        if self.kind is Kind.LOG:
            return len(signature) == 64 and self.key.holds(signature, text.encode())
        time = _time(signature)
        return len(signature) == 72 and time <= LATEST and self.key.holds(signature[8:], cosigned(text, time))


class Signature(NamedTuple):
    """A line below the text of a note."""

    name: str
    id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        return f"{_DASH}{self.name} {encode(self.id + self.signature)}\n"

    @property
    def time(self) -> int:
        """When a witness signed, in seconds since 1970."""
        return _time(self.signature)


class Note(NamedTuple):
    """A text that ends with a newline, and what was signed of it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(one.line for one in self.signatures)


def sign_note(text: str, name: str, key: SigningKey) -> str:
    """The note of `text`, signed."""
    return str(Note(text, (signature(text, Verifier(name, key.public), key),)))


def signature(text: str, verifier: Verifier, key: SigningKey, *, time: int = 0) -> Signature:
    """What `key` signs of `text`; a witness signs the time along."""
    if verifier.kind is Kind.LOG:
        return Signature(verifier.name, verifier.id, key.sign(text.encode()))
    return Signature(verifier.name, verifier.id, time.to_bytes(8, "big") + key.sign(cosigned(text, time)))


def cosigned(text: str, time: int) -> bytes:
    """What a witness signs of a checkpoint."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def open_note(data: bytes | str, verifiers: Sequence[Verifier]) -> Note:
    """The note with those signatures that `verifiers` verify.

    Raises `ProofInvalid` where none does, where one that should does not, and where it is no note.
    """
    note = read_note(data)
    known = {(one.name, one.id): one for one in verifiers}
    signed = [(known[one.name, one.id], one) for one in note.signatures if (one.name, one.id) in known]
    for verifier, one in signed:
        if not verifier.holds(note.text, one.signature):
            raise ProofInvalid(f"note: the signature of {verifier.name!r} ({verifier.id.hex()}) does not hold")
    if not signed:
        by = ", ".join(f"{one.name!r} ({one.id.hex()})" for one in note.signatures[:5])
        raise ProofInvalid(f"note: none of its signatures is by a key that is trusted here; it is signed by {by}")
    return note._replace(signatures=tuple(one for _, one in signed))


def read_note(data: bytes | str) -> Note:
    """The note that `data` is, none of its signatures verified. Raises `ProofInvalid`."""
    try:
        told = data if isinstance(data, str) else data[: LARGEST + 1].decode()
        size = len(told.encode())
    except UnicodeError:
        raise ProofInvalid("note: it is not UTF-8") from None
    if size > LARGEST:
        raise ProofInvalid(f"note: more than {LARGEST} bytes")
    if found := _CONTROL.search(told):
        raise ProofInvalid(f"note: it holds the control character {ord(found[0]):#04x}")
    text, blank, lines = told.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise ProofInvalid("note: a text, an empty line and lines of signatures are needed here")
    return Note(text + "\n", read_signatures(lines))


def read_signatures(lines: str) -> tuple[Signature, ...]:
    """Lines of signatures, each ended by a newline. Raises `ProofInvalid`."""
    told = lines.removesuffix("\n").split("\n")
    if len(told) > MOST_SIGNATURES:
        raise ProofInvalid(f"note: more than {MOST_SIGNATURES} signatures")
    return tuple(_signature(line) for line in told)


def _signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = decoded("note", encoded) if line.startswith(_DASH) and is_name(name) else b""
    if len(data) < 5:
        raise ProofInvalid(f"note: {line[:100]!r} is no line of a signature")
    return Signature(name, data[:4], data[4:])


def is_name(name: str) -> bool:
    return bool(name) and "+" not in name and len(name.split()) == 1 and name == name.strip() and name.isprintable()


def decoded(what: str, text: str) -> bytes:
    """What base64 in `what` stands for. Raises `ProofInvalid`."""
    try:
        return decode(text)
    except FormatError as error:
        raise ProofInvalid(f"{what}: {error}") from None


def _time(signature: bytes) -> int:
    return int.from_bytes(signature[:8], "big")
