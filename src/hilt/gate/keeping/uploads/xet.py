"""Uploads by xet: chunks come in xorbs, and a shard says of which of them files are made. Here they become files among the blobs.

A client proves with each term that it knows the chunks of it: nobody has a file made of what somebody else sent, by a hash that they
heard of. Even where the file is here, its terms are gone through: it counts as sent only if they are what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

from hilt.core.errors import FormatError, HiltError, UsageError
from hilt.core.library import Repository
from hilt.formats.xet_hashes import hash_of, range_hash, text_of
from hilt.formats.xet_shard import SHARD_BYTES, Shard, ShardFile, Term
from hilt.formats.xet_shard import read as read_shard
from hilt.formats.xet_xorb import XORB_BYTES, Chunk, Xorb, unpacked
from hilt.gate.keeping.one_by_one import OneByOne
from hilt.gate.keeping.uploads.spooled import Spooled
from hilt.gate.keeping.uploads.xorbs import Xorbs, missing
from hilt.record.blobs.durable import make_folder, unusable

if TYPE_CHECKING:
    from hilt.gate.keeping.uploads.room import Taken
    from hilt.gate.keeping.uploads.staged import Staged
    from hilt.record.blobs.store import Blobs

_WRITTEN = 1 << 20
"""Bytes that are digested and written at once."""

Told = Callable[[int, int], None]
"""How many terms are done, of how many."""


class XetUploads:
    """Used by many threads. `most` are the bytes of xorbs that are kept. Raises `SourceError`."""

    def __init__(self, blobs: Blobs, staged: Staged, most: int) -> None:
        self._blobs, self._staged = blobs, staged
        folder = blobs.folder / "xet"
        self._partial, self._folder = folder / "partial", folder / "xorbs"
        self._xorbs = Xorbs(self._folder, self._partial, most)
        self._turns = OneByOne()

    def coming_xorb(self, announced: int = 0) -> Spooled:
        """Where a xorb is written to that comes, with room for so many bytes as are announced. Raises `UsageError` where there is none."""
        return self._coming(XORB_BYTES, "a xorb", announced)

    def coming_shard(self, announced: int = 0) -> Spooled:
        return self._coming(SHARD_BYTES, "a shard", announced)

    def take_xorb(self, body: Spooled, name: str) -> bool:
        """Keeps a xorb that came; False where it was there. Raises `FormatError`, `UsageError`, `SourceError`."""
        digest = hash_of(name)
        if digest is None:
            raise UsageError(f"{name[:80]!a}: a xorb is called by 64 small hexadecimal digits")
        return self._xorbs.take(body, digest)

    def take_shard(self, body: Spooled, repository: Repository, told: Told | None = None) -> int:
        """Puts together all files of a shard, which count as sent to the repository; says how many.

        Those that were done stay where a later one fails. Raises `FormatError`, `UsageError`, `SourceError`.
        """
        shard = read_shard(body.data())
        self._check(shard)
        steps = _Steps(told, sum(file.count for file in shard.files))
        for file in shard.files:
            with self._turns.about(file.sha256):
                self._put(file, repository, steps)
        return len(shard.files)

    def _coming(self, most: int, what: str, announced: int) -> Spooled:
        room = self._staged.room.take(min(announced, most), what)
        try:
            return self._spooled(most, what, room)
        except BaseException:
            room.give_back()
            raise

    def _spooled(self, most: int, what: str, room: Taken) -> Spooled:
        try:
            make_folder(self._partial)
            make_folder(self._folder)
        except OSError as error:
            raise unusable(self._folder, error) from None
        return Spooled(self._partial, most, what, room)

    def _check(self, shard: Shard) -> None:
        """Whatever can be refused before there is work."""
        known: set[bytes] = set()
        for file in shard.files:
            if not file.sha256 or (file.count and not file.proof_records):
                raise FormatError(
                    f"file {text_of(file.hash)} comes without {'proofs' if file.sha256 else 'its SHA-256'}; upload with a client "
                    "that states it, such as huggingface_hub 1.0 or newer"
                )
            for term in file.terms():
                self._check_here(term.xorb, known)
        for digest in shard.xorbs:
            self._check_here(digest, known)

    def _check_here(self, digest: bytes, known: set[bytes]) -> None:
        if digest not in known:
            if not self._xorbs.has(digest):
                raise missing(digest)
            known.add(digest)

    def _put(self, file: ShardFile, repository: Repository, steps: _Steps) -> None:
        try:
            if self._blobs.has(file.sha256, file.size):
                self._compare(file, steps)
                self._blobs.use(file.sha256)
                self._staged.arrived(repository, file.sha256, file.size)
            else:
                self._write(file, repository, steps)
        except HiltError:
            for term in file.terms():
                self._xorbs.forget(term.xorb)
            raise

    def _write(self, file: ShardFile, repository: Repository, steps: _Steps) -> None:
        sending = self._staged.receive(repository, file.sha256, file.size)
        try:
            for piece in _joined(self._pieces(file, steps)):
                sending.write(piece)
        except HiltError as error:
            sending.give_up(str(error))
            raise
        except BaseException:
            sending.give_up("hilt failed while it was put together")
            raise
        sending.finish()

    def _compare(self, file: ShardFile, steps: _Steps) -> None:
        """The file is here; is it the one that the client has?"""
        digest = sha256()
        for piece in self._pieces(file, steps):
            digest.update(piece)
        if digest.hexdigest() != file.sha256:
            raise FormatError(
                f"a file is stated to have SHA-256 {file.sha256}, and its chunks have {digest.hexdigest()}"
            )

    def _pieces(self, file: ShardFile, steps: _Steps) -> Iterator[bytes]:
        """The chunks of the file, one after the other."""
        for term in file.terms():
            with self._xorbs.opened(term.xorb) as (xorb, source):
                for chunk in _proven(term, xorb):
                    yield unpacked(source, chunk)
            steps.one()


class _Steps:
    """Tells how far it is."""

    def __init__(self, told: Told | None, of: int) -> None:
        self._told, self._of, self._done = told, of, 0

    def one(self) -> None:
        self._done += 1
        if self._told is not None:
            self._told(min(self._done, self._of), self._of)


def _proven(term: Term, xorb: Xorb) -> tuple[Chunk, ...]:
    """The chunks of a term. Raises `FormatError` where it does not know them."""
    chunks = xorb.chunks[term.start : term.end]
    name = text_of(xorb.hash)
    if len(chunks) != term.end - term.start:
        raise FormatError(f"chunks {term.start} to {term.end} are asked of xorb {name}, which has {len(xorb.chunks)}")
    if (size := sum(chunk.size for chunk in chunks)) != term.size:
        raise FormatError(
            f"chunks {term.start} to {term.end} of xorb {name} have {size} bytes, and not {term.size} as is stated"
        )
    if range_hash(chunk.hash for chunk in chunks) != term.proof:
        raise FormatError(f"the proof for chunks {term.start} to {term.end} of xorb {name} is of other chunks")
    return chunks


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces."""
    waiting: list[bytes] = []
    held = 0
    for piece in pieces:
        waiting.append(piece)
        held += len(piece)
        if held >= _WRITTEN:
            yield b"".join(waiting)
            waiting, held = [], 0
    if held:
        yield b"".join(waiting)
