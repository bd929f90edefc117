"""Where the signatures of a subject lie: `model.sig` and other bundles in its folder, `<name>.sig` beside it, or as named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.provenance.places import SUFFIX, USUAL
from hilt.core.errors import FormatError, LimitExceeded, SourceError
from hilt.core.limits import Limits
from hilt.formats import sigstore_bundle
from hilt.formats.reader import HEAD, Head
from hilt.gate.named_file import read_named
from hilt.sources.listing import Listing

if TYPE_CHECKING:
    from hilt.knowledge.provenance.verify import Unverified


class SignatureFile(NamedTuple):
    """A signature: where it lies, its path inside the subject (empty for one outside), and what it says or what is wrong
    with it."""

    file: str
    path: str
    read: Unverified | None
    error: str = ""


def signature_files(listing: Listing, limits: Limits) -> list[SignatureFile]:
    """All signatures in the subject and beside it, `model.sig` first. Raises `LimitExceeded` where there are too many.

    Of other names than the usual ones, only what is a signature of a model is taken for one.
    """
    found: list[SignatureFile] = []
    read = 0
    for one in _candidates(listing, limits):
        if one.read is None and one.path not in ("", USUAL):
            continue
        if len(found) >= limits.signatures:
            raise LimitExceeded("signatures", f"{one.file}, one signature more,", limits.signatures)
        read += len(one.read.data) if one.read is not None else 0
        if read > limits.json_bytes:
            raise LimitExceeded("json_bytes", f"{one.file}, with the signatures before it,", limits.json_bytes)
        found.append(one)
    return found


def named_signature(name: str, listing: Listing, limits: Limits) -> SignatureFile:
    """The signature in the file `name`. Raises `UsageError` where it cannot be read."""
    data = read_named("--signature", name, limits.json_bytes)
    return _parsed(name, inside(name, listing), data, limits)


def root(listing: Listing) -> Path | None:
    """The folder that the paths of a listing start from; None for a single file and for what lies elsewhere."""
    folder = Path(listing.subject.reference)
    if listing.remote is not None or not folder.is_dir():
        return None
    snapshot = folder / "snapshots" / listing.subject.revision
    return snapshot if listing.subject.revision and snapshot.is_dir() else folder


def inside(name: str, listing: Listing) -> str:
    """The path inside the subject of the file `name`; empty where it lies elsewhere."""
    folder, file = root(listing), os.path.abspath(name)  # noqa: PTH100 (a link in a subject is still a name of the subject)
    for start in (os.path.abspath(folder), os.path.realpath(folder)) if folder is not None else ():  # noqa: PTH100
        if file.startswith(f"{start.rstrip(os.sep)}{os.sep}"):
            return Path(file).relative_to(start).as_posix()
    return ""


def _candidates(listing: Listing, limits: Limits) -> Iterator[SignatureFile]:
    files = [
        entry.path for entry in listing.subject.entries if entry.path in listing.locators and "/" not in entry.path
    ]
    if root(listing) is None and listing.remote is None:
        files = []  # a single file is what is to be verified
    for path in sorted(files, key=lambda path: (path != USUAL, path)):
        try:
            with listing.open(path) as source:
                head = Head(name=path, data=source.read(0, HEAD), source=source, limits=limits)
                if not path.endswith(SUFFIX) and not sigstore_bundle.probe(head):
                    continue
                data = source.read(0, min(source.size, limits.json_bytes + 1))
        except SourceError as error:
            yield SignatureFile(path, path, None, str(error))
        else:
            yield _parsed(path, path, data, limits)
    beside = _beside(listing)
    if beside is not None and beside.is_file():
        yield named_signature(str(beside), listing, limits)


def _beside(listing: Listing) -> Path | None:
    if listing.remote is not None:
        return None
    path = Path(os.path.abspath(listing.subject.reference))  # noqa: PTH100
    return path.with_name(path.name + SUFFIX) if path.name else None


def _parsed(file: str, path: str, data: bytes, limits: Limits) -> SignatureFile:
    try:
        if len(data) > limits.json_bytes:
            raise LimitExceeded("json_bytes", len(data), limits.json_bytes)
        sigstore_bundle.parse(data, limits)  # a file that is none does not cost the import of what verifies
        from hilt.knowledge.provenance import verify

        return SignatureFile(file, path, verify.read(data, limits))
    except FormatError as error:
        return SignatureFile(file, path, None, str(error))
