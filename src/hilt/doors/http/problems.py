"""What went wrong, as somebody is told it: a status of HTTP, what it is, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hilt.core import errors
from hilt.core.errors import ChangedMeanwhile, HiltError


class NotSignedIn(errors.NotAllowed):
    """Nobody is signed in, or not any more."""


class FormRefused(errors.NotAllowed):
    """What was sent comes from no page that this server gave to this session."""


class LinkOver(errors.NotAllowed):
    """A link that was of use once, or for a while."""


class NotThere(HiltError):
    """There is nothing at this address."""


class WrongMethod(HiltError):
    """There is something here, but it cannot be asked for in this way."""


class TooLarge(HiltError):
    """More was sent than is taken."""


class TooSlow(HiltError):
    """What was announced did not arrive in time, or broke off."""


class TooMany(HiltError):
    """More at once than one session may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`kind` is for programs, `message` says what and where, `fix` what to do."""

    status: int
    kind: str
    message: str
    fix: str = ""

    def data(self) -> object:
        return {"error": {"kind": self.kind, "message": self.message, "fix": self.fix}}


STATUSES: tuple[tuple[type[HiltError], int, str], ...] = (
    (NotSignedIn, 401, "Sign in; what you asked for comes next."),
    (FormRefused, 403, "Send it once more; if that does not help, load the page again first."),
    (LinkOver, 403, "Whoever came in by it signs in; all others ask an administrator for a new one."),
    (errors.NotAllowed, 403, "Somebody with the right role can do this; an administrator gives roles."),
    (NotThere, 404, "Look for it from the first page."),
    (WrongMethod, 405, "Follow the links and buttons of the pages."),
    (TooSlow, 408, "Send it again."),
    (ChangedMeanwhile, 409, "Load the page again: it shows how things stand now."),
    (TooLarge, 413, "Send less at once."),
    (TooMany, 429, "Close some of the pages that are open, or wait."),
    (
        errors.KeyUnusable,
        503,
        "Nothing was recorded. Tell whoever runs hilt: a key is not the one that is needed; they may have to start it anew.",
    ),
    (errors.UsageError, 400, ""),
    (errors.NothingToCheck, 400, ""),
    (
        errors.RecordUnreachable,
        503,
        "Nothing was recorded. Try again in a moment; if it stays so, tell whoever runs hilt.",
    ),
    (errors.RecordError, 500, "Tell whoever runs hilt; `hilt log verify` says what is wrong with the record."),
    (errors.SourceError, 502, "Try again in a moment."),
    (errors.MissingExtra, 501, "Whoever runs hilt can install it."),
)
"""The first that fits counts."""

_BUG = "hilt made a mistake, and did not do what you asked."


def problem_of(error: Exception) -> Problem:
    """How `error` is told. Of what is no error of hilt's own, nothing is told but that it happened."""
    if isinstance(error, errors.RecordUnreachable):  # where it is, is nothing for whoever is not signed in
        error = errors.RecordUnreachable("the record does not answer at this moment")
    if isinstance(error, errors.KeyUnusable):
        error = errors.KeyUnusable("a key that this takes cannot be used at this moment")
    for kind, status, fix in STATUSES:
        if isinstance(error, kind):
            return Problem(status=status, kind=_kind(type(error)), message=str(error), fix=fix)
    if isinstance(error, HiltError):
        return Problem(status=400, kind=_kind(type(error)), message=str(error))
    return Problem(status=500, kind="bug", message=_BUG, fix="Tell whoever runs hilt: its terminal says more.")


def _kind(error: type[Exception]) -> str:
    """NotAllowed as not-allowed."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", error.__name__).lower()
