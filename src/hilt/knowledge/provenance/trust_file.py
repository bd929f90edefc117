"""Whether a file is one by which Sigstore's signatures are verified: a trusted root, or a client configuration that holds one.

Specification: Sigstore, `sigstore_trustroot.proto`. What stands in it is read by the `sigstore` package where it is needed.
"""

from __future__ import annotations

import json

from hilt.core.errors import FormatError

_TYPES = ("application/vnd.dev.sigstore.trustedroot", "application/vnd.dev.sigstore.clienttrustconfig")


def refuse_other(text: str) -> None:
    """Raises `FormatError` where `text` is something else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not JSON ({error!s:.80}); a trusted_root.json is needed") from None
    if not isinstance(document, dict) or not str(document.get("mediaType", "")).startswith(_TYPES):
        raise FormatError("is no trusted root of Sigstore, as trusted_root.json is one")
