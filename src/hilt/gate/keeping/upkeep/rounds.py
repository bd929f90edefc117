"""rounds: a server reads the library anew, part by part, so that no file lies unread for longer than the settings say.

A round has 256 parts, by the first two digits of the SHA-256. They are spread over nine tenths of that time, from the entry of the log on
that ends the round before; the rest is for what is late. What is late, since no server ran, is read at once, and what could not be read
is tried again at the end. How far a round has come lies in the folder of the library, and one server at a time goes on with it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Self

from hilt.core.errors import FormatError, HiltError, NotReady, SourceError, UsageError
from hilt.core.events import FixityRun, Recorded
from hilt.core.fixity import Damage
from hilt.core.progress import Silent
from hilt.gate.keeping.origins.upstreams import is_own
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.upkeep.digesting import Counted, events, on_objects, repaired, set_aside, surely_aside
from hilt.gate.keeping.upkeep.repairing import Repairs
from hilt.gate.record import opened
from hilt.gate.recording.shared_keys import shared_key
from hilt.gate.settings import Settings
from hilt.output.terminal import complain, complain_of
from hilt.record.blobs.fixity import Damaged, damaged
from hilt.record.blobs.fixity_round import PARTS, Note, Round, alone
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from hilt.record.record import Record

TICK = 60.0
"""Seconds between two looks whether a part is due."""
_SPREAD = 0.9
"""Of the time after which a file is to be read again."""
_RESTS = 9
"""Times as long as it reads, it lets others read."""
_IDLEST = 19
"""How little a thread may matter to Linux."""


class _Stopped(Exception):
    """The server ends."""


class _Unhurried(Counted):
    """Rests after each piece, and has the reading end where the server does."""

    def __init__(self, over: threading.Event) -> None:
        super().__init__(Silent())
        self._over, self._at = over, time.monotonic()

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        super().advance(files=files, size=size)
        if self._over.wait(_RESTS * (time.monotonic() - self._at)):
            raise _Stopped("the server ends")
        self._at = time.monotonic()


class Rounds:
    """Reads while its block lasts; nothing where `library.fixity_days` is 0. `now` tells the time."""

    def __init__(self, settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings, self._now = settings, now
        self._days = timedelta(days=settings.library.fixity_days)
        self._over, self._wrong = threading.Event(), ""
        self._has_begun = False
        self._unread: dict[str, str] = {}
        self._repairs: Repairs | None = None
        self._thread = threading.Thread(target=self._again_and_again, name="hilt-library-fixity", daemon=True)

    def __enter__(self) -> Self:
        if self._days:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """What was not read to its end is read again by the next server."""
        self._over.set()
        if self._repairs is not None:
            self._repairs.close()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _again_and_again(self) -> None:
        if sys.platform == "linux":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _IDLEST)
        while not self._over.wait(TICK):
            wrong = ""
            try:
                while self.look() and not self._over.is_set():
                    pass
            except _Stopped:
                return
            except HiltError as error:
                wrong = f"the library is not read anew: {error}"
            except Exception as error:  # noqa: BLE001 - a bug of ours must not end what people rely on
                if not self._over.is_set():
                    complain_of(error)
            if wrong not in ("", self._wrong) and not self._over.is_set():
                complain(wrong)
            self._wrong = wrong

    @cached_property
    def _blobs(self) -> Blobs:
        return Blobs(library_folder(self._settings))

    @cached_property
    def _note(self) -> Note:
        return Note(library_folder(self._settings), shared_key("fixity round", self._settings))

    def look(self) -> bool:
        """Reads the next part of the library where it is due; was one? Raises `HiltError`."""
        with opened(self._settings, writing=True) as record, suppress(NotReady), alone(self._blobs.folder):
            last = _last(record)
            done = self._noted(last.index)
            if not self._has_begun:
                self._has_begun = True
                done = self._left_repaired(done)  # another server may have ended before it came to that
            if self._now() < self._due(last, done):
                return False
            if not done.is_over:
                done = self._read(done, PARTS[done.parts])
            if done.is_over:
                self._end(done, record)
            return True
        return False

    def _noted(self, after: int) -> Round:
        try:
            return self._note.load(after)
        except FormatError as error:
            complain(f"the library: reading it anew begins at its first part again: {error}")
        done = Round(after=after)
        self._note.save(done)
        return done

    def _due(self, last: Recorded, done: Round) -> datetime:
        """When the next part is to be read; that of a round that is over is its end."""
        return datetime.fromisoformat(last.at) + self._days * _SPREAD * min(done.parts + 1, len(PARTS)) / len(PARTS)

    def _read(self, done: Round, part: str) -> Round:
        """A part, with what is damaged set aside, and had again where somebody has it."""
        counted, found = _Unhurried(self._over), list[Damaged]()
        errors: list[Exception] = []
        try:
            for one in self._damaged(part, counted, errors.append):
                if one.sha256:
                    found.append(one)
                    done = done.found(one.sha256)
                    self._set_aside(one, done)
                else:
                    complain(f"the library: {one.why}")
        except _Stopped:
            raise
        except Exception as error:  # noqa: BLE001 - one part must not keep the others from being read
            errors.append(error)
        done = self._came_of(part, done, counted, errors)
        self._note.save(done)
        return self._repaired(done, found)

    def _damaged(self, part: str, counted: Counted, not_read: Callable[[Exception], None]) -> Iterator[Damaged]:
        return damaged(
            self._blobs,
            Revisions(self._blobs.folder),
            counted,
            on_objects(self._settings, counted),
            part,
            own=lambda one: is_own(one, self._settings.library.own),
            not_read=not_read,
        )

    def _came_of(self, part: str, done: Round, counted: Counted, errors: Sequence[Exception]) -> Round:
        """The round after a part, which was not read where there are `errors`; it counts once."""
        if errors and not done.is_over:
            self._tell_unread(part, errors, ", and is tried again at the end of the round")
            return done.not_read(part)
        read = done.read(part, counted.files, counted.size)
        if not errors:
            return read
        self._tell_unread(part, errors, "")
        return read.not_read(part)

    def _set_aside(self, one: Damaged, done: Round) -> None:
        """Once it is noted: whoever ends in between, the log will tell of it."""
        file = one.file or one.sha256
        complain(f"the library: {file} is damaged or gone")
        self._note.save(done)
        try:
            set_aside(one, self._blobs)
        except HiltError as error:
            complain(f"the library: {file} is damaged, and is not set aside: {error}")

    def _tell_unread(self, part: str, errors: Sequence[Exception], then: str) -> None:
        """Once, as long as it is the same."""
        more = f" (the first of {len(errors)} errors)" if len(errors) > 1 else ""
        text = f"the library: not all that begins with {part} could be read{then}: {errors[0]}{more}"
        if self._unread.get(part) == text:
            return
        self._unread[part] = text
        complain(text)
        for error in errors:
            if not isinstance(error, HiltError):
                complain_of(error)

    def _end(self, done: Round, record: Record) -> None:
        """Tries once more to read what could not be read, and to have what nobody had, and has the log say what came of the round."""
        for part in done.unread:
            done = self._read(done, part)
        if done.unread and not done.files:
            raise SourceError("no file of it could be read; that is tried again until one can be")
        done = self._left_repaired(done)
        record.commit(list(events(done.files, done.size, done.damaged, done.repaired, len(done.unread))))
        if done.unread:
            complain(
                f"the library: the round is over, and not all that begins with {', '.join(sorted(done.unread))} was read;"
                " the next round tries again, and so does `hilt fixity run`"
            )

    def _left_repaired(self, done: Round) -> Round:
        return self._repaired(done, [Damaged(one, "it was damaged or gone") for one in done.left])

    def _repaired(self, done: Round, found: Sequence[Damaged]) -> Round:
        """The round once what was `found` was had again, as far as anybody has it."""
        aside = [one for one in found if self._is_aside(one)]
        if not aside:
            return done
        with closing(self._repairs_now()) as self._repairs:
            if self._over.is_set():
                raise _Stopped("the server ends")
            for one in repaired(aside, self._repairs):
                complain(f"the library: {_told(one)}")
                done = done.had(one.sha256) if one.again else done
        self._note.save(done)
        return done

    def _is_aside(self, one: Damaged) -> bool:
        """What lies here would be taken for what was had again."""
        try:
            surely_aside(one.sha256, self._blobs, _Unhurried(self._over))
        except HiltError as error:
            complain(f"the library: {one.file or one.sha256} is not had again: {error}")
            return False
        return True

    def _repairs_now(self) -> Repairs:
        """Without the mirrors where one of them is not there just now."""
        revisions = Revisions(self._blobs.folder)
        try:
            return Repairs(self._blobs, revisions, self._settings.library.mirrors, self._settings)
        except UsageError as error:
            complain(f"the library: nothing is had again from its mirrors: {error}")
            return Repairs(self._blobs, revisions, (), self._settings)


def _last(record: Record) -> Recorded:
    """The newest entry about a run, else the first one of the log: nothing here is older."""
    return record.recorded(next(iter(record.registry.entries(kind=FixityRun.kind, limit=1)), 0))


def _told(one: Damage) -> str:
    file = one.file or one.sha256
    if one.again:
        return f"{file} was damaged or gone; it was had again from {one.again}"
    if not one.needed:
        return f"{file} was damaged, and set aside; it is fetched again when somebody asks for it"
    return f"{file} is damaged or gone, and nobody had its bytes; put it back from a copy: `hilt fixity run --from`"
