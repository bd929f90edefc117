"""What vouches for servers that are asked: certificates of authorities, read once by a process, and again once they have changed."""

from __future__ import annotations

import ssl
from functools import cache, lru_cache
from pathlib import Path

import httpcore2

from hilt.core.errors import SourceError


def tls(certificates: str) -> ssl.SSLContext:
    """With the authorities of a file, or the usual ones. Raises `SourceError`."""
    if not certificates:
        return _usual_tls()
    try:
        return _tls_of(certificates, Path(certificates).stat().st_mtime_ns)
    except OSError as error:
        raise SourceError(f"the certificates at {certificates} (SSL_CERT_FILE) cannot be read: {error}") from None


@cache
def _usual_tls() -> ssl.SSLContext:
    """To read all authorities takes 20 ms, and whoever reads many models has a client for each."""
    return httpcore2.default_ssl_context()


@lru_cache(maxsize=4)
def _tls_of(certificates: str, changed: int) -> ssl.SSLContext:  # noqa: ARG001 - the file is read again once it has changed
    return ssl.create_default_context(cafile=certificates)
