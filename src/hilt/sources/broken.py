"""Why a request came to nothing, by what httpcore2 raised."""

from __future__ import annotations

import ssl

import httpcore2


def is_final(error: Exception) -> bool:
    """Whether the same would happen again: a certificate nobody trusts, or what is no HTTP."""
    if isinstance(error, httpcore2.ProtocolError):
        return not any(word in str(error) for word in ("disconnected", "closed"))
    return _distrust(error) is not None


def _distrust(error: Exception) -> ssl.SSLCertVerificationError | None:
    return next((one for one in error.args if isinstance(one, ssl.SSLCertVerificationError)), None)


def said_of(error: Exception) -> str:
    """For people."""
    distrust = _distrust(error)
    if distrust is not None:
        why = distrust.verify_message
        return f"its certificate is not trusted ({why}); SSL_CERT_FILE names the authorities of your own"
    what = "answers what is no HTTP: " if isinstance(error, httpcore2.ProtocolError) and is_final(error) else ""
    return what + (str(error) or type(error).__name__)
