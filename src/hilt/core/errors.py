"""Every error that hilt raises on purpose.

    HiltError                     something hilt can explain: what, where, the value seen, what to do next
    ├── UsageError                the call cannot be carried out as it was written (exit code 2)
    │   ├── ReferenceInvalid      what was to be checked is not there, or is not spelled as a reference
    │   ├── AlreadyThere          what was to be made is there already
    │   ├── PolicyInvalid         a policy file is wrong; carries the key path
    │   ├── KeyUnusable           a key is missing, of another kind, or its passphrase is wrong
    │   └── SettingsInvalid       a settings file is wrong; carries the key path
    ├── NothingToCheck            the reference is there and holds no file (exit code 3)
    ├── SourceError               bytes could not be had
    │   └── ChangedWhileRead      the file became shorter, longer or another one while it was read
    ├── FormatError               bytes are not what their format says; carries the offset
    │   └── LimitExceeded         a bound from `Limits` was reached; carries its name
    ├── ReportInvalid             what was stored or sent is no report of hilt; carries the key path
    ├── IndexInvalid              an index of known models is damaged or of another version; carries file and offset
    ├── RecordError               what is remembered cannot be read or added to
    │   ├── RecordDamaged         an entry, a row or a document is not what the log proves; names which
    │   ├── RecordBehind          the record is older than a checkpoint that was kept: a copy was put back, or entries are gone
    │   ├── RecordUnreachable     the database does not answer, is full, locked or of another version
    │   └── ProofInvalid          a receipt, proof, checkpoint or note does not hold, or is by nobody who is trusted
    ├── ChangedMeanwhile          what somebody answers is not any more what they were shown
    ├── NotHeld                   the library has no such repository, revision or file, and its upstreams have none
    ├── NotServed                 what the library has may not be had: blocked, waiting for people, or withdrawn; carries the link
    ├── NotReady                  what was asked of the library is being read; carries when to ask again
    ├── NotAllowed                a person may not do this: no such role, own request, key unknown or revoked
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


class AlreadyThere(UsageError):
    """What was to be made is there already, under this name or one that is taken for it."""


class PolicyInvalid(UsageError):
    """A policy is wrong.

    `where` is the key path inside the file (`rules.no-code.require`), empty for the file as a whole.
    """

    def __init__(self, message: str, *, file: str = "", where: str = "") -> None:
        self.message, self.file, self.where = message, file, where
        super().__init__(": ".join(part for part in (file, where, message) if part))


class KeyUnusable(UsageError):
    """A key is missing, of a kind that hilt does not sign with, or its passphrase is wrong."""


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


class RecordError(HiltError):
    """What is remembered cannot be read or added to."""


class RecordDamaged(RecordError):
    """Something in the record is not what the log proves. `what` names the entry, the row or the document, `why` tells the rest."""

    def __init__(self, what: str, why: str) -> None:
        self.what, self.why = what, why
        super().__init__(f"{what}: {why}")


class RecordBehind(RecordError):
    """The record is older than a checkpoint that was kept, or holds another history."""


class RecordUnreachable(RecordError):
    """The database does not answer, is full, locked, or of another version."""


class ProofInvalid(RecordError):
    """A receipt, proof, checkpoint or note does not hold, or is by nobody who is trusted."""


class ChangedMeanwhile(HiltError):
    """Somebody else was quicker: what was to be done is done, or is about something that has changed."""


class NotHeld(HiltError):
    """The library has none, and nobody whom it asks. `what` is "repository", "revision" or "file"."""

    def __init__(self, message: str, *, what: str) -> None:
        self.what = what
        super().__init__(message)


class NotServed(HiltError):
    """What the library has may not be had for this use. The message is one line, for the terminal of whoever asked for it.

    `link` is the path of the page that tells more. `recalled` is true where it was withdrawn: copies of it are to be used no more.
    """

    def __init__(self, message: str, *, link: str, recalled: bool = False) -> None:
        self.message, self.link, self.recalled = message, link, recalled
        super().__init__(message)


class NotReady(HiltError):
    """What was asked for is being read; ask again after so many `seconds`."""

    def __init__(self, message: str, *, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(message)


class NotAllowed(HiltError):
    """A person may not do this."""


class MissingExtra(HiltError):
    """An optional package is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs an optional package: pip install 'hilt[{extra}]'")
