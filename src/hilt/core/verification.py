"""What is known of the signatures of a subject."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, NoReturn


class Signed(Enum):
    """How a signature stands, the best first; of several the best counts, but for `BROKEN`, which comes before `UNTRUSTED`."""

    VERIFIED = "verified"
    """By a trusted signer, over exactly the files that are here."""
    INCOMPLETE = "incomplete"
    """By a trusted signer, but the signer's own list leaves out files that are here."""
    CLAIMED = "claimed"
    """By a trusted signer, over the digests that a hub states; nobody here has seen the bytes."""
    UNREAD = "unread"
    """By a trusted signer, but some of the files could not be read."""
    BROKEN = "broken"
    """Over other files than are here, or not made by whom it names, or no signature at all."""
    UNTRUSTED = "untrusted"
    """It may hold, but is by nobody whom the caller trusts, or the trust has run out."""
    NONE = "none"
    """There is no signature."""

    @property
    def word(self) -> str:
        return self.value

    @property
    def exit_code(self) -> int:
        """0 where everything is signed, 20 where a signature is broken, 10 where a person must look."""
        return {Signed.VERIFIED: 0, Signed.BROKEN: 20}.get(self, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature file, held against the files that are here.

    `file` is where it lies. `kind` is "key", "certificate" or "identity" (Sigstore); `by` is who signed, as the signature
    itself names them, and `signers` are the trusted ones that it is from. `until` is the last day of the certificate, ISO
    8601. `model` is what the signer called the model, which binds nothing. `listed` is the number of files signed. The rest
    are paths: what differs from what was signed; what could not be compared and why; and what nobody signed although it
    is no fault: left out by the signer's list (`ignored`), by the format (`excluded`), empty files.
    """

    file: str
    state: Signed
    kind: str = ""
    by: str = ""
    signers: tuple[str, ...] = ()
    until: str = ""
    model: str = ""
    algorithm: str = ""
    listed: int = 0
    why: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All signatures of the subject at `reference`, and the names of those who are `trusted` to sign it.

    `size` is in bytes. `claimed` is the number of files whose digest is what a hub states; `remembered` are the bytes whose
    SHA-256 was taken from the digest store because their BLAKE3, made anew, is the one recorded with it. `verified_at` is a
    UTC time, ISO 8601: certificates are held against it.
    """

    reference: str
    state: Signed
    revision: str = ""
    signatures: tuple[Signature, ...] = ()
    trusted: tuple[str, ...] = ()
    files: int = 0
    size: int = 0
    claimed: int = 0
    remembered: int = 0
    verified_at: str = ""

    def __bool__(self) -> NoReturn:
        raise TypeError("a Verification is neither true nor false; compare its state: state is Signed.VERIFIED")


class WrittenSignature(NamedTuple):
    """A signature that was written to `file`: by whom, over how many files and bytes, and the paths that it says nothing of."""

    file: str
    by: str
    files: int
    size: int
    left_out: tuple[str, ...]
