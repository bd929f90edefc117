"""ollama-keys: an Ollama has no place for a token, and proves a key of its own; whose key that is stands on the page of an account.

The database has the SHA-256 of that key, and what it is for. No secret comes with a proof, so the key with which the person signs is
sealed with that of the server (desk.key): whoever has the database alone can neither use it, nor change what it is for.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import FormatError
from hilt.core.signed_in import ForLibrary, PassKind
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.desk_key import desk_key, desk_key_or_new
from hilt.gate.signing_in.ollama_codes import codes_key, digest_in
from hilt.gate.signing_in.passes import Asked, about, held, keep, key_in, may_make, row, signed_in

if TYPE_CHECKING:
    from hilt.record.ledger.keys import PublicKey

KIND = "ssh-ed25519"
_SSH = b"\0\0\0\x0bssh-ed25519\0\0\0\x20"
_DER = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of a key of Ed25519, by RFC 8709 and by RFC 8410."""
LONGEST = 1000
"""Letters of a key as OpenSSH writes it."""
_TAKEN = "this key is on an account already; where that is yours, end it first, else make another one: remove id_ed25519, and start Ollama anew"


class OllamaKey(NamedTuple):
    """A key that an Ollama has; `digest` is its SHA-256, in hex."""

    digest: str
    public: PublicKey


def read(text: str) -> OllamaKey:
    """The key that OpenSSH writes so, in base64. Raises `FormatError`."""
    from hilt.record.ledger.exact_base64 import decode
    from hilt.record.ledger.keys import PublicKey

    blob = decode(text[:LONGEST])
    if not blob.startswith(_SSH):
        raise FormatError(f"no key of the kind {KIND}")
    return OllamaKey(sha256(blob).hexdigest(), PublicKey.of_der(_DER + blob[len(_SSH) :]))


def add(asked: Asked, code: str, label: str, until: str, library: ForLibrary, settings: Settings) -> str:
    """From now until the day `until`, the Ollama that printed this code downloads as whoever asks. Returns the SHA-256 of its key.

    Raises `UsageError`, and `NotAllowed` where this is not asked for in a session.
    """
    from hilt.record.accounts.sealed import seal_with_secret

    own, label, end = may_make(asked, label, until)
    digest = digest_in(code, codes_key(settings))
    _make_room(digest, settings)
    told = row(asked.who.person, own, PassKind.OLLAMA, digest, until=end, label=label, library=library)
    stored = replace(told, sealed=seal_with_secret(own, desk_key_or_new(settings), about(told)))
    keep(stored, asked, settings, _TAKEN)
    return digest


def who_has(digest: str, settings: Settings) -> Asked | None:
    """Whose Ollama has the key with this SHA-256; None where nobody has, or no more. That the key was proven is for others to know."""
    stored = held(digest, [PassKind.OLLAMA], settings)
    if stored is None:
        return None
    found, person = stored
    key = key_in(found, desk_key(settings))
    return Asked(signed_in(found, person), key, digest) if key is not None else None


def fingerprint(digest: str) -> str:
    """As `ssh-keygen -l` tells a key with this SHA-256."""
    return f"SHA256:{b64encode(bytes.fromhex(digest)).decode().rstrip('=')}"


def _make_room(digest: str, settings: Settings) -> None:
    """Forgets whose key this was, where they can use it no more: they have left, say."""
    from hilt.record.accounts.store import forget

    with opened(settings) as record:
        found = record.accounts.find_pass(digest)
        if found is not None and who_has(digest, settings) is None:
            record.accounts.change(forget(found))
