"""The test vectors that OpenSSF Model Signing publishes, each as its folder says."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from hilt.core.context import Signer
from hilt.core.errors import FormatError
from hilt.core.verification import Signed
from hilt.knowledge.provenance import certificates, keys, manifest, verify
from hilt.knowledge.provenance.verify import Result
from signed import LIMITS, NOW, OTHER_KEY, VECTORS, trusting

FOLDER = VECTORS / "test-vectors" / "v1.0"
VALID, INVALID = sorted(FOLDER.glob("valid/*.json")), sorted(FOLDER.glob("invalid*/*.json"))
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the vectors of OpenSSF Model Signing are not here")


def read(name: str) -> verify.Unverified:
    return verify.read((FOLDER / "valid" / name).read_bytes(), LIMITS)


def over_its_files(signature: verify.Unverified, *signers: Signer, now: str = NOW) -> Result:
    files = [manifest.File(one.path, 9, (one.digest,)) for one in signature.statement.resources]
    return verify.verify(signature, files, signers, now)


def test_there_are_as_many_as_were_published() -> None:
    assert (len(VALID), len(INVALID)) == (3, 5)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_what_is_valid_is_read(path: Path) -> None:
    assert verify.read(path.read_bytes(), LIMITS).statement.resources


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_what_is_invalid_is_refused(path: Path) -> None:
    with pytest.raises(FormatError):
        verify.read(path.read_bytes(), LIMITS)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.name)
def test_no_beginning_of_a_bundle_is_one(path: Path) -> None:
    data = path.read_bytes().rstrip()
    for end in range(0, len(data), 37):
        with pytest.raises(FormatError):
            verify.read(data[:end], LIMITS)


def test_the_key_and_the_certificate_verify() -> None:
    """The two are signed with one key, which stands in the certificate; the root is not published, its authority is."""
    by_certificate = read("certificate.bundle.json")
    leaf, authority = certificates.read_der(by_certificate.bundle.certificates)
    key = Signer("published", "key", keys.pem_of(certificates.key_of(leaf)).decode())
    root = Signer("published", "certificate", authority.public_bytes(Encoding.PEM).decode())
    assert over_its_files(read("key.bundle.json"), key).signers == ("published",)
    assert over_its_files(read("key.bundle.json"), trusting(OTHER_KEY)).state is Signed.UNTRUSTED
    verified = over_its_files(by_certificate, root)
    assert (verified.state, verified.until) == (Signed.VERIFIED, "2035-04-30")
    assert over_its_files(by_certificate, root, now="2035-05-01").late


def test_the_keyless_bundle_tells_whom_it_names() -> None:
    keyless = read("sigstore.bundle.json")
    issuer = "https://sigstore.verify.ibm.com/oauth2"
    trusted = Signer("ibm", "identity", "{}", "stefanb@us.ibm.com", issuer)
    assert verify.claims(keyless) == f"stefanb@us.ibm.com, as {issuer} says"
    assert (keyless.bundle.log[0].kind, keyless.bundle.log[0].integrated) == ("dsse 0.0.1", 1760062340)
    assert over_its_files(keyless, trusted._replace(identity="x@us.ibm.com")).state is Signed.UNTRUSTED
    assert over_its_files(keyless, trusted).reasons == (
        "nobody verified the log and the certificate of this keyless signature",
    )
    files = [manifest.File(one.path, 9, (one.digest,)) for one in keyless.statement.resources]
    for said, state in (("", Signed.VERIFIED), ("no", Signed.BROKEN)):
        result = verify.verify(keyless, files, [trusted], NOW, keyless=lambda data, signer, said=said: said)
        assert (result.state, result.signers) == (state, () if said else ("ibm",))


def test_the_signature_of_the_keyless_bundle_is_over_the_bytes_that_are_read() -> None:
    keyless = read("sigstore.bundle.json")
    key = certificates.key_of(certificates.read_der(keyless.bundle.certificates)[0])
    from hilt.knowledge.provenance import dsse

    assert keys.holds(key, keyless.envelope.signature, dsse.signed_bytes(dsse.IN_TOTO, keyless.envelope.payload))
    assert base64.b64encode(keyless.envelope.payload)
