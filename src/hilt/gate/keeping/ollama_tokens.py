"""ollama-tokens: who an Ollama is. It proves the key that it has, and is given a token for one repository, and links to what is in it.

Specification: Ollama's server/auth.go, auth/auth.go. What it was told to ask for a token, it asks with `service`, `scope`, `ts` (seconds
since 1970) and `nonce`, and shows `KEY:SIGNATURE`: in base64 the key as OpenSSH has it, and what Ed25519 makes of `GET,URL,` and the base64 of
the SHA-256 of nothing in hex. The whole URL is signed, so a proof for another server, repository or moment is none here.
"""

from __future__ import annotations

import time
from base64 import b64encode
from functools import cached_property
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from hilt.core.errors import FormatError, NotAllowed
from hilt.core.library import Repository
from hilt.gate.keeping.ollama_proofs import SKEW, OllamaProofs
from hilt.gate.keeping.short_tokens import Holder, ShortTokens
from hilt.gate.recording.shared_keys import shared_key
from hilt.gate.settings import Settings
from hilt.gate.signing_in.ollama_codes import NAME, code_for, codes_key
from hilt.gate.signing_in.ollama_keys import OllamaKey, read, who_has

LINK = 12 * 3600
"""Seconds for which a link to a layer is good: Ollama asks for one, and for all parts of the layer there. With the key, it ends earlier."""
PREFIX = "ollama."
_LONGEST, _DIGITS = 4000, 12
_NOTHING = b64encode(sha256(b"").hexdigest().encode()).decode()
_NO_PROOF = "this is no proof of a key as Ollama makes one"


class OllamaTokens:
    """Of one server; used by many threads. `account` is where people add keys."""

    def __init__(self, settings: Settings, account: str) -> None:
        self._settings, self._account = settings, account
        self._proofs = OllamaProofs()

    def token(self, url: str, shown: str) -> str:
        """A token for whoever asked at `url`, and has `shown` this. Raises `NotAllowed`, `NotReady`."""
        key, signature = _shown(shown)
        repository, at, nonce = _asked(url)
        if not key.public.holds(signature, f"GET,{url},{_NOTHING}".encode()):
            raise NotAllowed(f"{_NO_PROOF}: the signature is not that of this key, for {url[:200]!a}")
        late = int(time.time()) - at
        if abs(late) > SKEW:
            raise NotAllowed(
                f"the clock of this Ollama is {abs(late)} seconds {'behind' if late > 0 else 'ahead'}, and may be {SKEW}: set it right"
            )
        known = who_has(key.digest, self._settings)
        if (
            known is not None
        ):  # of those whom nobody knows, nothing is remembered: their token opens what is open to all
            self._proofs.count(f"{key.digest} {nonce}", known.who.person.person)
        if repository.name == NAME or (known is None and not self._settings.library.anonymous):
            raise NotAllowed(self._told(key, is_known=known is not None))
        return PREFIX + self._tokens.grant(Holder(repository, key.digest if known is not None else ""))[0]

    def holder(self, token: str) -> Holder | None:
        """Whose token it is; None where it is none of ours, or is over."""
        found = self._tokens.holder(token.removeprefix(PREFIX)) if token.startswith(PREFIX) else None
        return found if found is not None and not found.what else None

    def link(self, holder: Holder, what: str) -> str:
        """What opens `what` in the repository, and nothing else, for whoever the holder is."""
        return self._tokens.grant(holder._replace(what=what), LINK)[0]

    def linked(self, link: str, repository: Repository, what: str) -> Holder:
        """Whose link it is. Raises `NotAllowed` where it leads elsewhere, or is over."""
        found = self._tokens.holder(link)
        if found is None or (found.repository, found.what) != (repository, what):
            raise NotAllowed("this link is over, or was made for something else; pull again")
        return found

    @cached_property
    def _tokens(self) -> ShortTokens:
        """Read when it is first needed, for most servers meet no Ollama."""
        return ShortTokens(shared_key("ollama tokens", self._settings))

    @cached_property
    def _codes_key(self) -> bytes:
        return codes_key(self._settings)

    def _told(self, key: OllamaKey, *, is_known: bool) -> str:
        if is_known:
            return "hilt knows this Ollama already; whoever added it sees on their account what it may pull"
        code = code_for(key.digest, self._codes_key)
        return f"hilt does not know this Ollama: within an hour, give this code at {self._account}#ollama: {code}"


def _shown(text: str) -> tuple[OllamaKey, bytes]:
    from hilt.record.ledger.exact_base64 import decode

    key, _, signature = text.partition(":")
    try:
        return read(key), decode(signature[:_LONGEST])
    except FormatError as error:
        raise NotAllowed(f"{_NO_PROOF}: {error}") from None


def _asked(url: str) -> tuple[Repository, int, str]:
    """The repository that a token is asked for, the time, and the number used once. Raises `NotAllowed`."""
    parts = urlsplit(url)
    try:
        query = parse_qs(parts.query, max_num_fields=20, strict_parsing=True)
        (service,), (scope,), (at,), (nonce,) = (query[name] for name in ("service", "scope", "ts", "nonce"))
        kind, name, action = scope.split(":")
        seconds = int(at[:_DIGITS])
    except (KeyError, ValueError):
        raise NotAllowed(f"{_NO_PROOF}: it takes one service, scope, ts and nonce") from None
    if (service, kind, action) != (parts.netloc, "repository", "pull") or not 16 <= len(nonce) <= 64:
        raise NotAllowed(
            f"{_NO_PROOF}: it is for {service[:100]!a} and {scope[:200]!a}, not to pull from {parts.netloc}"
        )
    return Repository("models", name), seconds, nonce
