"""A log of a few entries in memory, and bundles of it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from hilt.core.events import (
    DecisionMade,
    Event,
    KeyAdded,
    LogKeyAdded,
    PersonStated,
    Question,
    Say,
    UseRequested,
    VerdictGiven,
    Words,
)
from hilt.core.verdict import Outcome
from hilt.record import statements
from hilt.record.bundles.bundle import Bundle, Contents
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.envelopes import Envelope, sign
from hilt.record.ledger.keys import SigningKey
from hilt.record.ledger.leaves import leaf
from hilt.record.ledger.merkle import inclusion, leaf_hash, node_hash, root
from hilt.record.ledger.notes import Verifier, sign_note
from hilt.record.ledger.receipts import Receipt
from hilt.record.statements import Statement
from sample_receipts import LOG_KEY, ORIGIN, ed25519_key

SUBJECT, USE = sha256(b"a model").hexdigest(), "support chatbot, EU"
REPORT, VERDICT = b'{"report": 1}', b'{"verdict": 1}'
ADMIN, BEN = ed25519_key(11), ed25519_key(12)
ADA, BEN_IS = "p-00000001", "p-00000002"


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def words(text: str) -> Words:
    return Words.of(text, bytes(16))


def verdict(outcome: Outcome = Outcome.REVIEW, *, report: bytes = REPORT) -> VerdictGiven:
    return VerdictGiven(
        subject=SUBJECT,
        reference="/models/a",
        outcome=outcome,
        policy="acme",
        policy_digest=digest(b"policy"),
        evidence=digest(report),
        report=digest(report),
        verdict=digest(VERDICT),
        questions=(Question(rule="legal", policy="acme", outcome=outcome, by=("admin",)),) if outcome else (),
    )


class SmallLog:
    """Entries of the log `origin`, which signs with `key`."""

    def __init__(self, origin: str = ORIGIN, key: SigningKey = LOG_KEY) -> None:
        self.origin, self.key = origin, key
        self.envelopes: list[Envelope] = []
        self.words: list[Words] = []
        self.add(LogKeyAdded(verifier=self.verifier.text))

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.origin, self.key.public)

    def add(self, event: Event, key: SigningKey | None = None, *, of: str = "") -> int:
        """The place of `event`, signed with `key` or by the log, for the log `of` or this one."""
        at = f"2026-11-21T10:00:{len(self.envelopes):02d}+00:00"
        self.envelopes.append(sign(statements.write(Statement(event, at, of or self.origin)), key or self.key))
        return len(self.envelopes) - 1

    def say(self, text: str) -> Words:
        self.words.append(words(text))
        return self.words[-1]

    def person(
        self, person: str, key: SigningKey, *, by: SigningKey | None = None, roles: tuple[str, ...] = ()
    ) -> None:
        name, contact = self.say(f"name of {person}"), self.say(f"{person}@example.org")
        self.add(PersonStated(person=person, name=name, contact=contact, roles=roles), by)
        self.add(KeyAdded(person=person, key=key.public.text), by)

    def receipts(self, places: Sequence[int], size: int = 0) -> tuple[Receipt, ...]:
        size = size or len(self.envelopes)
        leaves = [leaf_hash(leaf(one)) for one in self.envelopes]

        def subtree(level: int, number: int) -> bytes:
            half = level - 1
            return node_hash(subtree(half, 2 * number), subtree(half, 2 * number + 1)) if level else leaves[number]

        def read(named: Sequence[tuple[int, int]]) -> list[bytes]:
            return [subtree(*one) for one in named]

        note = sign_note(Checkpoint(self.origin, size, root(size, read)).text, self.origin, self.key)
        return tuple(Receipt(self.envelopes[one], one, size, inclusion(one, size, read), note) for one in places)

    def contents(self, places: Sequence[int], *, use: str = "", until: str = "2027-01-31") -> Contents:
        return Contents(
            subject=SUBJECT,
            use=use,
            log=self.origin,
            size=len(self.envelopes),
            at="2026-11-21T11:00:00+00:00",
            until=until,
            places=tuple(sorted(places)),
        )

    def bundle(self, places: Sequence[int] | None = None, *, use: str = "", until: str = "2027-01-31") -> Bundle:
        places = range(len(self.envelopes)) if places is None else places
        contents = sign(self.contents(places, use=use, until=until).write(), self.key)
        documents = {digest(one): one for one in (REPORT, VERDICT)}
        return Bundle(contents, self.receipts(places), documents, tuple(self.words))


def admitted() -> SmallLog:
    """A log in which Ben asked to use the model, and Ada, who is an administrator, said yes."""
    log = SmallLog()
    log.person(ADA, ADMIN, roles=("admin",))
    log.person(BEN_IS, BEN, by=ADMIN)
    log.add(verdict())
    case = log.add(UseRequested(subject=SUBJECT, use=USE, why=log.say("we need it")), BEN)
    log.add(decision(log, case), ADMIN)
    return log


def decision(log: SmallLog, case: int, *, use: str = USE) -> DecisionMade:
    return DecisionMade(
        subject=SUBJECT,
        use=use,
        say=Say.YES,
        policy_digest=digest(b"policy"),
        evidence=digest(REPORT),
        why=log.say("read and fine"),
        case=case,
        answers=(("legal", log.say("the licence allows it")),),
    )
