"""Receipts before a verifier that knows nothing of hilt: `@sigstore/verify` from npm, as it is published."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hilt.record.ledger.checkpoints import cosign
from hilt.record.ledger.notes import read_note
from hilt.record.ledger.receipts import bundle, trusted_root
from npm_packages import installed
from sample_receipts import KEYS, LOG, OTHER_LOG, OTHER_LOG_KEY, receipt

PROJECT = Path(__file__).parent / "node"


@pytest.fixture(scope="module")
def packages() -> Path:
    """The folder with the packages, and the program that uses them."""
    folder = installed(PROJECT, "NO RECEIPT WAS HELD AGAINST @sigstore/verify")
    shutil.copy(PROJECT / "verify.js", folder)
    return folder


def refusals(folder: Path, cases: list[dict[str, Any]]) -> list[str]:
    """What the verifier says against each case; nothing where it accepts it."""
    with tempfile.TemporaryFile() as asked:
        asked.write(json.dumps(cases).encode())
        asked.seek(0)
        done = subprocess.run(
            ["node", "verify.js"], cwd=folder, stdin=asked, capture_output=True, timeout=60, check=True
        )
    answer: list[str] = json.loads(done.stdout)
    assert len(answer) == len(cases)
    return answer


def case(kind: str = "Ed25519", index: int = 3, size: int = 7) -> dict[str, Any]:
    text = KEYS[kind].public.text
    return {
        "bundle": json.loads(bundle(receipt(kind, index, size), [LOG])),
        "root": json.loads(trusted_root([OTHER_LOG, LOG])),
        "hint": text,
        "key": text,
    }


@pytest.mark.parametrize("kind", ["Ed25519", "P-256"])
def test_receipts_are_accepted_as_they_are(packages: Path, kind: str) -> None:
    cases = [
        case(kind, index, size) for index, size in ((0, 1), (0, 2), (3, 7), (6, 7), (8, 9), (255, 300), (299, 300))
    ]
    assert refusals(packages, cases) == [""] * len(cases)


def test_what_witnesses_signed_stands_in_nobodys_way(packages: Path) -> None:
    one = receipt()
    line = cosign(read_note(one.note).text, "witness.example", OTHER_LOG_KEY, 1_800_000_000)
    cosigned = bundle(replace(one, note=one.note + line), [LOG])
    assert refusals(packages, [{**case(), "bundle": json.loads(cosigned)}]) == [""]


def test_it_takes_sha_256_for_every_curve_and_so_refuses_p_384(packages: Path) -> None:
    """Rekor and hilt sign with SHA-384 there. Once this fails, docs/record.md need not warn of that curve any more."""
    assert refusals(packages, [case("P-384")]) == ["SIGNATURE_ERROR: signature verification failed"]


def test_whatever_was_tampered_with_is_refused(packages: Path) -> None:
    entry = ("bundle", "verificationMaterial", "tlogEntries", 0)
    other = case(index=4)["bundle"]
    for_another = case()
    for_another["bundle"]["verificationMaterial"]["tlogEntries"][0] = other["verificationMaterial"]["tlogEntries"][0]
    proof = case()["bundle"]["verificationMaterial"]["tlogEntries"][0]["inclusionProof"]
    forged = json.loads(bundle(receipt(by=OTHER_LOG_KEY, origin=OTHER_LOG.name), [OTHER_LOG]))
    tampered = {
        "TLOG_INCLUSION_PROOF_ERROR: calculated root hash": [
            changed((*entry, "inclusionProof", "hashes"), proof["hashes"][::-1]),
            changed((*entry, "inclusionProof", "logIndex"), "2"),
        ],
        "TLOG_INCLUSION_PROOF_ERROR: invalid hash count": [
            changed((*entry, "inclusionProof", "hashes"), proof["hashes"][1:])
        ],
        "TLOG_INCLUSION_PROOF_ERROR: invalid checkpoint signature": [
            changed(
                (*entry, "inclusionProof", "checkpoint", "envelope"),
                proof["checkpoint"]["envelope"].replace("\n7\n", "\n8\n"),
            ),
            changed(("root",), json.loads(trusted_root([OTHER_LOG]))),
            {**case(), "bundle": forged, "root": json.loads(trusted_root([LOG]))},
        ],
        "TLOG_BODY_ERROR: ": [
            changed(("bundle", "dsseEnvelope", "payload"), "e30="),
            changed(("bundle", "dsseEnvelope"), other["dsseEnvelope"]),
            for_another,
        ],
        "SIGNATURE_ERROR: ": [changed(("key",), KEYS["P-256"].public.text)],
        "PUBLIC_KEY_ERROR: key not found": [changed(("hint",), "somebody else")],
    }
    said = refusals(packages, [one for some in tampered.values() for one in some])
    expected = [start for start, some in tampered.items() for _ in some]
    for answer, start in zip(said, expected, strict=True):
        assert answer.startswith(start)


def changed(where: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """A case with another value at one place."""
    whole: Any = case()
    inner = whole
    for key in where[:-1]:
        inner = inner[key]
    assert inner[where[-1]] != value
    inner[where[-1]] = value
    return dict(whole)


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((PROJECT / "package-lock.json").read_text())
    packages = [one for name, one in lock["packages"].items() if name]
    assert packages
    assert all("integrity" in one and "resolved" not in one for one in packages)
