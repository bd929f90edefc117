"""ID tokens that somebody forged, each with one thing wrong."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from hilt.core.errors import NotAllowed
from hilt.gate.signing_in.id_token import ALGORITHMS, CLOCKS, LONGEST, verified

ISSUER, CLIENT, NONCE = "https://id.acme.example", "hilt", "n-0S6_WzA2Mj"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
KEYS = {name: ec.generate_private_key(curve) for name, curve in CURVES.items()} | {
    "EdDSA": ed25519.Ed25519PrivateKey.generate()
}
OTHER = ec.generate_private_key(ec.SECP256R1())


def jwk(key: Any, **more: Any) -> dict[str, Any]:
    kinds = {rsa.RSAPrivateKey: RSAAlgorithm, ec.EllipticCurvePrivateKey: ECAlgorithm}
    kind = next((one for known, one in kinds.items() if isinstance(key, known)), OKPAlgorithm)
    return {**kind.to_jwk(key.public_key(), as_dict=True), "kid": "one", **more}


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    told = {"iss": ISSUER, "sub": "s-17", "aud": CLIENT, "exp": now + 60, "iat": now, "nonce": NONCE, **more}
    return {name: value for name, value in told.items() if value is not None}


def token(told: dict[str, Any] | None = None, algorithm: str = "ES256", key: Any = None, **header: Any) -> str:
    own = key or (RSA if algorithm[1] == "S" and algorithm[0] in "RP" else KEYS[algorithm])
    return jwt.encode(told or claims(), own, algorithm, {"kid": "one", **header})


def read(given: object, *keys: dict[str, Any]) -> Any:
    known = {"keys": list(keys) or [jwk(KEYS["ES256"])]}
    return verified(given, known, issuer=ISSUER, client_id=CLIENT, nonce=NONCE)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_honest_token_is_read_however_it_is_signed(algorithm: str) -> None:
    own = RSA if ALGORITHMS[algorithm] == "RSA" else KEYS[algorithm]
    given = token(algorithm=algorithm, key=own)
    assert read(given, jwk(own))["sub"] == "s-17"
    assert read(given, jwk(own, alg=algorithm, use="sig"), jwk(OTHER, kid="two"))["sub"] == "s-17"


def test_one_for_several_names_us_as_the_party() -> None:
    assert read(token(claims(aud=[CLIENT, "other"], azp=CLIENT)))["sub"] == "s-17"
    for told in (claims(aud=[CLIENT, "other"]), claims(aud=[CLIENT, "x"], azp="x"), claims(azp="other")):
        with pytest.raises(NotAllowed, match="for another client"):
            read(token(told))


WRONG: dict[str, Callable[[], dict[str, Any]]] = {
    "another issuer": lambda: claims(iss="https://id.mallory.example"),
    "the issuer with a slash": lambda: claims(iss=f"{ISSUER}/"),
    "no issuer": lambda: claims(iss=None),
    "another audience": lambda: claims(aud="other"),
    "no audience": lambda: claims(aud=None),
    "audience of numbers": lambda: claims(aud=[1]),
    "expired": lambda: claims(exp=int(time.time()) - CLOCKS - 1),
    "no end": lambda: claims(exp=None),
    "end in words": lambda: claims(exp="never"),
    "from the future": lambda: claims(iat=int(time.time()) + CLOCKS + 60),
    "no time": lambda: claims(iat=None),
    "another nonce": lambda: claims(nonce="x" * 12),
    "no nonce": lambda: claims(nonce=None),
    "nobody": lambda: claims(sub=None),
    "an empty subject": lambda: claims(sub=""),
    "a long subject": lambda: claims(sub="s" * 256),
}
"""Made when they are read: what was made with the tests has run out by then."""


@pytest.mark.parametrize("told", WRONG.values(), ids=WRONG.keys())
def test_a_token_that_says_something_wrong_is_refused(told: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(NotAllowed, match="ID token"):
        read(token(told()))


def test_a_subject_that_is_no_text_is_nobody() -> None:
    given = f"{part({'alg': 'ES256', 'kid': 'one'})}.{part(claims(sub=['s-17']))}"
    signature = ECAlgorithm(ECAlgorithm.SHA256).sign(given.encode(), KEYS["ES256"])
    sealed = f"{given}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
    with pytest.raises(NotAllowed, match="ID token"):
        read(sealed)


@pytest.mark.parametrize("clock", [CLOCKS - 10, 0])
def test_clocks_may_differ_a_little(clock: int) -> None:
    now = int(time.time())
    assert read(token(claims(exp=now - clock + 5, iat=now + clock)))["sub"] == "s-17"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "HS256", "", None, 7, "ES256K"])
def test_a_token_that_nobody_signed_is_refused(algorithm: object) -> None:
    """Nor one with a secret that everybody knows: the public key."""
    pem = KEYS["ES256"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    unsigned = f"{part({'alg': algorithm, 'kid': 'one', 'typ': 'JWT'})}.{part(claims())}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, unsigned.encode(), sha256().name)).decode().rstrip("=")
    for signature in ("", mac):
        with pytest.raises(NotAllowed, match=r"which is not allowed|does not hold"):
            read(f"{unsigned}.{signature}")


@pytest.mark.parametrize(
    "keys",
    [
        [jwk(OTHER)],
        [jwk(KEYS["ES256"], kid="two")],
        [jwk(KEYS["ES256"], use="enc")],
        [jwk(KEYS["ES256"], alg="ES384")],
        [jwk(KEYS["ES384"])],
        [jwk(RSA)],
        [jwk(KEYS["ES256"]), jwk(OTHER)],
        [{"kty": "EC", "kid": "one"}],
        [{"kty": "EC", "kid": "one", "crv": "P-256", "x": "AA", "y": [1]}],
        [{"kty": "oct", "kid": "one", "k": "AAAA"}],
        ["rubbish"],
    ],
    ids=[
        "another", "of-another-name", "for-encryption", "for-another-algorithm", "on-another-curve", "of-another-kind",
        "two-of-a-name", "without-a-point", "no-point", "a-secret", "no-key",
    ],
)  # fmt: skip
def test_a_token_of_another_key_is_refused(keys: list[dict[str, Any]]) -> None:
    with pytest.raises(NotAllowed):
        read(token(), *keys)


def test_a_key_in_the_token_itself_is_not_looked_at() -> None:
    with pytest.raises(NotAllowed):
        read(token(key=OTHER, jwk=jwk(OTHER), jku="https://mallory.example/keys"))


def test_a_short_key_signs_nothing() -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        given = token(algorithm="RS256", key=short)
    with pytest.raises(NotAllowed, match="2048"):
        read(given, jwk(short))


@pytest.mark.parametrize(
    "rubbish", ["", ".", "..", "a.b.c", "é.é.é", "x" * (LONGEST + 1), None, 7, {}, "\udcff", "[" * 9000]
)
def test_rubbish_is_no_token(rubbish: object) -> None:
    with pytest.raises(NotAllowed):
        read(rubbish)


@pytest.mark.parametrize("keys", [None, [], {}, {"keys": None}, {"keys": {}}, {"keys": []}, {"keys": "x"}])
def test_rubbish_is_no_set_of_keys(keys: object) -> None:
    with pytest.raises(NotAllowed, match="does not publish"):
        verified(token(), keys, issuer=ISSUER, client_id=CLIENT, nonce=NONCE)
