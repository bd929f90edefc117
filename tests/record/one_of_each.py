"""A record with an entry of every kind: three people, a model that was asked for, admitted, held and withdrawn, and an import."""

from __future__ import annotations

import shutil
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hilt.core.events import (
    DecisionMade,
    FixityRun,
    HoldingBegun,
    HoldingEnded,
    Imported,
    KeyAdded,
    KeyRevoked,
    PersonStated,
    Question,
    Remark,
    Remarked,
    Say,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.verdict import Outcome
from hilt.record.record import Record
from record.small_log import REPORT, VERDICT, SmallLog, admitted, verdict
from record.small_log import SUBJECT as IMPORTED
from sample_receipts import ed25519_key

LOG_KEY, ANNA_KEY, BEN_KEY, CARL_KEY, CARLS_OLD_KEY, NOBODYS_KEY = (ed25519_key(number) for number in range(21, 27))
ANNA, BEN, CARL = "p-0000000a", "p-0000000b", "p-0000000c"
ORIGIN = "hilt/one-of-each"
SUBJECT, OTHER, ELSEWHERE = (sha256(name).hexdigest() for name in (b"model", b"other model", b"third model"))
POLICY, USE = sha256(b"policy").hexdigest(), "support chatbot, EU"
ASKED = Question(rule="licence", policy="default", outcome=Outcome.REVIEW, by=("legal",), ask="Does it allow our use?")

_salts = count()


class Places(NamedTuple):
    """Where entries stand."""

    verdict: int
    request: int
    decision: int
    holding: int


def said(text: str) -> Words:
    return Words.of(text, next(_salts).to_bytes(16, "big"))


def judged(
    subject: str = SUBJECT, outcome: Outcome = Outcome.REVIEW, report: bytes = b"a report"
) -> tuple[VerdictGiven, tuple[bytes, ...]]:
    """A verdict and its documents."""
    documents = (report + subject.encode(), b"verdict on " + report)
    event = VerdictGiven(
        subject=subject,
        reference=f"hf:acme/{subject[:4]}",
        revision="main",
        outcome=outcome,
        policy="default",
        policy_digest=POLICY,
        evidence=sha256(report).hexdigest(),
        report=sha256(documents[0]).hexdigest(),
        verdict=sha256(documents[1]).hexdigest(),
        questions=(ASKED,) if outcome else (),
    )
    return event, documents


def decided(case: int = -1, *, say: Say = Say.YES, subject: str = SUBJECT) -> DecisionMade:
    return DecisionMade(
        subject=subject,
        use=USE,
        say=say,
        policy_digest=POLICY,
        evidence=sha256(b"a report").hexdigest(),
        why=said("it is fine"),
        case=case,
        answers=((ASKED.rule, said("it does")),),
        conditions=said("only in the EU"),
        until="2027-01-31",
    )


def remarked(case: int, says: Remark = Remark.ASKS) -> Remarked:
    """A question to whoever asked, or something else, of a model that only remarks are about."""
    return Remarked(
        subject=ELSEWHERE,
        case=case,
        says=says,
        policy_digest=POLICY,
        evidence=sha256(b"a report").hexdigest(),
        why=said("who reads the answers?"),
    )


def with_people(where: str) -> Record:
    """A record with Anna, an administrator, and Ben and Carl; one key of Carl's is revoked."""
    record = Record.create(where, log_key=LOG_KEY, origin=ORIGIN)
    record.commit([stated(ANNA, "Anna", "admin", "legal"), KeyAdded(person=ANNA, key=ANNA_KEY.public.text)])
    for person, name, keys in ((BEN, "Ben", (BEN_KEY,)), (CARL, "Carl", (CARLS_OLD_KEY, CARL_KEY))):
        added = [KeyAdded(person=person, key=key.public.text) for key in keys]
        record.commit([stated(person, name, "legal"), *added], key=ANNA_KEY)
    record.commit([KeyRevoked(person=CARL, key=CARLS_OLD_KEY.public.text, why=said("a new one"))], key=ANNA_KEY)
    return record


def stated(person: str, name: str, *roles: str) -> PersonStated:
    return PersonStated(person=person, name=said(name), contact=said(f"{name.lower()}@example.org"), roles=roles)


def one_of_each(where: str) -> tuple[Record, Places]:
    """The record, open, and where in its log is what tests look for; of those in SQLite each is a copy of the first."""
    if where.startswith("postgresql:"):
        return _made(where)
    folder, places = _first()
    shutil.copyfile(Path(folder.name, "record.db"), where)
    return Record.open(where, log_key=LOG_KEY), places


@cache
def _first() -> tuple[TemporaryDirectory[str], Places]:
    """The record that is copied; it is gone when the process ends."""
    folder = TemporaryDirectory(prefix="hilt-one-of-each-")
    record, places = _made(str(Path(folder.name, "record.db")))
    record.close()
    return folder, places


def _made(where: str) -> tuple[Record, Places]:
    record = with_people(where)
    event, documents = judged()
    (given,) = record.commit([event], documents=documents)
    (request,) = record.commit([UseRequested(subject=SUBJECT, use=USE, why=said("we need it"))], key=CARL_KEY)
    (decision,) = record.commit([decided(request.index)], key=BEN_KEY)
    held = [HoldingBegun(subject=SUBJECT, use=USE, place=f"cluster {n}", holder=said("team B")) for n in (1, 2)]
    begun, lasting = record.commit(held, key=CARL_KEY)
    record.commit([HoldingEnded(subject=SUBJECT, holding=begun.index)], key=CARL_KEY)
    record.commit([Withdrawn(subject=SUBJECT, why=said("it turned out bad"), use=USE)], key=ANNA_KEY)
    event, documents = judged(OTHER, Outcome.ADMIT, b"another report")
    record.commit([event], documents=documents)
    record.commit([UseRequested(subject=OTHER, use=USE, why=said("we may need it"))], key=BEN_KEY)
    record.commit([decided(subject=OTHER)], key=CARL_KEY)
    record.commit([remarked(request.index), remarked(request.index, Remark.FOR)], key=CARL_KEY)
    bring(record, admitted())
    gone = said("nobody should know")
    record.commit([Withdrawn(subject=OTHER, why=gone)], key=BEN_KEY)
    record.erase(BEN, [gone.digest], key=ANNA_KEY)
    record.commit([FixityRun(files=2, size=10, damaged=(OTHER,), repaired=(OTHER,), unread=1)])
    return record, Places(given.index, request.index, decision.index, lasting.index)


def bring(record: Record, log: SmallLog) -> None:
    """Imports all that `log` has of its model."""
    bundle = log.bundle()
    proofs = bundle._replace(words=(), documents={}).write([log.verifier])
    event = Imported(
        subject=IMPORTED,
        origin=log.origin,
        bundle=sha256(proofs).hexdigest(),
        checkpoint=bundle.receipts[0].note,
        verdict=verdict(),
        until="2027-01-31",
        words=tuple(log.words),
    )
    record.commit([event], key=ANNA_KEY, documents=(proofs, REPORT, VERDICT))
