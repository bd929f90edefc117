"""Every error that hilt raises on purpose.

    HiltError                     something hilt can explain: what, where, the value seen, what to do next
    ├── UsageError                the call cannot be carried out as it was written (exit code 2)
    │   ├── ReferenceInvalid      what was to be checked is not there, or is not spelled as a reference
    │   ├── PolicyInvalid         a policy file is wrong; carries the key path
    │   └── SettingsInvalid       a settings file is wrong; carries the key path
    ├── NothingToCheck            the reference is there and holds no file (exit code 3)
    ├── SourceError               bytes could not be had
    │   └── ChangedWhileRead      the file became shorter, longer or another one while it was read
    ├── FormatError               bytes are not what their format says; carries the offset
    │   └── LimitExceeded         a bound from `Limits` was reached; carries its name
    ├── ReportInvalid             what was stored or sent is no report of hilt; carries the key path
    ├── IndexInvalid              an index of known models is damaged or of another version; carries file and offset
    └── MissingExtra              an optional package is not installed; carries the pip line

Anything else that escapes from hilt is a bug in hilt.
"""

from __future__ import annotations


class HiltError(Exception):
    """Base of all errors that hilt raises on purpose."""


class UsageError(HiltError):
    """The call cannot be carried out as it was written."""


class ReferenceInvalid(UsageError):
    """What was to be checked is not there, or is not spelled as a reference."""


class PolicyInvalid(UsageError):
    """A policy is wrong.

    `where` is the key path inside the file (`rules.no-code.require`), empty for the file as a whole.
    """

    def __init__(self, message: str, *, file: str = "", where: str = "") -> None:
        self.message, self.file, self.where = message, file, where
        super().__init__(": ".join(part for part in (file, where, message) if part))


class SettingsInvalid(UsageError):
    """A settings file is wrong; `where` is the key path inside it."""

    def __init__(self, message: str, *, file: str = "", where: str = "") -> None:
        self.message, self.file, self.where = message, file, where
        super().__init__(": ".join(part for part in (file, where, message) if part))


class NothingToCheck(HiltError):
    """The reference is there and holds no file."""


class SourceError(HiltError):
    """Bytes could not be had."""


class ChangedWhileRead(SourceError):
    """The file became shorter, longer or another one while it was read."""


class FormatError(HiltError):
    """Bytes are not what their format says.

    `offset` is the place in the file, in bytes from its start, or None where no single place is to blame.
    """

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        self.message, self.offset = message, offset
        super().__init__(message if offset is None else f"{message} (at byte {offset})")


class LimitExceeded(FormatError):
    """A bound from `Limits` was reached, so the rest was not read; `limit` is the name of its field."""

    def __init__(self, limit: str, seen: int | str, allowed: int, *, offset: int | None = None) -> None:
        self.limit, self.seen, self.allowed = limit, seen, allowed
        super().__init__(f"{seen} is past the limit {limit} = {allowed}", offset=offset)


class ReportInvalid(HiltError):
    """What was stored or sent is no report of hilt; `where` is the key path inside it."""

    def __init__(self, message: str, *, where: str = "") -> None:
        self.message, self.where = message, where
        super().__init__(": ".join(part for part in (where, message) if part))


class IndexInvalid(HiltError):
    """An index of known models is damaged, or of another version.

    `offset` is the place in the file, in bytes from its start; `way_out` what whoever needs it can do.
    """

    def __init__(self, message: str, *, file: str, offset: int, way_out: str) -> None:
        self.message, self.file, self.offset, self.way_out = message, file, offset, way_out
        super().__init__(f"{file}: {message} (at byte {offset}); {way_out}")


class MissingExtra(HiltError):
    """An optional package is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs an optional package: pip install 'hilt[{extra}]'")
