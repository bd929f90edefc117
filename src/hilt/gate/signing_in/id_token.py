"""The one door to PyJWT: what an ID token says of a person, once it is known who signed it, for whom, and when.

Specification: OpenID Connect Core 1.0, section 3.1.3.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hilt.core.errors import MissingExtra, NotAllowed

ALGORITHMS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "EdDSA": "OKP",
}
"""How a token may be signed, and with which kind of key. None with a secret that both sides know, and never not at all."""
CLOCKS = 30
"""Seconds by which the clock of who signs may differ from ours."""
LONGEST = 32 << 10
_NEEDED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


def verified(token: object, keys: object, *, issuer: str, client_id: str, nonce: str) -> Mapping[str, Any]:
    """What `token` says, signed with one of the `keys` (a JSON Web Key Set). Raises `NotAllowed`."""
    try:
        import jwt
    except ImportError:
        raise MissingExtra("signing in by OpenID Connect", "serve") from None
    if not isinstance(token, str) or len(token) > LONGEST:
        raise NotAllowed("the answer holds no ID token")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(
            token,
            jwt.PyJWK(_key(header, keys), algorithm=header["alg"]),
            algorithms=list(ALGORITHMS),
            audience=client_id,
            issuer=issuer,
            leeway=CLOCKS,
            options={"require": _NEEDED, "enforce_minimum_key_length": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise NotAllowed(f"the ID token does not hold: {str(error)[:200]!a}") from None
    parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", client_id) != client_id or (len(parties) > 1 and "azp" not in claims):
        raise NotAllowed("the ID token is for another client")
    if claims["nonce"] != nonce:
        raise NotAllowed("the ID token answers another question than ours")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise NotAllowed("the ID token names nobody")
    return claims


def _key(header: Mapping[str, Any], keys: object) -> dict[str, Any]:
    """The key with which a token of this header is signed. Raises `NotAllowed` where there is not exactly one."""
    algorithm, name = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise NotAllowed(f"the ID token is signed by {str(algorithm)[:20]!a}, which is not allowed")
    known = keys.get("keys") if isinstance(keys, dict) else None
    fitting = [
        key
        for key in (known if isinstance(known, list) else [])
        if isinstance(key, dict)
        and key.get("kty") == ALGORITHMS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and name in (None, key.get("kid"))
    ]
    if len(fitting) != 1:
        raise NotAllowed("the ID token is signed with a key that the issuer does not publish")
    return fitting[0]
