"""Which bytes a reference means: what lies at a path or an address now, a digest, or those of a case."""

from __future__ import annotations

import re
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.digesting import Piece, digest_pieces
from hilt.checks.hashing import digestible
from hilt.core.errors import ReferenceInvalid, UsageError
from hilt.core.events import UseRequested
from hilt.core.progress import Progress, Silent
from hilt.core.subject import EntryKind, Subject
from hilt.gate.keeping.origins.named import open_named
from hilt.gate.settings import Settings
from hilt.sources.digest_store import usual_store

if TYPE_CHECKING:
    from hilt.record.record import Record

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_CASE = re.compile(r"#(\d{1,18})")


class NamedSubject(NamedTuple):
    """The digest of the bytes that `reference` means.

    `case` and `use` are those of the request where its number was named, else -1 and empty. `here` is true where the bytes
    can be read, `claimed` where a part of the digest is what a hub states.
    """

    reference: str
    digest: str
    use: str = ""
    case: int = -1
    here: bool = False
    claimed: bool = False


def named_subject(
    reference: str, record: Record, settings: Settings, *, progress: Progress | None = None
) -> NamedSubject:
    """What `reference` means. Large files are digested with the help of the digest store.

    Raises `ReferenceInvalid` where it means nothing, `NothingToCheck` or `SourceError` where its bytes cannot be had.
    """
    if found := _CASE.fullmatch(reference):
        return _of_case(reference, int(found[1]), record)
    if reference.startswith("#"):
        raise ReferenceInvalid(f"{reference}: a case is named by its number, such as '#17'")
    if not reference.startswith("sha256:"):
        return _read(reference, settings, progress or Silent())
    if (found := _DIGEST.fullmatch(reference)) is None:
        raise ReferenceInvalid(f"{reference}: sha256: and 64 lower-case hexadecimal digits name the bytes of a model")
    if record.registry.model(found[1]) is None:
        raise ReferenceInvalid(f"{reference}: the record holds no verdict of these bytes; {_LISTED}")
    return NamedSubject(reference, found[1])


_LISTED = "`hilt status` lists what it holds, `hilt check --record REF` adds to it"


def _of_case(reference: str, place: int, record: Record) -> NamedSubject:
    entry = record.find(place)
    event = entry.event if entry is not None else None
    if not isinstance(event, UseRequested):
        size = record.log.head().size
        what = f"the log has {size} entries" if event is None else f"that entry of the log is a {event.kind}"
        raise ReferenceInvalid(f"{reference} is no request to use a model: {what}; `hilt review` lists open cases")
    return NamedSubject(reference, event.subject, use=event.use, case=place)


def _read(reference: str, settings: Settings, progress: Progress) -> NamedSubject:
    subject, errors = _digested(reference, settings, progress)
    if not subject.digest:
        told = "; ".join(f"{path}: {why}" for path, why in list(errors.items())[:3]) or "it holds no regular file"
        raise UsageError(f"{reference}: its bytes have no digest, and nothing is decided of bytes without one ({told})")
    return NamedSubject(reference, subject.digest, here=True, claimed=subject.claimed)


def _digested(reference: str, settings: Settings, progress: Progress) -> tuple[Subject, dict[str, str]]:
    """The subject with its digests, and by path why there is none."""
    limits = settings.limits
    with closing(open_named(reference, settings)) as listing:
        pieces = {entry.path: Piece(entry.path, 0, entry.size) for entry in digestible(listing, limits, marked=False)}
        progress.start(files=0, size=sum(piece.end for piece in pieces.values()))
        done = digest_pieces(listing, pieces.values(), progress, threading.Event(), usual_store())
        made = {piece.path: digest for piece, digest in done.digests.items()}
        entries = tuple(replace(entry, sha256=made.get(entry.path, entry.sha256)) for entry in listing.subject.entries)
    missing = [entry.path for entry in entries if entry.kind is EntryKind.FILE and not entry.sha256]
    errors = {piece.path: why for piece, why in done.errors.items()}
    return replace(listing.subject, entries=entries), {path: errors.get(path, "nobody states it") for path in missing}
