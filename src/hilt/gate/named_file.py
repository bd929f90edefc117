"""A file that a call names by an option: read whole, and refused in words where it cannot be."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from hilt.core.errors import UsageError

Named = str | PathLike[str]
"""How a call names a file."""

_LARGEST = 1 << 20
"""Bytes of a file of keys or certificates; the trust file of Sigstore has some 100 KB."""


def read_named(option: str, name: str, most: int = _LARGEST) -> bytes:
    """The bytes of a file that the call names, `most` at most. Raises `UsageError`."""
    try:
        with Path(name).open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{option} {name}: {reason}; give the path of a file") from None
    if len(data) > most:
        raise UsageError(f"{option} {name}: more than {most} bytes, so it is not what is needed here")
    return data
