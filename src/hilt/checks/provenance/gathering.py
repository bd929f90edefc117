"""The signatures at the root of a subject, each held against its files and the signers that are trusted: once for all checks.

A signature in a folder below is none of the model, so that it is not looked at: a small model that somebody trusted has
signed, put inside another, would vouch for the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hilt.checks.check import Repository
from hilt.checks.provenance.places import FORMAT, USUAL, is_client_folder, is_no_part, may_sign
from hilt.core.byte_source import ByteSource
from hilt.core.context import Signer
from hilt.core.errors import FormatError, LimitExceeded, MissingExtra, SourceError
from hilt.core.limits import MIB
from hilt.core.subject import Entry, EntryKind
from hilt.core.verification import Signed
from hilt.formats.sigstore_bundle import SigstoreBundle
from hilt.knowledge.provenance import comparing, manifest, statement, verify


class Held(NamedTuple):
    """The signature at `path`, and what came of it. `malformed` says what OpenSSF Model Signing does not allow in it, `other`
    that it is a signature of another kind; `unseen` says why it could not be verified."""

    path: str
    result: verify.Result | None = None
    malformed: str = ""
    other: bool = False
    unseen: str = ""


class _Read(NamedTuple):
    """A file that may be a signature: what it says, or why that cannot be had."""

    path: str
    signature: verify.Unverified | None = None
    error: FormatError | SourceError | None = None
    size: int = 0


@lru_cache(maxsize=1)
def held(repository: Repository) -> tuple[Held, ...]:
    """Every signature at the root, `model.sig` first."""
    paths = [path for path in repository.formats if may_sign(path, repository.formats[path])]
    paths.sort(key=lambda path: (path != USUAL, path))
    most = repository.limits.signatures
    beyond = str(LimitExceeded("signatures", len(paths), most))
    read: list[_Read] = []
    for path in paths[:most]:
        read.append(_read(repository, path, sum(one.size for one in read)))
    signatures = [one.path for one in read if is_no_part(one.path) and (one.signature is not None or one.path == USUAL)]
    told = [_held(repository, one, signatures) for one in read if one.signature is not None or _tells(repository, one)]
    return (*told, *(Held(path, unseen=beyond) for path in paths[most:]))


def _tells(repository: Repository, one: _Read) -> bool:
    """Whether a file that is no signature of a model is one that should be; programs of other kinds write *.sig too."""
    return one.path == USUAL or repository.formats[one.path] == FORMAT or isinstance(one.error, SourceError)


def _read(repository: Repository, path: str, before: int) -> _Read:
    """The file at `path`, where so many bytes of signatures were read `before`."""
    try:
        source = repository.open(path)
        if before + source.size > repository.limits.json_bytes:
            raise LimitExceeded("json_bytes", before + source.size, repository.limits.json_bytes)
        signature = verify.read(source.read(0, source.size), repository.limits)
        return _Read(path, signature, size=source.size)
    except (FormatError, SourceError) as error:
        return _Read(path, error=error)


def results(repository: Repository, state: Signed) -> Iterator[tuple[str, verify.Result]]:
    """The signatures that came to `state`, by their paths."""
    for one in held(repository):
        if one.result is not None and one.result.state is state:
            yield one.path, one.result


def expected(repository: Repository) -> tuple[str, ...]:
    """The signers that the settings name for this subject."""
    return tuple(sorted({signer.name for signer in repository.context.signers if signer.models}))


def _held(repository: Repository, one: _Read, signatures: list[str]) -> Held:
    if one.signature is None:
        if isinstance(one.error, SourceError):
            return Held(one.path, unseen=str(one.error))
        return Held(one.path, malformed=str(one.error), other=_is_other(repository, one.path))
    digests, context = _Digests(repository, one.signature.statement), repository.context
    try:
        result = verify.verify(
            one.signature, digests.files(), context.signers, context.now, signatures=signatures, keyless=_keyless
        )
    except (FormatError, SourceError, MissingExtra) as error:
        return Held(one.path, unseen=str(error))
    if result.state is not Signed.BROKEN and result.differences is not None:
        if result.differences.unknown:
            return Held(one.path, unseen=digests.why_unknown(result.differences.unknown))
        if context.unlisted:
            return Held(one.path, unseen=f"there may be files that nobody saw: {context.unlisted}")
    return Held(one.path, result=result)


def _is_other(repository: Repository, path: str) -> bool:
    """A bundle that is in order and signs something else than a list of files, under a name that promises no more."""
    if path == USUAL:
        return False
    try:
        bundle = repository.read(path).value
    except (FormatError, SourceError):
        return False
    if not isinstance(bundle, SigstoreBundle):
        return False
    listing = (statement.PREDICATE.encode(), statement.DEPRECATED.encode())
    return bundle.envelope is None or not any(kind in bundle.envelope.payload for kind in listing)


def _keyless(data: bytes, signer: Signer) -> str:
    from hilt.knowledge.provenance import sigstore

    return sigstore.why_not(data, signer)


class _Digests:
    """The digests that a statement lists: those that the run has made where they are the same, others from the bytes."""

    def __init__(self, repository: Repository, signed: statement.Statement) -> None:
        self._repository, self._signed = repository, signed
        sizes = {entry.path: entry.size for entry in repository.subject.files}
        self._needed = frozenset(comparing.to_digest(signed, sizes))
        self._hashed = any(entry.sha256 and not entry.claimed for entry in repository.subject.files)
        hub = repository.context.hub
        self._here = hub is None or not hub.asked
        self._left = repository.limits.signed_bytes if self._hashed and self._here else 0

    def files(self) -> Iterator[manifest.File]:
        """All names that somebody could load, with the digests that there are of them."""
        for entry in self._repository.subject.entries:
            if not is_client_folder(entry):
                digests = self._of(entry) if entry.kind is EntryKind.FILE else ()
                yield manifest.File(entry.path, entry.size, digests)

    def why_unknown(self, paths: tuple[str, ...]) -> str:
        """Why there is no digest of these files."""
        some = f"{paths[0]}" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
        if not self._hashed and self._here:
            return f"no digests were made (--no-hash), so that nobody knows whether {some} is what was signed"
        kind = self._signed.algorithm + (
            f" of pieces of {self._signed.shard_size} bytes" if self._signed.shard_size else ""
        )
        if not self._here:
            return f"nobody states the {kind} of {some}; download it, and `hilt verify` it there"
        return (
            f"the {kind} of {some} is more than a check reads again (limit signed_bytes); `hilt verify` reads all of it"
        )

    def _of(self, entry: Entry) -> tuple[str, ...]:
        """The digest of the whole file, or of each piece; empty where nobody has computed it."""
        size, algorithm = self._signed.shard_size, self._signed.algorithm
        known = {"sha256": entry.sha256, "blake3": entry.blake3}.get(algorithm, "")
        if known and (not size or entry.size <= size):
            return (known,)
        if entry.path not in self._needed or entry.size > self._left:
            return ()
        self._left -= entry.size
        source = self._repository.open(entry.path)
        return tuple(_digest(source, begin, end, algorithm) for begin, end in manifest.pieces(entry.size, size))


def _digest(source: ByteSource, begin: int, end: int, algorithm: str) -> str:
    from hilt.checks.digesting import new

    digest = new(algorithm)
    for offset in range(begin, end, MIB):
        digest.update(source.read(offset, min(MIB, end - offset)))
    return digest.hexdigest()
