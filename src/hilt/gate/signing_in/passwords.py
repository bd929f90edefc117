"""Passwords: which ones are taken. Length is what counts; digits and signs that must be in them make none harder to guess."""

from __future__ import annotations

from unicodedata import normalize

from hilt.core.errors import UsageError

SHORTEST, LONGEST = 12, 500
"""Letters."""


def check(password: str, *names: str) -> None:
    """Raises `UsageError` where this is too short a password for somebody with these `names` (and addresses), or one of them."""
    spelled = normalize("NFC", password)
    if len(spelled) < SHORTEST:
        raise UsageError(f"password: {len(spelled)} letters, where {SHORTEST} are needed; a few words in a row will do")
    if len(spelled) > LONGEST:
        raise UsageError(f"password: {len(spelled)} letters, where {LONGEST} are allowed")
    told = spelled.casefold().strip()
    if any(told in (name.casefold() * 3) for name in names if name):
        raise UsageError("password: this is your name or your address, which is what others try first")
    if len(set(told)) < 4:
        raise UsageError(f"password: it has but {len(set(told))} different letters; a few words in a row will do")
