"""A day that a call names by an option, refused in words where it is none."""

from __future__ import annotations

from datetime import date

from hilt.core.errors import UsageError


def named_day(option: str, text: str) -> date:
    """The day that the call names. Raises `UsageError`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text}: a day such as 2027-01-31 is needed") from None
