"""Who asks, where a door knows people by what they show: the cookie of a session, a token, a one-time link."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hilt.core.events import Person


class PassKind(Enum):
    """What a secret is for whose holder is taken for a person."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105
    INVITATION = "invitation"
    LIBRARY = "library"
    """Of a client that downloads from the library, or uploads to it; it opens nothing else."""
    OLLAMA = "ollama"
    """The same for an Ollama that downloads, which has no place for a secret and proves a key of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForLibrary:
    """What a token of the library is for, or the key of an Ollama: the `use`, patterns of the repositories (`names`), and whether something
    is uploaded with it."""

    use: str
    names: tuple[str, ...] = ("*",)
    writes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person, as the log has them now, and the pass that they showed. Times are UTC, ISO 8601.

    With `only_reads`, whoever has this pass signs nothing, whatever roles the person has. `library` is there of its tokens and keys alone.
    """

    person: Person
    name: str
    kind: PassKind
    label: str
    begun: str
    until: str
    only_reads: bool = False
    library: ForLibrary | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an administrator hands to `person`: a link with a secret, which works once, `until` then, and is shown once.

    `again` is true where the person signed in with something else before, which has ended.
    """

    person: Person
    secret: str
    link: str
    until: str
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKey:
    """A key of a person: the entry of the log that says so, its time, and who signed that. `is_here` is true of the one with which
    they sign when they are signed in; another one is in a file, or somebody else has it.
    """

    key: str
    entry: int
    at: str
    by: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody for whom `issuer` vouches, and whom no administrator has let in yet. `person` is what the log will call them;
    `name` and `contact` are what the issuer says. `since` is when they came first (UTC, ISO 8601).
    """

    person: str
    issuer: str
    name: str
    contact: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """A pass that a person has given out; its secret is nowhere. `digest` names it, `shown` is true of the one in use now."""

    digest: str
    kind: PassKind
    label: str
    begun: str
    until: str
    only_reads: bool
    shown: bool
    library: ForLibrary | None = None
