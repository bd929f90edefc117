from __future__ import annotations

import subprocess
from hashlib import sha512
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import FormatError
from hilt.record.ledger.keys import PublicKey, SigningKey, new_signing_key, read_signing_key, signing_key_pem
from sample_receipts import KEYS

UNFIT = {
    "a key of RSA": rsa.generate_private_key(65537, 1024),
    "a key of X25519": x25519.X25519PrivateKey.from_private_bytes(b"1" * 32),
    "an EC key on the curve secp521r1": ec.derive_private_key(7, ec.SECP521R1()),
    "an EC key on the curve secp256k1": ec.derive_private_key(7, ec.SECP256K1()),
}
SAID = "entries are signed with keys of Ed25519, or of ECDSA on the curves P-256 and P-384, alone"


@pytest.mark.parametrize(
    ("kind", "details"),
    [("Ed25519", "PKIX_ED25519"), ("P-256", "PKIX_ECDSA_P256_SHA_256"), ("P-384", "PKIX_ECDSA_P384_SHA_384")],
)
def test_a_key_signs_and_its_public_half_verifies(kind: str, details: str) -> None:
    key = KEYS[kind]
    signature = key.sign(b"data")
    assert key.public.details == details
    assert key.public.holds(signature, b"data")
    assert not key.public.holds(signature, b"other")
    assert not key.public.holds(signature[:-1], b"data")
    assert not key.public.holds(b"", b"data")
    assert not new_signing_key().public.holds(signature, b"data")


@pytest.mark.parametrize("kind", KEYS)
def test_a_public_key_is_the_same_in_every_form(kind: str) -> None:
    public = KEYS[kind].public
    assert PublicKey.of_der(public.der) == PublicKey.of_text(public.text) == PublicKey.of_pem(public.pem()) == public


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("passphrase", [None, b"correct horse"])
def test_a_private_key_comes_back_from_its_file(kind: str, passphrase: bytes | None) -> None:
    pem = signing_key_pem(KEYS[kind], passphrase)
    assert read_signing_key(pem, passphrase).public == KEYS[kind].public
    assert (b"ENCRYPTED" in pem) == (passphrase is not None)


def test_an_encrypted_key_opens_with_its_passphrase_alone() -> None:
    pem = signing_key_pem(new_signing_key(), b"correct horse")
    for passphrase, said in (
        (None, "no password was given"),
        (b"wrong", "the password is wrong"),
        (b"", "the password"),
    ):
        with pytest.raises(FormatError, match=said):
            read_signing_key(pem, passphrase)


@pytest.mark.parametrize("kind", UNFIT)
def test_any_other_key_is_refused_by_its_name(kind: str) -> None:
    key = UNFIT[kind]
    for read, data in (
        (read_signing_key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())),
        (PublicKey.of_pem, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)),
    ):
        with pytest.raises(FormatError, match=f"^{kind}; {SAID}$"):
            read(data)


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize(
    "y",
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ],
)
def test_a_key_with_which_anybody_could_sign_is_nobodys(y: str, sign: int) -> None:
    """The points of low order, and two that are spelled otherwise: an empty signature holds for some messages at least."""
    raw = bytes.fromhex(y)
    raw = raw[:31] + bytes([raw[31] | sign])
    with pytest.raises(FormatError, match="with which anybody could sign"):
        PublicKey.of_der(bytes.fromhex("302a300506032b6570032100") + raw)


def test_a_key_has_one_spelling_alone() -> None:
    private = ec.derive_private_key(7, ec.SECP256R1()).public_key()
    point = private.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    compressed = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + point
    for der in (compressed, KEYS["Ed25519"].public.der + b"\0", b"", KEYS["P-384"].public.der + bytes(200)):
        with pytest.raises(FormatError):
            PublicKey.of_der(der)
    text = KEYS["Ed25519"].public.text
    for other in (f"{text}\n", text[:-2] + "9=" if text[-2] != "9" else text[:-2] + "A=", text.rstrip("="), "\xe4", ""):
        with pytest.raises(FormatError):
            PublicKey.of_text(other)


@given(st.binary(max_size=200))
def test_nothing_but_words_comes_of_bytes_that_are_no_key(data: bytes) -> None:
    for read in (PublicKey.of_der, PublicKey.of_pem, read_signing_key):
        with pytest.raises(FormatError):
            read(data)


def test_keys_of_openssl_are_read(tmp_path: Path) -> None:
    for kind in ("-algorithm ed25519", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"):
        file = tmp_path / "key.pem"
        subprocess.run(["openssl", "genpkey", *kind.split(), "-out", file], check=True, capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", file, "-pubout"], check=True, capture_output=True).stdout
        key: SigningKey = read_signing_key(file.read_bytes())
        assert key.public == PublicKey.of_pem(public)


def test_a_key_shows_its_public_half_alone() -> None:
    key = KEYS["Ed25519"]
    assert repr(key) == f"SigningKey(public={key.public!r})"
    assert repr(key.public).endswith("details='PKIX_ED25519')")


def test_a_signature_that_leaves_out_what_is_secret_in_it_holds_for_nothing() -> None:
    """With the neutral point in it, it tells the private key: OpenSSL takes it, and no honest program makes it."""
    seed, data, order = bytes(range(32)), b"said", (1 << 252) + 27742317777372353535851937790883648493
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = read_signing_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    point, raw = (1).to_bytes(32, "little"), private.public_key().public_bytes_raw()
    scalar = int.from_bytes(sha512(seed).digest()[:32], "little") & ((1 << 254) - 8) | 1 << 254
    hashed = int.from_bytes(sha512(point + raw + data).digest(), "little")
    signature = point + (hashed * scalar % order).to_bytes(32, "little")
    private.public_key().verify(signature, data)
    assert not key.public.holds(signature, data)
    assert key.public.holds(key.sign(data), data)
