"""Asks the witnesses of the settings to sign the newest checkpoint of the log, and keeps what they sign."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hilt.core.errors import HiltError, ProofInvalid, SourceError, UsageError
from hilt.core.log import AskedWitness, Cosigned, KnownWitness
from hilt.core.version import __version__
from hilt.gate.configured.record_settings import RecordSettings, Witness
from hilt.gate.record import opened
from hilt.gate.recording.verifier_keys import read_verifiers
from hilt.gate.settings import Settings
from hilt.record.ledger.checkpoints import Checkpoint
from hilt.record.ledger.notes import Kind, Verifier, read_note
from hilt.record.ledger.witness_protocol import CALL, SIZE, CosignRequest, cosignatures, read_size
from hilt.sources.network import Network

if TYPE_CHECKING:
    from hilt.record.ledger.log import Log
    from hilt.sources.connections import Connections
    from hilt.sources.raw import Raw

_LARGEST = 64 << 10
"""Bytes of an answer."""
_TRIES = 3
"""How often a witness is asked that tells of another size: several processes may have it sign at once."""
_HEADERS = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": f"hilt/{__version__}"}
_ALARM = "either it is the witness of another log with this key and name, or entries of this one were changed or lost"


class _Unsigned(HiltError):
    """Why a witness did not sign."""


def ask_each(log: Log, witnesses: Sequence[Witness], private_hosts: Sequence[str]) -> Iterator[AskedWitness]:
    """Asks one witness after the other. A witness that does not sign is no error here: it is told."""
    from hilt.sources.connections import Connections

    network = Network.from_environment(os.environ, private_hosts=private_hosts)
    for one in witnesses:
        (verifier,) = read_verifiers("record.witnesses", [one.key], Kind.WITNESS)
        connections = Connections(network, (one.url,))
        try:
            yield AskedWitness(verifier.name, one.url, time=_ask(log, one.url, verifier, connections))
        except (_Unsigned, SourceError, ProofInvalid) as error:
            yield AskedWitness(verifier.name, one.url, why=str(error))
        finally:
            connections.close()


def ask(url: str, key: str, settings: Settings) -> AskedWitness:
    """Asks a witness that need not be in the settings. Raises `KeyUnusable`, `UsageError`, `RecordError`."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise UsageError(f"{url!r} is no address of a witness, such as https://witness.example")
    with opened(settings) as record:
        return next(ask_each(record.log, [Witness(url=url.rstrip("/"), key=key)], settings.private_hosts))


def known(settings: Settings) -> list[KnownWitness]:
    """The witnesses of the settings. Raises `KeyUnusable`, `RecordError`."""
    told = (settings.record or RecordSettings()).witnesses
    verifiers = read_verifiers("record.witnesses", [one.key for one in told], Kind.WITNESS)
    with opened(settings) as record:
        signed = {one.witness: one for one in record.log.witnessed(verifiers) if isinstance(one, Cosigned)}
    nothing = Cosigned("", 0, 0)
    return [
        KnownWitness(verifier.name, one.url, one.key, *signed.get(verifier.name, nothing)[1:])
        for one, verifier in zip(told, verifiers, strict=True)
    ]


def _ask(log: Log, url: str, witness: Verifier, connections: Connections) -> int:
    """When the witness signed the newest checkpoint. Raises `_Unsigned`, `SourceError`, `ProofInvalid`."""
    old = min(log.last_cosigned(witness.name), log.head().size)
    for _ in range(_TRIES):
        request = log.request(old)
        raw = connections.send(urlsplit(url + CALL), _HEADERS, most=_LARGEST, body=request.text.encode())
        if raw.status == 200:
            text = read_note(request.note).text
            signed = cosignatures(raw.body.decode("utf-8", "replace"), text, witness)
            log.cosigned(request.note, signed)
            return max(one.time for one in signed)
        old = _other_size(raw, request)
    raise _Unsigned(f"it told of another size {_TRIES} times, the last time of {old}; try again")


def _other_size(raw: Raw, request: CosignRequest) -> int:
    """The size from which the witness wants a proof. Raises `_Unsigned` where it will not sign."""
    size = Checkpoint.read(read_note(request.note).text).size
    body = raw.body.decode("utf-8", "replace")
    said = " ".join(body.split())
    if raw.status == 409 and raw.headers.get("content-type", "").split(";")[0].strip() == SIZE:
        told = read_size(body)
        if told > size:
            raise _Unsigned(f"it has signed {told} entries of this log, which has {size}: {_ALARM}")
        if told != request.old:
            return told
    if raw.status in (409, 422):
        raise _Unsigned(f"it has seen another history of the first {request.old} entries ({said[:200]}): {_ALARM}")
    if raw.status in (403, 404):
        raise _Unsigned(
            f"it does not know this log, or not its key ({said[:200]}); its operator adds the key with --log"
        )
    raise _Unsigned(f"it answers {raw.status}: {said[:200]}")
