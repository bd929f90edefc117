"""rounds: a server reads the library anew, part by part, so that no file lies unread for longer than the settings say.

A round has 256 parts, by the first two digits of the SHA-256. They are spread over nine tenths of that time, from the entry of the log on
that ends the round before; the rest is for what is late. What is late, since no server ran, is read at once. How far a round has
come lies in the folder of the library, and one server at a time goes on with it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from typing import Self

from hilt.core.errors import HiltError, NotReady, UsageError
from hilt.core.events import FixityRun, Recorded
from hilt.core.fixity import Damage
from hilt.core.progress import Silent
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.upkeep.digesting import Counted, events, on_objects, repaired, set_aside
from hilt.gate.keeping.upkeep.repairing import Repairs
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.output.terminal import complain, complain_of
from hilt.record.blobs.fixity import Damaged, damaged
from hilt.record.blobs.fixity_round import PARTS, Round, alone, load, save
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

    def look(self) -> bool:
        """Reads the next part of the library where it is due; was one? Raises `HiltError`."""
        folder = library_folder(self._settings)
        with opened(self._settings, writing=True) as record:
            last = _last(record)
            if self._now() < self._due(last, load(folder, last.index)):
                return False
            blobs = Blobs(folder)
            with suppress(NotReady), alone(folder):
                last = _last(record)  # somebody may just have been done
                done = load(folder, last.index)
                if self._now() < self._due(last, done):
                    return False
                done = self._read(done, blobs)
                if done.is_over:
                    self._end(done, blobs, record)
                return True
        return False

    def _due(self, last: Recorded, done: Round) -> datetime:
        """When the next part is to be read; that of a round that is over is its end."""
        return datetime.fromisoformat(last.at) + self._days * _SPREAD * min(done.parts + 1, len(PARTS)) / len(PARTS)

    def _read(self, done: Round, blobs: Blobs) -> Round:
        """The next part, with what is damaged set aside, and had again where somebody has it."""
        if done.is_over:
            return done
        counted, revisions = _Unhurried(self._over), Revisions(blobs.folder)
        found = list(damaged(blobs, revisions, counted, on_objects(self._settings, counted), PARTS[done.parts]))
        for one in found:
            if one.sha256:
                set_aside(one, blobs)
            else:
                complain(f"the library: {one.why}")
        named = [one for one in found if one.sha256]
        done = done.read(counted.files, counted.size, [one.sha256 for one in named])
        save(blobs.folder, done)
        return self._repaired(done, named, blobs)

    def _end(self, done: Round, blobs: Blobs, record: Record) -> None:
        """Tries once more to have what nobody had, and has the log say what came of the round."""
        done = self._repaired(done, [Damaged(one, "it was damaged or gone") for one in done.left], blobs)
        record.commit(list(events(done.files, done.size, done.damaged, done.repaired)))

    def _repaired(self, done: Round, found: Sequence[Damaged], blobs: Blobs) -> Round:
        """The round once what was `found` was had again, as far as anybody has it."""
        if not found:
            return done
        with closing(self._repairs_of(blobs)) as self._repairs:
            if self._over.is_set():
                raise _Stopped("the server ends")
            damage = list(repaired(found, self._repairs))
        for one in damage:
            complain(f"the library: {_told(one)}")
        done = done.had([one.sha256 for one in damage if one.again])
        save(blobs.folder, done)
        return done

    def _repairs_of(self, blobs: Blobs) -> Repairs:
        """Without the mirrors where one of them is not there just now."""
        revisions = Revisions(blobs.folder)
        try:
            return Repairs(blobs, revisions, self._settings.library.mirrors, self._settings)
        except UsageError as error:
            complain(f"the library: nothing is had again from its mirrors: {error}")
            return Repairs(blobs, revisions, (), self._settings)


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
