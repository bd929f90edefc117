"""staged: large files, which are sent before the commit that names them.

That bytes with a digest lie in the library does not mean that everybody who knows the digest may have them. So a commit takes a file
that its own repository holds already, and else one that was really sent to that; also where another of ours has the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hilt.core.errors import NotHeld, SourceError, UsageError
from hilt.core.library import Repository
from hilt.gate.keeping.uploads.drafts import is_digest
from hilt.gate.keeping.uploads.own_files import OwnFiles
from hilt.gate.keeping.uploads.room import Room, Taken
from hilt.gate.keeping.uploads.sent_files import SentFiles

if TYPE_CHECKING:
    from hilt.record.blobs.incoming import Incoming
    from hilt.record.blobs.store import Blobs

MOST_ASKED = 1000
"""Files that are asked after at once."""


class Wanted(NamedTuple):
    """What is to be done about a file of `size` bytes: nothing where it `is_here`; else to send it, or why it cannot be taken."""

    sha256: str
    size: int
    is_here: bool
    refused: str = ""


class Staged:
    """The large files on their way into repositories of ours; used by many threads. `most` bytes may be here that nobody admitted.

    `has` tells whether bytes with a SHA-256 and a size can be had here; `sweep` looks whether there are too many.
    """

    def __init__(
        self, blobs: Blobs, own: OwnFiles, has: Callable[[str, int], bool], most: int, sweep: Callable[[], None]
    ) -> None:
        self._blobs, self._own, self._has, self._sweep = blobs, own, has, sweep
        self.room = Room(blobs.folder, most, lambda: sum(self.waiting().values()))
        self._lock = self.room.lock
        self._sent = SentFiles(blobs.folder / "sent", blobs.folder / "partial")

    def waiting(self, *, now: bool = False) -> Mapping[str, int]:
        """The sizes of all that nobody admitted and that must not be thrown away, by SHA-256: what branches lead to, and what was sent.

        What other servers took a moment ago may be missing, unless what is there `now` is asked for.
        """
        with self._lock:
            sent = self._sent.sizes(now=now)
        own = self._own.digests(now=now)  # behind what was sent: a commit that comes meanwhile is in one of both
        return {sha256: size for sha256, size in sent.items() if sha256 not in own} | dict(self._own.not_admitted())

    def wanted(self, repository: Repository, files: Iterable[tuple[str, int]]) -> list[Wanted]:
        """What is to be done about files, each a SHA-256 and a size. Raises `UsageError`."""
        told: list[Wanted] = []
        room = self.room.left()
        for sha256, size in files:
            if len(told) == MOST_ASKED:
                raise UsageError(f"at most {MOST_ASKED} files are asked after at once; ask in several calls")
            if not is_digest(sha256) or not 0 <= size < 1 << 62:
                raise UsageError(
                    f"{sha256!r:.80}, {size!r:.40}: a SHA-256 in small hexadecimal digits and a size are needed"
                )
            if self.size_of(repository, sha256) == size and self._has(sha256, size):
                told.append(Wanted(sha256, size, is_here=True))
            elif size > room:
                told.append(Wanted(sha256, size, is_here=False, refused=self.room.refusal(size)))
            else:
                room -= size
                told.append(Wanted(sha256, size, is_here=False))
        return told

    def receive(self, repository: Repository, sha256: str, size: int) -> Sending:
        """Takes the bytes of a file. Raises `UsageError`, also where there is no room for it or too many wait, and `SourceError` where the disk does not do it."""
        if not is_digest(sha256):
            raise UsageError(f"{sha256!r:.80}: a SHA-256 in small hexadecimal digits is needed")
        with self._lock:
            self._sent.check(repository, sha256)
        taken = self.room.take(size, sha256)
        try:
            # Under no name of its own before it is whole: whoever breaks off, or sends other bytes, is in nobody's way.
            incoming = self._blobs.incoming(size, hold_all=True)
        except BaseException:
            taken.give_back()
            raise
        return Sending(self, repository, sha256, incoming, taken)

    def arrived(self, repository: Repository, sha256: str, size: int, taken: Taken | None = None) -> None:
        """The file was sent for this repository, and lies among the blobs; no room is `taken` for it any more. Raises `UsageError`."""
        with self._lock:
            if taken is not None:
                taken.give_back()
            self._sent.note(repository, sha256, size)
            self.room.came(size)
        self._sweep()

    def used(self, repository: Repository, digests: Iterable[str]) -> None:
        """A commit of the repository has these; from now on they stay as long as that does."""
        with self._lock:
            self._sent.forget(repository, digests)
            self.room.look_again()

    def check(self, repository: Repository, sha256: str, size: int) -> None:
        """Raises `NotHeld` where a file was not sent, or is not here as a whole."""
        if self.size_of(repository, sha256) != size or not self._has(sha256, size):
            raise NotHeld(
                f"a file of {size} bytes with the SHA-256 {sha256!r:.80} did not come; send it again", what="file"
            )

    def size_of(self, repository: Repository, sha256: str) -> int | None:
        """The size of a file that a commit to the repository may name; None for others."""
        size = self._sent.size(repository, sha256)
        return size if size is not None else self._own.of(repository).get(sha256)


class Sending:
    """One file that is being sent. Used by one thread at a time."""

    def __init__(self, staged: Staged, repository: Repository, sha256: str, incoming: Incoming, taken: Taken) -> None:
        self._staged, self._repository, self._sha256 = staged, repository, sha256
        self._incoming, self._taken = incoming, taken

    def write(self, data: bytes) -> None:
        """The next bytes. Raises `SourceError`; then nothing of it is kept."""
        self._incoming.write(data)

    def finish(self) -> None:
        """It has come as a whole, and counts from now on. Raises `UsageError` where it is another file, `SourceError`."""
        if self._incoming.received < self._incoming.size:
            raise UsageError(f"only {self._incoming.received} of {self._incoming.size} bytes came; send it again")
        try:
            self._incoming.finish(self._check)
        except BaseException:
            self._taken.give_back()
            raise
        self._staged.arrived(self._repository, self._sha256, self._incoming.size, self._taken)

    def _check(self, _: Path) -> None:
        """What is another file is not kept: nobody would count it."""
        found = self._incoming.digest
        if found != self._sha256:
            raise UsageError(
                f"the {self._incoming.size} bytes that came have the SHA-256 {found}, and not {self._sha256} as was said; look "
                "whether the file changed meanwhile, and send it again"
            )

    def give_up(self, why: str) -> None:
        """It broke off. What came is not kept."""
        self._incoming.fail(SourceError(f"{self._sha256}: {why}; send it again"), discard=True)
        self._taken.give_back()
