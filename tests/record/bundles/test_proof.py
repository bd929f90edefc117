"""Bundles: what is proven by the log's key alone, and everything that somebody may have done to one on its way."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from hilt.core.errors import ProofInvalid
from hilt.core.events import (
    DecisionMade,
    HoldingBegun,
    KeyRevoked,
    LogKeyAdded,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.verdict import Outcome
from hilt.record import statements
from hilt.record.bundles.bundle import Bundle
from hilt.record.bundles.proof import ProvenBundle, prove
from hilt.record.bundles.zip_file import pack, unpack
from hilt.record.ledger.checkpoints import Checkpoint, cosign
from hilt.record.ledger.envelopes import Envelope, sign
from hilt.record.ledger.notes import Kind, Verifier, read_note
from hilt.record.statements import Statement
from record.small_log import (
    ADA,
    ADMIN,
    BEN,
    BEN_IS,
    REPORT,
    SUBJECT,
    USE,
    SmallLog,
    admitted,
    decision,
    digest,
    verdict,
    words,
)
from sample_receipts import ed25519_key

VERDICT_AT, CASE, YES = 5, 6, 7


def proven(log: SmallLog, bundle: Bundle | None = None) -> ProvenBundle:
    bundle = bundle or log.bundle()
    return prove(Bundle.read(bundle.write([log.verifier])), [log.verifier])


def test_a_bundle_says_what_its_log_has_and_who_signed_it() -> None:
    log = admitted()
    told = proven(log)
    assert [(one.index, one.event.kind, one.by) for one in told.entries] == [
        (VERDICT_AT, "verdict", "log"),
        (CASE, "request", BEN_IS),
        (YES, "decision", ADA),
    ]
    yes = told.entries[2]
    assert isinstance(yes.event, DecisionMade)
    assert (yes.roles, yes.origin, yes.until) == (("admin",), log.origin, "2027-01-31")
    assert yes.event.why.text == "read and fine"
    assert told.verdict == verdict()
    assert [(one.person, one.name.text) for one in told.people] == [
        (ADA, f"name of {ADA}"),
        (BEN_IS, f"name of {BEN_IS}"),
    ]


def test_it_is_the_same_file_every_time() -> None:
    log = admitted()
    assert log.bundle().write([log.verifier]) == log.bundle().write([log.verifier])


def test_without_words_everything_is_still_proven() -> None:
    log = admitted()
    told = proven(log, log.bundle()._replace(words=()))
    yes = told.entries[2].event
    assert isinstance(yes, DecisionMade)
    assert yes.why == Words(digest=words("read and fine").digest)


def test_words_that_are_kept_elsewhere_are_filled_in() -> None:
    log = admitted()
    bundle = log.bundle()
    told = prove(bundle._replace(words=(), documents={}), None, {one.digest: one for one in bundle.words})
    assert told == proven(log)


def test_a_log_that_is_not_trusted_proves_nothing() -> None:
    log = admitted()
    stranger = Verifier(log.origin, ed25519_key(99).public)
    for trusted in ([], [stranger], [Verifier("other.example", log.key.public)]):
        with pytest.raises(ProofInvalid, match=r"no key|by a key that is trusted"):
            prove(log.bundle(), trusted)


def test_who_trusts_the_old_key_of_a_log_has_its_new_one_by_it() -> None:
    log = admitted()
    old, new = log.verifier, ed25519_key(50)
    log.add(LogKeyAdded(verifier=Verifier(log.origin, new.public).text))
    log.key = new
    log.add(verdict(report=b"newer"))
    assert prove(log.bundle(), [old]).verdict.report == digest(b"newer")
    assert prove(log.bundle(), [log.verifier]).checkpoint.size == len(log.envelopes)


def test_a_new_key_that_the_old_one_did_not_sign_for_is_not_trusted() -> None:
    log = admitted()
    old, thief = log.verifier, ed25519_key(51)
    log.add(LogKeyAdded(verifier=Verifier(log.origin, thief.public).text), thief)
    log.key = thief
    with pytest.raises(ProofInvalid, match="by a key that is trusted"):
        prove(log.bundle(), [old])


def test_a_witness_who_is_trusted_tells_when_it_saw_the_log() -> None:
    log, key = admitted(), ed25519_key(60)
    bundle = log.bundle()
    note = bundle.receipts[0].note
    line = cosign(read_note(note).text, "witness.example", key, 1_800_000_000)
    seen = bundle._replace(receipts=tuple(replace(one, note=note + line) for one in bundle.receipts))
    witness = Verifier("witness.example", key.public, Kind.WITNESS)
    assert prove(seen, [log.verifier, witness]).seen == (("witness.example", 1_800_000_000),)
    assert prove(seen, [log.verifier]).seen == ()
    with pytest.raises(ProofInvalid):  # a witness alone does not speak for a log
        prove(seen, [witness])


def test_a_withdrawal_that_is_left_out_is_missed() -> None:
    log = admitted()
    gone = log.add(Withdrawn(subject=SUBJECT, why=log.say("recalled")), ADMIN)
    whole = log.bundle()
    kept = tuple(one for one in whole.receipts if one.index != gone)
    with pytest.raises(ProofInvalid, match="one was left out"):
        prove(whole._replace(receipts=kept), [log.verifier])
    forged = sign(log.contents([one.index for one in kept]).write(), BEN)
    with pytest.raises(ProofInvalid, match="not signed by the log"):
        prove(whole._replace(receipts=kept, contents=forged, words=()), [log.verifier])


def test_parts_of_two_bundles_are_not_one() -> None:
    log = admitted()
    before = log.bundle()
    log.add(Withdrawn(subject=SUBJECT, why=log.say("recalled")), ADMIN)
    after = log.bundle()
    with pytest.raises(ProofInvalid, match="of another time"):
        prove(after._replace(contents=before.contents), [log.verifier])
    with pytest.raises(ProofInvalid, match="2 checkpoints"):
        prove(after._replace(receipts=(*before.receipts, after.receipts[-1])), [log.verifier])


def test_what_is_about_something_else_has_no_place_in_it() -> None:
    cases: list[tuple[Callable[[SmallLog], object], str]] = [
        (lambda log: log.add(replace(verdict(), subject=digest(b"another model"))), "something else"),
        (
            lambda log: log.add(HoldingBegun(subject=SUBJECT, use=USE, place="x", holder=log.say("us")), BEN),
            "something",
        ),
        (lambda log: log.add(verdict(), of="other.example"), "another log"),
        (lambda log: log.add(verdict(), BEN), "log alone"),
        (lambda log: log.add(decision(log, CASE), ed25519_key(77)), "nobody"),
        (lambda log: log.person("p-00000003", ed25519_key(3), by=BEN, roles=("legal",)), "role admin"),
    ]
    for add, why in cases:
        log = admitted()
        add(log)
        with pytest.raises(ProofInvalid, match=why):
            prove(log.bundle(), [log.verifier])


def test_a_bundle_for_one_use_holds_nothing_of_another() -> None:
    log = admitted()
    log.add(decision(log, -1, use="another"), ADMIN)
    with pytest.raises(ProofInvalid, match="something else"):
        prove(log.bundle(use=USE), [log.verifier])
    places = range(YES + 1)
    told = prove(log.bundle(places, use=f" {USE.upper()}")._replace(words=()), [log.verifier])
    assert [one.index for one in told.entries] == [VERDICT_AT, CASE, YES]


def test_what_a_compromised_key_signed_does_not_count() -> None:
    log = admitted()
    carl = ed25519_key(13)
    log.person("p-00000003", carl, by=ADMIN, roles=("admin",))
    why = log.say("lost")
    log.add(KeyRevoked(person=ADA, key=ADMIN.public.text, compromised=True, why=why), carl)
    assert "compromised" in proven(log).entries[2].lapsed


def test_documents_and_words_that_nothing_names_are_refused() -> None:
    log = admitted()
    bundle = log.bundle()
    for changed in (
        bundle._replace(documents={**bundle.documents, digest(b"more"): b"more"}),
        bundle._replace(words=(*bundle.words, words("more"))),
    ):
        with pytest.raises(ProofInvalid, match="none of its entries names"):
            prove(changed, [log.verifier])


def test_the_newest_verdict_is_there_with_its_documents() -> None:
    log = SmallLog()
    log.person(ADA, ADMIN, roles=("admin",))
    with pytest.raises(ProofInvalid, match="no verdict"):
        prove(log.bundle()._replace(documents={}), [log.verifier])


def rewritten(whole: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The file with one member changed, packed as hilt packs it."""
    members = unpack(whole)
    (found,) = [one for one in members if name in one]
    return pack({**members, found: change(members[found])})


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("bundle.json", lambda data: data[:-1]),
        ("bundle.json", lambda data: data + b" "),
        ("bundle.json", lambda data: b"\xff" + data),
        ("words.json", lambda data: data.replace(b"fine", b"evil")),
        ("words.json", lambda data: b"[" * 100_000),
        ("words.json", lambda data: b'[{"sha256": 1}]'),
        (digest(REPORT), lambda data: data + b" "),
        ("000000000007", lambda data: data[:-9]),
        ("000000000007", lambda data: data.replace(b'"logIndex": "7"', b'"logIndex": "6"')),
        ("000000000007", lambda data: b"[" * 100_000),
    ],
)
def test_a_member_that_was_changed_is_named(name: str, change: Callable[[bytes], bytes]) -> None:
    log = admitted()
    with pytest.raises(ProofInvalid):
        Bundle.read(rewritten(log.bundle().write([log.verifier]), name, change))


def test_what_would_grow_in_memory_is_refused_before_it_does() -> None:
    """Three bytes of JSON are a list of sixty bytes, and each of many quotation marks once was a text of its own."""
    whole = admitted().bundle().write([admitted().verifier])
    lists = b"[" + b"[]," * 2_100_000 + b"[]]"
    with pytest.raises(ProofInvalid, match="header_entries"):
        Bundle.read(rewritten(whole, "words.json", lambda _: lists))
    many = Envelope.read(unpack(whole)["bundle.json"].decode())._replace(payload=lists).text().encode()
    for filled in (b'"' * (32 << 20), many):
        data = pack({**unpack(whole), "bundle.json": filled})
        tracemalloc.start()
        with pytest.raises(ProofInvalid, match=r"not written as hilt writes one|no public key"):
            Bundle.read(data)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(data)
        tracemalloc.stop()


def test_names_that_lead_out_of_a_folder_are_refused() -> None:
    log = admitted()
    members = unpack(log.bundle().write([log.verifier]))
    for name in (
        "../x.json",
        "/etc/passwd",
        "documents/../x.json",
        "receipts/7.json",
        f"documents/{'0' * 64}.json",
        "",
    ):
        with pytest.raises(ProofInvalid, match=r"no member|not as hilt"):
            Bundle.read(pack({**members, name: b"{}"}))


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["predicate"].update(more=1),
        lambda told: told["predicate"].update(places=[1, "2"]),
        lambda told: told["predicate"].update(places={}),
        lambda told: told["predicate"].update(until="soon"),
        lambda told: told.update(subject=[]),
        lambda told: told.update(predicateType="urn:hilt:bundle:2"),
        lambda told: told.pop("predicate"),
    ],
)
def test_contents_are_read_as_strictly_as_they_are_written(change: Callable[[dict[str, object]], object]) -> None:
    log = admitted()
    told = json.loads(log.bundle().contents.payload)
    change(told)
    signed = sign(json.dumps(told, sort_keys=True, separators=(",", ":")).encode(), log.key)
    with pytest.raises(ProofInvalid, match="bundle: "):
        prove(log.bundle()._replace(contents=signed), [log.verifier])


def test_a_fork_of_a_log_is_another_checkpoint() -> None:
    """Both are signed by the log; that there are two of one size is for whoever has seen both."""
    one, other = admitted(), admitted()
    one.add(verdict(Outcome.ADMIT))
    other.add(verdict(Outcome.BLOCK))
    first, second = proven(one).checkpoint, proven(other).checkpoint
    assert (first.origin, first.size) == (second.origin, second.size)
    assert isinstance(first, Checkpoint)
    assert first.root != second.root


def test_requests_are_told_with_their_words() -> None:
    request = proven(admitted()).entries[1].event
    assert isinstance(request, UseRequested)
    assert request.why.text == "we need it"
    assert isinstance(proven(admitted()).verdict, VerdictGiven)


def test_whatever_is_changed_in_a_member_the_bundle_holds_as_it_was_or_does_not() -> None:
    log, random = admitted(), Random(8)
    whole = log.bundle().write([log.verifier])
    members, honest = unpack(whole), proven(log)
    for _ in range(600):
        name = random.choice(list(members))
        changed = {**members, name: mutated(members[name], random)}
        try:
            told = prove(Bundle.read(pack(changed)), [log.verifier])
        except ProofInvalid:
            continue
        assert signed(told) == signed(honest), name


def signed(told: ProvenBundle) -> list[tuple[object, ...]]:
    """What a bundle says, without the words that may be left out."""
    return [
        (
            one.index,
            one.by,
            one.roles,
            one.lapsed,
            one.until,
            statements.write(Statement(one.event, one.at, one.origin)),
        )
        for one in told.entries
    ]


def mutated(data: bytes, random: Random) -> bytes:
    """A byte, or a value of the JSON, is another one or gone."""
    if random.random() < 0.3:
        at = random.randrange(len(data))
        return data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
    value = json.loads(data)
    inside = value
    while isinstance(inside, dict | list) and inside:
        key = random.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
        if random.random() < 0.4 or not isinstance(inside[key], dict | list):
            inside[key] = random.choice([None, True, -1, 10**30, 1.5, "", "x", "\ud800", [], {}, [{}], {"more": 1}])
            break
        inside = inside[key]
    return json.dumps(value).encode()
