"""Keyless signatures against a vector that OpenSSF publishes, and the trusted root that the `sigstore` package brings."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from hilt.core.context import Signer
from hilt.core.errors import FormatError, MissingExtra
from hilt.knowledge.provenance import sigstore

BUNDLE = Path(__file__).parents[4] / "shared/data/oms/test-vectors/v1.0/valid/sigstore.bundle.json"
IDENTITY, ISSUER = "stefanb@us.ibm.com", "https://sigstore.verify.ibm.com/oauth2"

pytest.importorskip("sigstore", reason="the extra `sigstore` is not installed")
ROOT = (
    resources.files("sigstore") / "_store" / "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev" / "trusted_root.json"
).read_text()


@pytest.fixture
def bundle() -> bytes:
    if not BUNDLE.is_file():
        pytest.skip("the test vectors of OpenSSF Model Signing are not here")
    return BUNDLE.read_bytes()


def signer(*, identity: str = IDENTITY, issuer: str = ISSUER, trust: str = ROOT) -> Signer:
    return Signer(name="Stefan", kind="identity", pem=trust, identity=identity, issuer=issuer)


def changed(bundle: bytes, *keys: str | int, to: object) -> bytes:
    document = json.loads(bundle)
    place = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to
    return json.dumps(document).encode()


def test_a_published_keyless_signature_holds_years_after_its_certificate_ended(bundle: bytes) -> None:
    assert sigstore.why_not(bundle, signer()) == ""


def test_a_client_trust_configuration_is_a_trust_file_too(bundle: bytes) -> None:
    trust = {
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": json.loads(ROOT),
        "signingConfig": {},
    }
    assert sigstore.why_not(bundle, signer(trust=json.dumps(trust))) == ""


@pytest.mark.parametrize(
    ("identity", "issuer", "words"),
    [
        ("somebody@us.ibm.com", ISSUER, "do not match somebody@us.ibm.com"),
        (IDENTITY, "https://accounts.google.com", "https://accounts.google.com"),
        (IDENTITY, "", "no identity and issuer are named"),
        ("", ISSUER, "no identity and issuer are named"),
    ],
)
def test_another_identity_or_issuer_is_not_the_signer(bundle: bytes, identity: str, issuer: str, words: str) -> None:
    assert words in sigstore.why_not(bundle, signer(identity=identity, issuer=issuer))


def test_what_was_changed_does_not_hold(bundle: bytes) -> None:
    document = json.loads(bundle)
    payload = document["dsseEnvelope"]["payload"]
    for keys, to in (
        (("dsseEnvelope", "payload"), payload[:40] + ("A" if payload[40] != "A" else "B") + payload[41:]),
        (("verificationMaterial", "tlogEntries", 0, "integratedTime"), "1860062340"),
        (("verificationMaterial", "tlogEntries", 0, "inclusionPromise", "signedEntryTimestamp"), "AAAA"),
        (("verificationMaterial", "tlogEntries", 0, "inclusionProof", "rootHash"), "A" * 43 + "="),
        (("verificationMaterial", "tlogEntries"), []),
        (("mediaType",), "application/json"),
        (("verificationMaterial", "certificate", "rawBytes"), "AAAA"),
    ):
        assert sigstore.why_not(changed(bundle, *keys, to=to), signer()), keys
    for end in range(0, len(bundle), 211):
        assert sigstore.why_not(bundle[:end], signer()), end


def test_an_authority_that_is_not_in_the_trust_file_vouches_for_nobody(bundle: bytes) -> None:
    root = json.loads(ROOT)
    for key in ("certificateAuthorities", "tlogs", "ctlogs"):
        other = {**root, key: root[key][:1]} if key != "tlogs" else {**root, key: root[key][1:]}
        why = ""
        try:
            why = sigstore.why_not(bundle, signer(trust=json.dumps(other)))
        except FormatError as error:
            why = str(error)
        assert why, key


@pytest.mark.parametrize("trust", ["", "{}", "[]", '{"mediaType": "x"}', '{"trustedRoot": 3}'])
def test_a_trust_file_that_is_none_is_named_with_its_signer(bundle: bytes, trust: str) -> None:
    with pytest.raises(FormatError, match="the trust file of the signer Stefan cannot be used"):
        sigstore.why_not(bundle, signer(trust=trust))


def test_without_the_package_the_pip_line_is_told(bundle: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sigstore.models", None)
    with pytest.raises(MissingExtra, match=r"pip install 'hilt\[sigstore\]'"):
        sigstore.why_not(bundle, signer())


def test_the_network_is_never_touched(bundle: bytes, tmp_path: Path) -> None:
    """In a network namespace of its own, where the machine lets us make one; with sockets that refuse everywhere."""
    (tmp_path / "root.json").write_text(ROOT)
    script = f"""
import socket, sys
from pathlib import Path
def refuse(*_, **__): raise AssertionError("the network was touched")
socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from hilt.core.context import Signer
from hilt.knowledge.provenance import sigstore
root = Path({str(tmp_path / "root.json")!r}).read_text()
signer = Signer(name="S", kind="identity", pem=root, identity={IDENTITY!r}, issuer={ISSUER!r})
print(sigstore.why_not(Path({str(BUNDLE)!r}).read_bytes(), signer) or "holds")
"""
    alone = ["unshare", "-rn"]
    try:
        allowed = subprocess.run([*alone, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        allowed = False
    command = [*(alone if allowed else []), sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "holds", done.stderr
