"""The bytes that a signature of DSSE is made over.

Specification: DSSE v1.0.2, "Pre-Authentication Encoding".
"""

from __future__ import annotations

IN_TOTO = "application/vnd.in-toto+json"


def signed_bytes(payload_type: str, payload: bytes) -> bytes:
    """PAE(type, body)."""
    return b"DSSEv1 %d %b %d %b" % (len(payload_type.encode()), payload_type.encode(), len(payload), payload)


def signed_bytes_before_1_0(payload_type: str, payload: bytes) -> bytes:
    """What `model-signing` before 1.0 signed instead: Python's notation of the payload, under another name."""
    return f"DSSEV1 {len(payload_type)} {payload_type} {len(payload)} {payload!r}".encode()
