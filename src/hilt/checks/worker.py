"""The process that reads. It is told which file to read, one JSON line a time, and answers with one JSON line.

It runs with an empty environment, in the root folder, under the limits it is given first. Whatever a hostile file does
to it stays here: the parent (`checks/workers.py`) sees it end, and notes the file as failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO

from hilt.checks import CHECKS
from hilt.checks.channel import Channel
from hilt.checks.check import ReadFile, Repository
from hilt.checks.examined import RAISE_BUGS, UNKNOWN, UNREAD, Examined, encode_examined
from hilt.checks.reading import bug, examine, read, run_check
from hilt.core.byte_source import ByteSource, MemorySource
from hilt.core.context_v1 import decode_context
from hilt.core.errors import FormatError, SourceError
from hilt.core.limits import Limits
from hilt.core.parts_v1 import decode_fact, decode_subject
from hilt.core.report import Gap, State
from hilt.sources.file import FileSource, Locator

if TYPE_CHECKING:
    from hilt.knowledge.byte_marks import Marks
    from hilt.sources.joined import Joined
    from hilt.sources.remote_source import RemoteSource

try:
    import resource as _resource

    resource: ModuleType | None = _resource
except ImportError:  # Windows: the parent's wall clock is the only guard
    resource = None

Place = dict[str, Any]
"""How to reach a file: {"path", "locator", "chain": [[format, index], ...]}; the chain leads through archives."""


class Opened:
    """The file that was opened last, with the archives inside it that lead to where the reading is now.

    The members of one archive come one after the other: its listing is read once, and a compressed stream runs forward.
    """

    def __init__(self, limits: Limits, channel: Channel) -> None:
        self._limits, self._channel = limits, channel
        self._outer: FileSource | RemoteSource | Joined | None = None
        self._inner: dict[tuple[tuple[str, int], ...], ByteSource] = {}

    def at(self, place: Place) -> ByteSource:
        """The bytes at `place`. Raises `SourceError` where they cannot be had."""
        self._outer = self._opened(place["locator"])
        chain = tuple((format_id, index) for format_id, index in place["chain"])
        if not chain:
            self._inner.clear()
            return self._outer
        from hilt.formats.archive import open_member

        self._inner = {past: source for past, source in self._inner.items() if chain[: len(past)] == past}
        source: ByteSource = self._outer
        for depth in range(1, len(chain) + 1):
            past = chain[:depth]
            if past not in self._inner:
                try:
                    self._inner[past] = open_member(past[-1][0], source, past[-1][1], self._limits)
                except FormatError as error:
                    raise SourceError(str(error)) from None
            source = self._inner[past]
        return source

    def _opened(self, told: dict[str, Any]) -> FileSource | RemoteSource | Joined:
        if self._outer is not None and self._outer.locator._asdict() == told:
            return self._outer
        self.close()
        if "parts" in told:
            from hilt.sources.joined import Joined

            return Joined([self._alone(part) for part in told["parts"]])
        return self._alone(told)

    def _alone(self, told: dict[str, Any]) -> FileSource | RemoteSource:
        """A file of this machine is told with its inode; any other is the parent's to fetch."""
        if "inode" in told:
            return Locator(**told).open()
        from hilt.sources.remote_source import RemoteLocator, RemoteSource

        return RemoteSource(RemoteLocator(**told), self._channel.fetch)

    def assert_unchanged(self) -> None:
        if self._outer is not None:
            self._outer.assert_unchanged()

    def close(self) -> None:
        if self._outer is not None:
            self._outer.close()
        self._outer = None
        self._inner.clear()


class Kept:
    """Small texts that were read: a card and a config are asked for by ten checks, one after the other."""

    FORMATS = frozenset({"model-card", "json", "yaml", "text", "licence", "package-metadata", "jinja"})
    EACH, ALL = 1 << 18, 1 << 21
    """Bytes of one file, and of all that are kept at a time."""

    def __init__(self) -> None:
        self._files: dict[str, ReadFile[Any]] = {}
        self._bytes = 0

    def read(self, place: Place, source: ByteSource, limits: Limits) -> ReadFile[Any]:
        """The file at `place`, whose bytes are `source`. Raises `SourceError`."""
        key = repr([place[part] for part in ("path", "locator", "chain")])
        if key in self._files:
            return replace(self._files[key], source=source)
        file = read(place["path"], source, limits)
        if file.format in self.FORMATS and source.size <= self.EACH:
            if self._bytes + source.size > self.ALL:
                self._files.clear()
                self._bytes = 0
            self._files[key] = replace(file, source=_NO_BYTES)
            self._bytes += source.size
        return file


_NO_BYTES = MemorySource(b"")


@dataclass(slots=True)
class Session:
    """What the parent has told this worker so far."""

    limits: Limits
    opened: Opened
    kept: Kept = field(default_factory=Kept)
    places: Mapping[str, Place] = field(default_factory=dict)
    seen: dict[str, ReadFile[object]] = field(default_factory=dict)
    """The files that the check which runs has read."""
    repository: Repository | None = None


def main() -> None:
    """Answers until the parent closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not look like an answer
    lines = sys.stdin.buffer
    limits = Limits(**json.loads(lines.readline()))
    session = Session(limits=limits, opened=Opened(limits, Channel(lines, answers)))
    _limit_memory(session.limits)
    while line := lines.readline():
        _limit_time(session.limits)
        _answer(answers, _handle(session, json.loads(line)))
    os._exit(0)  # every answer is out; taking the interpreter apart takes as long as reading a small file


def _answer(answers: BinaryIO, result: Examined) -> None:
    answers.write(json.dumps(encode_examined(result)).encode("ascii") + b"\n")
    answers.flush()


def _handle(session: Session, request: dict[str, Any]) -> Examined:
    path = request.get("path", "")
    what = request.get("check", "read")
    try:
        match request["do"]:
            case "file":
                return _file(session, request)
            case "subject":
                session.places = {place["path"]: place for place in request["places"]}
                session.repository = _introduced(session, request)
                return Examined()
            case "weights":
                return _weights(session, request)
            case _:
                return _repository(session, what, request["facts"])
    except SourceError as error:
        return _failed(what, path, str(error))
    except MemoryError:
        return _failed(
            what,
            path,
            f"needs more memory than a reader may have (limit worker_memory = {session.limits.worker_memory})",
        )
    except Exception as error:
        if os.environ.get(RAISE_BUGS):
            raise
        return _failed(what, path, bug(error))


def _failed(what: str, path: str, why: str) -> Examined:
    return Examined(format=UNREAD, gaps=(Gap(what=what, path=path, state=State.FAILED, why=why),))


def _file(session: Session, place: Place) -> Examined:
    file = session.kept.read(place, session.opened.at(place), session.limits)
    if place.get("part") and (file.error is not None or file.format in (UNKNOWN, "zip-behind")):
        return Examined(format=UNKNOWN)  # a piece of what is read as a whole
    result = examine(file, [check for check in CHECKS if check.reads])
    session.opened.assert_unchanged()
    return replace(result, members=_members(file))


def _members(file: ReadFile[Any]) -> tuple[tuple[int, str], ...]:
    """The files inside an archive, encrypted ones too: the mark may lie, and then their bytes can be read."""
    if not getattr(file.value, "members", ()):
        return ()
    from hilt.formats.archive import ARCHIVES, MemberKind, member_path

    if file.format not in ARCHIVES:
        return ()
    return tuple(
        (index, member_path(file.path, member))
        for index, member in enumerate(file.value.members)
        if member.kind is MemberKind.FILE
    )


def _introduced(session: Session, request: dict[str, Any]) -> Repository:
    def read_path(path: str) -> ReadFile[object]:
        if path not in session.seen:
            place = session.places[path]
            session.seen[path] = session.kept.read(place, session.opened.at(place), session.limits)
        file = session.seen[path]
        if file.error is not None:
            raise file.error
        return file

    return Repository(
        subject=decode_subject(request["subject"]),
        formats=request["formats"],
        read=read_path,
        limits=session.limits,
        open=lambda path: session.opened.at(session.places[path]),
        marks=_marks(request["marks"]),
        context=decode_context(request["context"]),
    )


def _repository(session: Session, check_id: str, facts: list[dict[str, Any]]) -> Examined:
    check = next(check for check in CHECKS if check.id == check_id)
    if session.repository is None:
        raise RuntimeError("a check of the subject was asked for before the subject was told")
    session.seen.clear()
    known = session.repository.facts  # those of the checks before, to which more were added since
    known += [decode_fact(fact) for fact in facts[len(known) :]]
    return run_check(check, session.repository, "", session.limits)


def _weights(session: Session, request: dict[str, Any]) -> Examined:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # each thread takes address space, of which a reader has little
    from hilt.checks.lineage.answers import Asked, File, answer, described
    from hilt.formats.tensors import Given

    paths = frozenset(session.places)
    formats = session.repository.formats if session.repository is not None else {}
    files: list[File] = []
    try:
        for path in request["paths"]:
            file = _read_anew(session, described(path, paths, formats))
            given = Given(
                path=file.path,
                value=file.value,
                source=_reopened(session, file.path),
                limits=session.limits,
                beside=lambda other: _reopened(session, other),
                parsed=lambda other: _read_anew(session, other).value,
                paths=paths,
            )
            files.append(File(file.format, given))
        return Examined(told=answer(request["check"], Asked(tuple(files), request["seed"], session.repository)))
    except FormatError as error:
        return _failed(request["check"], "", str(error))


def _read_anew(session: Session, path: str) -> ReadFile[Any]:
    place = _place(session, path)
    file = session.kept.read(place, session.opened.at(place), session.limits)
    if file.error is not None:
        raise file.error
    return file


def _reopened(session: Session, path: str) -> ByteSource:
    from hilt.checks.lineage.answers import Reopened

    place = _place(session, path)
    return Reopened(lambda: session.opened.at(place), session.opened.at(place).size)


def _place(session: Session, path: str) -> Place:
    if path not in session.places:
        raise FormatError(f"{path!r:.200} is no file of the subject")
    return session.places[path]


def _marks(told: dict[str, dict[str, Any]]) -> dict[str, Marks]:
    if not told:
        return {}
    from hilt.knowledge.byte_marks import Marks

    return {
        path: Marks(
            programs=tuple(marks["programs"]),
            texts=tuple((begin, end) for begin, end in marks["texts"]),
            exceeded=marks["exceeded"],
        )
        for path, marks in told.items()
    }


def _limit_memory(limits: Limits) -> None:
    if resource is not None:
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = limits.worker_memory if hard == resource.RLIM_INFINITY else min(limits.worker_memory, hard)
        try:
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        except (ValueError, OSError):  # macOS has the constant and refuses the call
            return


def _limit_time(limits: Limits) -> None:
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + limits.file_seconds) + 1, hard))
