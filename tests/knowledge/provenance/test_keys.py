from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hilt.core.errors import FormatError
from hilt.knowledge.provenance import keys
from signed import KEY, KEYS, OTHER_KEY, certified, private_pem, public_pem

UNFIT = {
    "Ed25519": ed25519.Ed25519PrivateKey.from_private_bytes(b"1" * 32),
    "RSA": rsa.generate_private_key(65537, 1024),
    "X25519": x25519.X25519PrivateKey.from_private_bytes(b"1" * 32),
    "secp256k1": ec.derive_private_key(7, ec.SECP256K1()),
    "secp224r1": ec.derive_private_key(7, ec.SECP224R1()),
    "brainpoolP256r1": ec.derive_private_key(7, ec.BrainpoolP256R1()),
}


@pytest.mark.parametrize("curve", KEYS)
def test_keys_on_the_curves_of_the_specification_are_read_and_sign(curve: str) -> None:
    public = keys.read_public_key(public_pem(KEYS[curve]).encode())
    private = keys.read_private_key(private_pem(KEYS[curve]))
    signature = keys.sign(private, b"data")
    assert keys.holds(public, signature, b"data")
    assert not keys.holds(public, signature, b"other")
    assert not keys.holds(public, b"", b"data")
    assert not keys.holds(KEY.public_key() if curve != "P-256" else OTHER_KEY.public_key(), signature, b"data")


def test_a_hint_is_the_digest_of_the_pem_text() -> None:
    assert keys.hint(KEY.public_key()) == hashlib.sha256(public_pem(KEY).encode()).hexdigest()


@pytest.mark.parametrize("kind", UNFIT)
def test_any_other_key_is_refused_by_its_name(kind: str) -> None:
    pem = UNFIT[kind].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    said = f"{kind}; OpenSSF Model Signing allows EC keys on the curves P-256, P-384 and P-521 alone"
    with pytest.raises(FormatError, match=said):
        keys.read_public_key(pem)
    with pytest.raises(FormatError, match=said):
        keys.read_private_key(private_pem(UNFIT[kind]))


def test_an_encrypted_key_opens_with_its_password_alone() -> None:
    pem = private_pem(KEY, b"correct horse")
    assert keys.read_private_key(pem, b"correct horse").private_numbers() == KEY.private_numbers()
    for password, said in ((None, "no password was given"), (b"wrong", "the password is wrong"), (b"", "the password")):
        with pytest.raises(FormatError, match=said):
            keys.read_private_key(pem, password)
    assert keys.read_private_key(private_pem(KEY), b"needless").private_numbers() == KEY.private_numbers()


def test_the_old_forms_of_private_keys_are_read_or_named() -> None:
    old = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    assert keys.read_private_key(old).private_numbers() == KEY.private_numbers()
    curve = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"  # as `openssl ecparam` writes it
    assert keys.read_private_key(curve + old).private_numbers() == KEY.private_numbers()
    with pytest.raises(FormatError, match="there is an EC PARAMETERS"):
        keys.read_private_key(curve)
    ssh = KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    with pytest.raises(FormatError, match="ssh-keygen -p -m PKCS8"):
        keys.read_private_key(ssh)


def test_what_is_given_in_place_of_a_key_is_named() -> None:
    private, public, certificate = private_pem(KEY), public_pem(KEY).encode(), certified("a").pem.encode()
    for read, data, said in (
        (keys.read_public_key, private, "this is a private key: keep it to yourself"),
        (keys.read_public_key, certificate, "this is a certificate, not a public key"),
        (keys.read_public_key, public + public_pem(OTHER_KEY).encode(), "this holds 2 keys, and a signer has one"),
        (keys.read_public_key, b"", "no `-----BEGIN` stands in it"),
        (keys.read_public_key, public[:60], "there is a PUBLIC KEY"),
        (keys.read_private_key, public, "no private key in PEM: there is a PUBLIC KEY"),
        (keys.read_private_key, certificate, "there is a CERTIFICATE"),
        (keys.read_private_key, private[:90], "the private key is damaged"),
    ):
        with pytest.raises(FormatError, match=said):
            read(data)


def test_keys_cut_short_or_changed_raise_nothing_else() -> None:
    for pem, read in ((public_pem(KEY).encode(), keys.read_public_key), (private_pem(KEY), keys.read_private_key)):
        for end in range(len(pem)):
            for data in (pem[:end], pem[:end] + b"A" + pem[end + 1 :], pem[:end] + b"\xff" + pem[end + 1 :]):
                try:
                    read(data)
                except FormatError:
                    continue


def test_the_key_that_an_older_bundle_holds_is_read_in_both_forms() -> None:
    der = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for data in (der, public_pem(KEY).encode()):
        assert keys.read_raw_key(data) == KEY.public_key()
    for data in (der[:-1], b"x", b"-----BEGIN"):
        with pytest.raises(FormatError):
            keys.read_raw_key(data)
