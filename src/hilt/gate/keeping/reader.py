"""Who asks the library, and what for."""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.library import Repository
from hilt.core.repository_patterns import any_matches
from hilt.core.signed_in import PassKind
from hilt.gate.settings import Settings
from hilt.gate.signing_in.ollama_keys import who_has
from hilt.gate.signing_in.passes import Asked, who


class Reader(NamedTuple):
    """Whoever asks, for one `use`. `asked` is None where nobody is known; `names` are patterns of the repositories that they may have.

    `label` is what they call their token.
    """

    use: str
    asked: Asked | None = None
    names: tuple[str, ...] = ("*",)
    writes: bool = False
    label: str = ""

    def may_have(self, repository: Repository) -> bool:
        """Is it one of those that the token is for?"""
        return any_matches(self.names, repository)


def pass_of(reader: Reader) -> str:
    """The digest of the pass that was shown; empty for whoever is not known."""
    return reader.asked.pass_digest if reader.asked is not None else ""


def reader_of(secret: str, settings: Settings) -> Reader | None:
    """Whose token of the library the secret is; without one, a reader whom nobody knows, where the settings let them in.

    None for everybody else: with a token that is none, or is over, nobody falls back to being unknown.
    """
    if not secret:
        return Reader(settings.library.anonymous) if settings.library.anonymous else None
    return _reader(who(secret, [PassKind.LIBRARY], settings))


def reader_with_key(digest: str, settings: Settings) -> Reader | None:
    """Whose Ollama has the key with this SHA-256, which it has proven; without one, as without a token."""
    return _reader(who_has(digest, settings)) if digest else reader_of("", settings)


def _reader(asked: Asked | None) -> Reader | None:
    if asked is None or asked.key is None or asked.who.library is None:
        return None
    told = asked.who.library
    return Reader(told.use, asked, told.names, told.writes, asked.who.label)
