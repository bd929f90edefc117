"""Receipts: prove to others what stands in the log, and verify what they prove to us, with nothing but the key of the log."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hilt.core.errors import FormatError, KeyUnusable, ProofInvalid, RecordUnreachable
from hilt.core.events import THE_LOG, Recorded
from hilt.core.log import Proven
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.named_file import Named, read_named
from hilt.gate.record import opened
from hilt.gate.recording.verifier_keys import read_verifiers
from hilt.gate.settings import Settings
from hilt.record import statements
from hilt.record.ledger.checkpoints import Checkpoint, open_checkpoint
from hilt.record.ledger.envelopes import Envelope
from hilt.record.ledger.notes import Kind, Verifier, read_note
from hilt.record.ledger.proofs import HEADER, TlogProof
from hilt.record.ledger.receipts import LARGEST, Receipt, bundle, check_receipt, read_receipt

FORMATS = ("sigstore", "tlog-proof")


def proof(place: int, form: str, settings: Settings) -> bytes:
    """The file that proves the entry at `place`. Raises `RecordError`."""
    with opened(settings) as record:
        receipt = record.log.prove(place)
        if form == "sigstore":
            return bundle(receipt, record.log.verifiers())
    extra = receipt.envelope.text().encode()
    return TlogProof(index=receipt.index, path=receipt.path, note=receipt.note, extra=extra).text.encode()


def verify(file: Named, keys: Sequence[str], settings: Settings) -> Proven:
    """What the receipt in `file` proves. `keys` are verifier keys: of the log, and of witnesses who must all have signed.

    Without `keys`, those of the settings count and those of the record here. Raises `ProofInvalid`, `UsageError`.
    """
    receipt = _read(read_named("RECEIPT", str(file), LARGEST))
    verifiers = read_verifiers("--key", keys) if keys else _trusted(settings)
    check_receipt(receipt, verifiers)
    checkpoint, note = open_checkpoint(receipt.note, verifiers)
    signed = {(one.name, one.id): one for one in note.signatures}
    witnesses = [one for one in verifiers if one.kind is Kind.WITNESS]
    if keys and (missing := next((one for one in witnesses if (one.name, one.id) not in signed), None)):
        raise ProofInvalid(f"the witness {missing.name!r} has not signed the checkpoint of this receipt")
    event, at, log = statements.read(receipt.envelope.payload)
    if log != checkpoint.origin:
        raise ProofInvalid(
            f"the entry was signed for the log {log!r}, and stands in {checkpoint.origin!r}: it counts nowhere"
        )
    key = receipt.envelope.key
    by = THE_LOG if any(one.key == key for one in verifiers if one.kind is Kind.LOG) else key.text
    return Proven(
        recorded=Recorded(index=receipt.index, at=at, by=by, event=event),
        origin=log,
        size=receipt.size,
        key=key.text,
        witnessed=tuple((one.name, signed[one.name, one.id].time) for one in witnesses if (one.name, one.id) in signed),
        statement=json.loads(receipt.envelope.payload),
    )


def _read(data: bytes) -> Receipt:
    """A receipt in either format. Raises `ProofInvalid`."""
    if not data.startswith(HEADER.encode()):
        return read_receipt(data)
    told = TlogProof.read(data)
    if not told.extra:
        raise ProofInvalid(
            "proof: it does not hold what it proves; `hilt log proof --format tlog-proof` writes it along"
        )
    try:
        envelope = Envelope.read(told.extra.decode(errors="replace"))
    except FormatError as error:
        raise ProofInvalid(f"proof: what it holds beside the proof is no entry: {error}") from None
    size = Checkpoint.read(read_note(told.note).text).size
    return Receipt(envelope, told.index, size, told.path, told.note)


def _trusted(settings: Settings) -> tuple[Verifier, ...]:
    """The keys of the logs that the settings trust, of their witnesses, and of the record here."""
    told = settings.record or RecordSettings()
    found = read_verifiers("record", [*told.trusted_logs, *(one.key for one in told.witnesses)])
    try:
        with opened(settings) as record:
            return (*found, *record.log.verifiers())
    except RecordUnreachable:
        if found:
            return found
    raise KeyUnusable("--key: name the verifier key of the log, which `hilt log key` prints where the log is")
