"""Whether a bundle holds, and what it then says: everything in it is proven from the keys of the log that one trusts.

A log may have got new keys since: the old one signed that it did, so whoever trusts the old one has the new one by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hilt.core.errors import FormatError, ProofInvalid, ReportInvalid
from hilt.core.events import (
    THE_LOG,
    DecisionMade,
    Event,
    LogKeyAdded,
    Person,
    Recorded,
    UseRequested,
    VerdictGiven,
    Withdrawn,
    Words,
)
from hilt.core.standing import same_use
from hilt.record import statements
from hilt.record.bundles.bundle import Bundle, Contents
from hilt.record.documents import named
from hilt.record.ledger.checkpoints import Checkpoint, open_checkpoint
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.notes import Kind, Verifier
from hilt.record.ledger.receipts import check_receipt
from hilt.record.signers import KINDS, Signers
from hilt.record.statements import Statement
from hilt.record.words import filled, in_event

BEARING = (VerdictGiven, UseRequested, DecisionMade, Withdrawn)
"""What tells how a subject stands; who runs it stays where it is."""


class ProvenBundle(NamedTuple):
    """What a bundle says, every part of it proven.

    `keys` are those that the log has had. `seen` are witnesses who signed the same, with their times in seconds since 1970.
    """

    contents: Contents
    checkpoint: Checkpoint
    note: str
    entries: tuple[Recorded, ...]
    people: tuple[Person, ...]
    keys: tuple[Verifier, ...]
    seen: tuple[tuple[str, int], ...] = ()

    @property
    def verdict(self) -> VerdictGiven:
        """The newest verdict."""
        return next(one.event for one in reversed(self.entries) if isinstance(one.event, VerdictGiven))


def prove(bundle: Bundle, trusted: Sequence[Verifier] | None, words: Mapping[str, Words] | None = None) -> ProvenBundle:
    """What `bundle` says, with `words` beside those that it holds.

    `trusted` are keys of logs and of witnesses; None takes the log at its own word, as for what was proven when it was
    imported. Raises `ProofInvalid`.
    """
    try:
        told = {one.index: statements.read(one.envelope.payload) for one in bundle.receipts}
        contents = Contents.read(bundle.contents.payload)
        brought = _brought(bundle, told)
        verifiers = _vouched_for(brought, trusted)
    except (FormatError, ReportInvalid, ValueError, RecursionError) as error:
        raise ProofInvalid(f"bundle: {error}") from None
    checkpoint, seen = _in_one_log(bundle, contents, verifiers)
    signers = _signed(bundle, contents, told)
    if not bundle.contents.holds() or signers.by(bundle.contents.key.text, contents.size) != THE_LOG:
        raise ProofInvalid("bundle: what says which entries there are is not signed by the log")
    known = _only_named(bundle, [one.event for one in told.values()]) | dict(words or {})
    entries = tuple(_recorded(bundle, contents, told, signers, known))
    if not any(isinstance(one.event, VerdictGiven) for one in entries):
        raise ProofInvalid("bundle: it holds no verdict")
    people = tuple(
        replace(one, name=known[one.name.digest], contact=known[one.contact.digest]) for one in signers.people()
    )
    keys = tuple(verifier for _, verifier in brought)
    return ProvenBundle(contents, checkpoint, bundle.receipts[0].note, entries, people, keys, seen)


def _brought(bundle: Bundle, told: Mapping[int, Statement]) -> list[tuple[Envelope, Verifier]]:
    """The entries that bring keys of the log."""
    return [
        (receipt.envelope, Verifier.read(statement.event.verifier))
        for receipt in sorted(bundle.receipts, key=lambda one: one.index)
        if isinstance((statement := told[receipt.index]).event, LogKeyAdded)
    ]


def _vouched_for(
    brought: Sequence[tuple[Envelope, Verifier]], trusted: Sequence[Verifier] | None
) -> Sequence[Verifier]:
    """The keys that are trusted, and those that they vouch for."""
    if trusted is None:
        return [verifier for _, verifier in brought]
    verifiers = list(trusted)
    for envelope, verifier in brought:
        names = {(one.name, one.key) for one in verifiers if one.kind is Kind.LOG}
        if (verifier.name, envelope.key) in names and envelope.holds():
            verifiers.append(verifier)
    return verifiers


def _in_one_log(
    bundle: Bundle, contents: Contents, verifiers: Sequence[Verifier]
) -> tuple[Checkpoint, tuple[tuple[str, int], ...]]:
    """The checkpoint to which all proofs lead, and who saw it; raises `ProofInvalid` unless the entries are those that the log names."""
    notes = {one.note for one in bundle.receipts}
    if len(notes) != 1:
        raise ProofInvalid(f"bundle: its proofs lead to {len(notes)} checkpoints, and there must be one")
    checkpoint, note = open_checkpoint(notes.pop(), verifiers)
    for receipt in bundle.receipts:
        try:
            check_receipt(receipt, verifiers)
        except ProofInvalid as error:
            raise ProofInvalid(f"bundle, entry {receipt.index}: {error}") from None
    if (contents.log, contents.size) != (checkpoint.origin, checkpoint.size):
        raise ProofInvalid("bundle: what says which entries there are is of another log, or of another time")
    if contents.places != tuple(sorted(one.index for one in bundle.receipts)):
        raise ProofInvalid("bundle: its entries are not those that the log says there are: one was left out or put in")
    witnesses = {(one.name, one.id) for one in verifiers if one.kind is Kind.WITNESS}
    return checkpoint, tuple((one.name, one.time) for one in note.signatures if (one.name, one.id) in witnesses)


def _signed(bundle: Bundle, contents: Contents, told: Mapping[int, Statement]) -> Signers:
    """Who signed what; raises `ProofInvalid` where somebody did who may not, or of something else."""
    signers = Signers(contents.log)
    keys = {one.index: one.envelope.key.text for one in bundle.receipts}
    for place, (event, at, log) in sorted(told.items()):
        why = "it is of another log" if log != contents.log else ""
        if event.kind in KINDS:
            why = why or signers.add(event, keys[place], place, at)
        elif not _bears(event, contents):
            why = "it bears on something else than the bundle is about"
        if why := why or signers.why_not(event, keys[place], place):
            raise ProofInvalid(f"bundle, entry {place}: {why}")
    return signers


def _bears(event: Event, contents: Contents) -> bool:
    return isinstance(event, BEARING) and event.subject == contents.subject and concerns(event, contents.use)


def concerns(event: Event, use: str) -> bool:
    """Does it bear on `use`? Everything does where that is empty."""
    of = getattr(event, "use", "")
    return not use or not of or same_use(of, use)


def _only_named(bundle: Bundle, events: Iterable[Event]) -> dict[str, Words]:
    """The words by digest; raises `ProofInvalid` where the bundle holds what no entry names."""
    events = list(events)
    said = {one.digest for event in events for one in in_event(event)}
    documents = {digest for event in events for digest in named(event)}
    if not set(bundle.documents) <= documents or not {one.digest for one in bundle.words} <= said:
        raise ProofInvalid("bundle: it holds documents or words that none of its entries names")
    return {digest: Words(digest=digest) for digest in said} | {one.digest: one for one in bundle.words}


def _recorded(
    bundle: Bundle, contents: Contents, told: Mapping[int, Statement], signers: Signers, known: Mapping[str, Words]
) -> Iterable[Recorded]:
    first: dict[tuple[str, bytes], int] = {}
    for receipt in sorted(bundle.receipts, key=lambda one: one.index):
        event, at, log = told[receipt.index]
        if event.kind in KINDS:
            continue
        key = receipt.envelope.key.text
        by = signers.by(key, receipt.index)
        earlier = first.setdefault((key, receipt.envelope.payload), receipt.index)
        yield Recorded(
            index=receipt.index,
            at=at,
            by=by,
            event=filled(event, known),
            roles=signers.roles(by, receipt.index),
            lapsed=signers.lapsed(key) if earlier == receipt.index else f"it repeats entry {earlier}",
            origin=log,
            until=contents.until,
        )
