"""What is remembered of a subject, and of the people who decide: one frozen dataclass for each kind of entry in the log.

An event is what an entry of the log says. Who signed it, when and at which place in the log stands in `Recorded`.
Digests are SHA-256 in lower-case hex, days ISO 8601 (`2027-01-31`, the last day on which something counts, in UTC) and empty
where there is no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import ClassVar, get_args

from hilt.core.verdict import Outcome

THE_LOG = "log"
"""Who signed an event where no person did: hilt itself, with the key of the log."""
SALT = 16
"""Bytes of a salt: always as many, or a letter could go over from the text to the salt, and the digest would be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a person said in words, or who somebody is. Only the digest of it is signed, so that the words can be erased while
    every signature and proof stays whole.

    `text` is None where the words were erased, or never came with the record. `salt` (hex) keeps short words from being guessed.
    """

    digest: str
    text: str | None = None
    salt: str = ""

    @classmethod
    def of(cls, text: str, salt: bytes) -> Words:
        """`text`, with `SALT` random bytes."""
        if len(salt) != SALT:
            raise ValueError(f"a salt of {len(salt)} bytes, where it takes {SALT}")
        return cls(digest=sha256(salt + text.encode("utf-8", "surrogatepass")).hexdigest(), text=text, salt=salt.hex())

    @property
    def hold(self) -> bool:
        """Is the text, where it is there, the one of which the digest was signed?"""
        return self.text is None or Words.of(self.text, bytes.fromhex(self.salt)) == self


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a rule asks of people before the subject may be used.

    `outcome` is review, or block for what only an exception gets past. `by` are the roles who may answer, empty where the
    policy names none; `approvals` is how many different people of those roles must say yes.
    """

    rule: str
    policy: str
    outcome: Outcome
    by: tuple[str, ...] = ()
    approvals: int = 1
    ask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictGiven:
    """hilt judged the subject. `report` and `verdict` are digests of the documents that are kept whole.

    `evidence` is the digest of what the verdict rests on, without times and versions: as long as it and `policy_digest` stay
    the same, an approval of an earlier verdict holds. `claimed` is true where the digests of files are what a hub states.
    """

    kind: ClassVar = "verdict"
    subject: str
    reference: str
    revision: str = ""
    outcome: Outcome
    policy: str
    policy_digest: str
    evidence: str
    report: str
    verdict: str
    questions: tuple[Question, ...] = ()
    claimed: bool = False

    @property
    def basis(self) -> tuple[str, str]:
        """What a decision has to be bound to, to be about this verdict."""
        return self.policy_digest, self.evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRequested:
    """A person asks to use the subject: it opens a case, whose number is the place of this entry in the log."""

    kind: ClassVar = "request"
    subject: str
    use: str
    why: Words


class Say(Enum):
    """What a person said of a request."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade:
    """A person decided for one named use, bound to the exact bytes, policy and evidence.

    `case` is the place of the request in the log, -1 where the verdict was admit and nobody had to be asked. `answers` are
    what the person said to the question of each rule. `exception` is true where it overrides a verdict of block; then `until`
    is never empty. `opened` is when the evidence was first shown to the person (UTC, ISO 8601; empty where nobody saw to it).
    """

    kind: ClassVar = "decision"
    subject: str
    use: str
    say: Say
    policy_digest: str
    evidence: str
    why: Words
    case: int = -1
    answers: tuple[tuple[str, Words], ...] = ()
    conditions: Words | None = None
    until: str = ""
    exception: bool = False
    opened: str = ""

    @property
    def basis(self) -> tuple[str, str]:
        """What it is bound to beside the bytes."""
        return self.policy_digest, self.evidence


class Remark(Enum):
    """What a remark is for: a view of one's own, before anything is decided; a question to whoever asked; or a word to all."""

    FOR = "for"
    AGAINST = "against"
    UNSURE = "unsure"
    ASKS = "asks"
    SAYS = "says"

    @property
    def is_view(self) -> bool:
        return self in (Remark.FOR, Remark.AGAINST, Remark.UNSURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarked:
    """A person said something of the case `case` and decided nothing. A view is one of this policy and this evidence."""

    kind: ClassVar = "remark"
    subject: str
    case: int
    says: Remark
    policy_digest: str
    evidence: str
    why: Words

    @property
    def basis(self) -> tuple[str, str]:
        """What it is about beside the bytes."""
        return self.policy_digest, self.evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A person took back what was decided: for one use, or with an empty `use` for all of them."""

    kind: ClassVar = "withdrawal"
    subject: str
    why: Words
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingBegun:
    """Somebody runs the subject. `place` is where (a cluster, a host, a product)."""

    kind: ClassVar = "holding"
    subject: str
    use: str
    place: str
    holder: Words
    """Who: a team or a person, and how to reach them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingEnded:
    """The holding of the entry `holding` is over."""

    kind: ClassVar = "holding-end"
    subject: str
    holding: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStated:
    """There is this person, with these roles from now on; none for somebody who has left.

    `person` is a name that tells nothing (`p-3f9a12cd`), `name` and `contact` tell who it is and can be erased.
    """

    kind: ClassVar = "person"
    person: str
    name: Words
    contact: Words
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAdded:
    """What is signed with this key, the person says. `key` is the base64 of its SubjectPublicKeyInfo in DER."""

    kind: ClassVar = "key"
    person: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRevoked:
    """The key signs nothing from now on; where it was `compromised`, nothing that it ever signed counts."""

    kind: ClassVar = "key-revocation"
    person: str
    key: str
    compromised: bool = False
    why: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeyAdded:
    """The log signs with the key of `verifier` (a verifier key of C2SP's signed-note) from now on; the old key says so.

    `continues` is the signed checkpoint at which another log ended, where this one was begun because a part of that was lost.
    """

    kind: ClassVar = "log-key"
    verifier: str
    continues: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The words with these digests were erased, at the wish of or for `person`."""

    kind: ClassVar = "erasure"
    person: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A bundle of another log, which is trusted here, was read: what it says of the subject counts here as well.

    `origin` names the log, `bundle` is the digest of its proofs, kept whole; they lead to `checkpoint`, a signed note, and
    `verdict` is the newest one in it. `words` came along with it. After the day `until` nothing of it allows anything: no
    longer than that does the log say that it was not withdrawn.
    """

    kind: ClassVar = "import"
    subject: str
    origin: str
    bundle: str
    checkpoint: str
    verdict: VerdictGiven
    until: str
    words: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FixityRun:
    """hilt digested `files` of the library anew, `size` bytes together. `damaged` are the SHA-256 of those whose bytes were not what they
    should be, or were gone; `repaired` those of them whose bytes were had from elsewhere again. Each names at most `MOST_DAMAGED`;
    of more, several entries tell. `unread` is in how many places of it something could not be read, of which nothing is known.
    """

    kind: ClassVar = "fixity"
    files: int
    size: int
    damaged: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    unread: int = 0


MOST_DAMAGED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs, as the log has it now. `keys` are those that count, each the base64 of its DER."""

    person: str
    name: Words
    contact: Words
    roles: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


Event = (
    VerdictGiven
    | UseRequested
    | DecisionMade
    | Remarked
    | Withdrawn
    | HoldingBegun
    | HoldingEnded
    | PersonStated
    | KeyAdded
    | KeyRevoked
    | LogKeyAdded
    | Erased
    | Imported
    | FixityRun
)

EVENTS: tuple[type[Event], ...] = get_args(Event)
"""Every kind of entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event at its place in the log, its signature and its proof verified when it was read.

    `by` is the person who signed it, or `THE_LOG`; `roles` are those that the person had when it was recorded. `at` is a UTC
    time, ISO 8601, of the machine that recorded it. `lapsed` says why it does not count any more (the key turned out to be
    compromised), empty where it counts. `origin` names the log it comes from, empty for our own; what was imported allows
    nothing after the day `until`, when nobody says any more that it was not withdrawn.
    """

    index: int
    at: str
    by: str
    event: Event
    roles: tuple[str, ...] = ()
    lapsed: str = ""
    origin: str = ""
    until: str = ""
