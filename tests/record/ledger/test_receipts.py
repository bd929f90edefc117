from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import ProofInvalid
from hilt.record.ledger.notes import sign_note
from hilt.record.ledger.receipts import Receipt, bundle, check_receipt, read_receipt, trusted_root
from sample_receipts import KEYS, LOG, LOG_KEY, ORIGIN, OTHER_LOG, OTHER_LOG_KEY, receipt

RECEIPT = receipt()
FILE = bundle(RECEIPT, [LOG])
OTHER = receipt(index=4)
Path = tuple[str | int, ...]


def places(value: Any, where: Path = ()) -> list[Path]:
    """The path to each value in a JSON document, its own first."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [where, *(path for key, child in inside for path in places(child, (*where, key)))]


def at(value: Any, where: Path) -> Any:
    for key in where:
        value = value[key]
    return value


def changed(where: Path, value: Any) -> bytes:
    """The receipt with another value at one place."""
    document = json.loads(FILE)
    at(document, where[:-1])[where[-1]] = value
    return json.dumps(document).encode()


def trouble(data: bytes) -> str:
    """What is wrong with a receipt; empty where it holds."""
    try:
        check_receipt(read_receipt(data), [LOG])
    except ProofInvalid as error:
        return str(error)
    return ""


PLACES = places(json.loads(FILE))[1:]
ENTRY: Path = ("verificationMaterial", "tlogEntries", 0)


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (3, 7), (6, 7), (299, 300)])
def test_a_receipt_comes_back_from_its_file_and_holds(kind: str, index: int, size: int) -> None:
    one = receipt(kind, index, size)
    read = read_receipt(bundle(one, [OTHER_LOG, LOG]))
    assert read == one
    check_receipt(read, [OTHER_LOG, LOG])


def test_the_file_is_a_sigstore_bundle_that_names_the_log_by_its_whole_key() -> None:
    told = json.loads(FILE)
    raw = LOG_KEY.public.der[-32:]
    assert told["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    assert told["verificationMaterial"]["publicKey"] == {"hint": RECEIPT.envelope.key.text}
    entry = at(told, ENTRY)
    name = sha256(ORIGIN.encode() + b"\n\x01" + raw).digest()
    root = json.loads(trusted_root([LOG]))["tlogs"][0]
    assert entry["logId"] == root["logId"] == {"keyId": b64encode(name).decode()}
    assert (entry["logIndex"], entry["integratedTime"]) == ("3", "0")


def test_only_who_has_the_key_of_the_log_can_write_a_receipt() -> None:
    with pytest.raises(ProofInvalid, match="by a key that is trusted here"):
        bundle(RECEIPT, [OTHER_LOG])
    for verifiers in ([], [OTHER_LOG]):
        with pytest.raises(ProofInvalid, match="by a key that is trusted here"):
            check_receipt(RECEIPT, verifiers)
    forged = receipt(by=OTHER_LOG_KEY)
    with pytest.raises(ProofInvalid, match="by a key that is trusted here"):
        check_receipt(forged, [LOG])
    under_its_name = receipt(origin="other.example", by=OTHER_LOG_KEY)
    check_receipt(under_its_name, [LOG, OTHER_LOG])
    of_another = sign_note(read_note_text(RECEIPT), "other.example", OTHER_LOG_KEY)
    with pytest.raises(ProofInvalid, match=f"no key of the log '{ORIGIN}'"):
        check_receipt(replace(RECEIPT, note=of_another), [LOG, OTHER_LOG])


def read_note_text(one: Receipt) -> str:
    return one.note.partition("\n\n")[0] + "\n"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(RECEIPT, envelope=OTHER.envelope), "inclusion proof: it leads to the root"),
        (replace(RECEIPT, envelope=receipt("P-256").envelope), "inclusion proof: it leads to the root"),
        (replace(RECEIPT, envelope=RECEIPT.envelope._replace(payload=b"{}")), "envelope: the signature does not hold"),
        (replace(RECEIPT, envelope=RECEIPT.envelope._replace(signature=b"")), "envelope: the signature does not hold"),
        (replace(RECEIPT, index=2), "inclusion proof: it leads to the root"),
        (replace(RECEIPT, index=7), "inclusion proof: a tree of 7 leaves has no leaf 7"),
        (replace(RECEIPT, size=8), "checkpoint: it is of 7 entries, and the proof of 8"),
        (replace(RECEIPT, path=RECEIPT.path[::-1]), "inclusion proof: it leads to the root"),
        (replace(RECEIPT, path=RECEIPT.path[:-1]), "inclusion proof: 3 hashes of 32 bytes are needed here, not 2"),
        (replace(RECEIPT, note=receipt(size=8).note), "checkpoint: it is of 8 entries, and the proof of 7"),
        (replace(RECEIPT, note=RECEIPT.note.replace("\n7\n", "\n9\n")), "note: the signature of 'log.example/models'"),
    ],
)
def test_what_does_not_belong_together_is_refused_in_words(other: Receipt, said: str) -> None:
    with pytest.raises(ProofInvalid, match=f"^{said}"):
        check_receipt(other, [LOG])


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("mediaType",), "application/json", "mediaType is not what follows from the rest of it"),
        ((*ENTRY, "logIndex"), "4", r"tlogEntries\[0\].logIndex is not what follows"),
        ((*ENTRY, "kindVersion", "version"), "0.0.1", "kindVersion.version is not what follows"),
        ((*ENTRY, "inclusionProof", "rootHash"), "", "inclusionProof.rootHash is not what follows"),
        ((*ENTRY, "canonicalizedBody"), "e30=", "canonicalizedBody is not what follows"),
        ((*ENTRY, "logId", "keyId"), "e30=", "logId names a log that has not signed the checkpoint"),
        ((*ENTRY, "inclusionPromise"), {}, "inclusionPromise is not what follows"),
        (("verificationMaterial", "publicKey", "hint"), "somebody", "publicKey.hint is not what follows"),
        (("dsseEnvelope", "payloadType"), "text/plain", "an envelope around 'text/plain'"),
        (("dsseEnvelope", "signatures"), [], "no envelope of DSSE"),
        ((*ENTRY, "inclusionProof", "logIndex"), "03", "no Sigstore bundle"),
        ((*ENTRY, "inclusionProof", "hashes"), ["\n"], "is not base64"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_the_place(where: Path, value: Any, said: str) -> None:
    with pytest.raises(ProofInvalid, match=f"^receipt: .*{said}"):
        read_receipt(changed(where, value))


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b"1" * 10_000, b" " * 4_000_001])
def test_what_is_no_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(ProofInvalid, match=r"^receipt: "):
        read_receipt(data)


def test_every_beginning_of_a_receipt_is_refused() -> None:
    for end in range(len(FILE)):
        assert trouble(FILE[:end]).startswith("receipt: ")


@given(st.integers(0, 8 * len(FILE) - 1))
def test_a_flipped_bit_is_found_or_changes_nothing_that_is_proven(bit: int) -> None:
    data = bytearray(FILE)
    data[bit // 8] ^= 1 << bit % 8
    assert trouble(bytes(data)) or read_receipt(bytes(data)) == RECEIPT


@given(
    st.sampled_from(PLACES), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4)
)
def test_another_value_anywhere_is_found(where: Path, value: Any) -> None:
    told = at(json.loads(FILE), where)
    same = type(value) is type(told) and value == told
    assert bool(trouble(changed(where, value))) != same


@given(st.sampled_from(PLACES))
def test_a_part_of_another_receipt_is_found(where: Path) -> None:
    value = at(json.loads(bundle(OTHER, [LOG])), where)
    assert bool(trouble(changed(where, value))) == (value != at(json.loads(FILE), where))


@given(st.sampled_from(PLACES))
def test_a_part_that_is_missing_is_found(where: Path) -> None:
    document = json.loads(FILE)
    del at(document, where[:-1])[where[-1]]
    assert trouble(json.dumps(document).encode())
