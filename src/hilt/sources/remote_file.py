"""One file of a remote subject: what was stated of it, and the proof that every answer is of that same file.

A verdict is worth nothing if the bytes that were judged are not those that were listed. So each answer must agree with the
listing in commit, size and digest, and with all answers before it in its ETag; and where all bytes have come, their
digest must be the one that was stated.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from hilt.core.errors import ChangedWhileRead, SourceError
from hilt.sources.http import TRIES, Answer, Client, Streamed
from hilt.sources.network import origin
from hilt.sources.probing import Probing
from hilt.sources.remote_source import WHOLE

_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a listing says of a file: where it is, and how to know it again.

    `sha256` is of its bytes; `blob` is git's name for them (SHA-1). Either may be empty, and `commit` as well.
    """

    path: str
    size: int
    address: str
    commit: str = ""
    sha256: str = ""
    blob: str = ""


class Piece(NamedTuple):
    """Bytes of a file and where they begin; more than was asked for, where the server sent it whole."""

    start: int
    data: bytes


class RemoteFile:
    """Fetches pieces of one file, from several threads; everything else is for the one that holds `lock`.

    `next` is the block behind the last ones fetched, and `ahead` how many came at once: what a read in order goes by.
    """

    def __init__(self, stated: Stated) -> None:
        self.stated = stated
        self.lock = threading.Lock()
        self.next, self.ahead = -1, 1
        self._elsewhere = ""
        self._etags: dict[tuple[str, str, int], str] = {}
        git = hashlib.sha1(b"blob %d\0" % stated.size, usedforsecurity=False)
        self._digest = hashlib.sha256() if stated.sha256 else git
        self._wrong: ChangedWhileRead | None = None
        self.probing = Probing()
        self.digested = 0
        """Bytes from the start that were digested."""

    def assert_right(self) -> None:
        """Raises `ChangedWhileRead` once the bytes were found to be others than was stated."""
        if self._wrong is not None:
            raise self._wrong

    def fetch(self, client: Client, start: int, end: int) -> Piece:
        """The bytes [start, end). Raises `SourceError`, or `ChangedWhileRead` where they are not of what was listed."""
        data = b""
        for attempt in range(TRIES):
            answer = self._ask(client, start + len(data), end)
            begins, body = self.checked(answer, start + len(data), end)
            if begins < start + len(data) or begins + len(body) > end:
                return Piece(begins, body)  # the whole file
            data += body
            if start + len(data) == end:
                return Piece(start, data)
            if answer.broken is not None and answer.broken.late and attempt:
                break
        why = f": {answer.broken}" if answer.broken is not None else ""
        raise SourceError(f"{self.stated.path}: the answers broke off, the last one at byte {start + len(data)}{why}")

    def take(self, data: bytes) -> None:
        """Digests the bytes that follow those digested so far; raises `ChangedWhileRead` where the sum is another."""
        self._digest.update(data)
        self.digested += len(data)
        stated = self.stated.sha256 or self.stated.blob
        if self.digested == self.stated.size and stated and self._digest.hexdigest() != stated:
            kind = "SHA-256" if self.stated.sha256 else "git blob"
            self._wrong = self._changed(f"the {kind} {stated} is stated of it", self._digest.hexdigest())
            raise self._wrong

    def _ask(self, client: Client, start: int, end: int) -> Answer:
        stated = self.stated
        whole = start == 0 and end == stated.size <= WHOLE
        span = None if whole else (start, end)
        most = stated.size if stated.size <= WHOLE else end - start
        if self._elsewhere:
            try:
                return client.get(self._elsewhere, most=most, span=span, part=True)
            except SourceError:  # signed for a short time only, perhaps
                self._elsewhere = ""
        answer = client.get(stated.address, most=most, span=span, part=True)
        if answer.hops and origin(urlsplit(answer.url)) != origin(urlsplit(stated.address)):
            self._elsewhere = answer.url
        return answer

    def checked(self, answer: Answer, start: int, end: int) -> Piece:
        """The bytes of an answer to a request for [start, end), once it agrees with all that is known of the file."""
        first, behind = self.announced(answer, start, end)
        came = len(answer.body)
        if answer.status == 200:
            if answer.broken is None and came != self.stated.size:
                raise self._changed(f"{self.stated.size} bytes were listed", f"{came} bytes")
            return Piece(0, answer.body) if answer.broken is None or start == 0 else Piece(start, answer.body[start:])
        if came > behind - first or (answer.broken is None and came != behind - first):
            given = answer.headers["content-range"]
            raise SourceError(f"{self.stated.path}: {given!r:.60} is announced, and {came} bytes come")
        return Piece(start, answer.body)

    def announced(self, answer: Answer | Streamed, start: int, end: int) -> tuple[int, int]:
        """Which bytes [first, behind) come as the answer to a request for [start, end), by its headers: the whole file perhaps.

        Raises `SourceError`, or `ChangedWhileRead` where the headers do not agree with all that is known of the file.
        """
        for headers in (*answer.hops, answer.headers):
            self._assert_stated(headers)
        encoding = answer.headers.get("content-encoding", "identity")
        if encoding != "identity":
            raise SourceError(f"{self.stated.path}: comes packed ({encoding!r:.40}), which was not asked for")
        self._assert_same(answer)
        if answer.status == 200:
            length = answer.headers.get("content-length", "")
            if length and length != str(self.stated.size):
                raise self._changed(f"{self.stated.size} bytes were listed", f"a length of {length[:40]}")
            return 0, self.stated.size
        given = answer.headers.get("content-range", "")
        found = _RANGE.fullmatch(given)
        if found is None:
            raise SourceError(f"{self.stated.path}: part of it comes without saying which ({given!r:.60})")
        first, last, total = (int(number) for number in found.groups())
        if total != self.stated.size:
            raise self._changed(f"{self.stated.size} bytes were listed", f"a part of {total} bytes")
        if first != start or last >= end or last < first:
            raise SourceError(f"{self.stated.path}: bytes {start}-{end - 1} were asked for, and {given!r:.60} comes")
        return first, last + 1

    def _assert_stated(self, headers: Mapping[str, str]) -> None:
        """What a hub says with the file, against what it said in its listing."""
        commit = headers.get("x-repo-commit", "")
        if commit and self.stated.commit and commit != self.stated.commit:
            raise self._changed(f"it was listed at commit {self.stated.commit}", f"it from {commit!r:.60}")
        size = headers.get("x-linked-size", "")
        if size and size != str(self.stated.size):
            raise self._changed(f"{self.stated.size} bytes were listed", f"a file of {size!r:.40} bytes")
        linked = (headers.get("x-linked-etag") or (headers.get("etag", "") if commit else "")).strip('"')
        if self.stated.sha256 and _SHA256.fullmatch(linked) and linked != self.stated.sha256:
            raise self._changed(f"the SHA-256 {self.stated.sha256} is stated of it", linked)

    def _assert_same(self, answer: Answer | Streamed) -> None:
        """The ETag, against the one that came before from the same place; a weak one says nothing of bytes."""
        etag = answer.headers.get("etag", "")
        if etag and not etag.startswith("W/"):
            before = self._etags.setdefault(origin(urlsplit(answer.url)), etag)
            if before != etag:
                raise self._changed(f"it came with the ETag {before:.80}", f"{etag:.80}")

    def _changed(self, listed: str, came: str) -> ChangedWhileRead:
        return ChangedWhileRead(
            f"{self.stated.path}: {listed}, and what comes now is {came}; nobody can say which one you would get. Check it "
            "again; if it stays so, do not use it"
        )
