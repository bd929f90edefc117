"""What people call a model, where there is no room for where it lies."""

from __future__ import annotations

from hilt.output.quote import quote


def called(reference: str) -> str:
    """The last part of a path; an address of a hub, and an upload, without what all of them begin with."""
    whole = reference.startswith(("hf:", "sha256:"))
    last = reference.removeprefix("upload:").rstrip("/").rsplit("/", 1)[-1]
    return quote(reference.removeprefix("hf:") if whole else last, 120)
