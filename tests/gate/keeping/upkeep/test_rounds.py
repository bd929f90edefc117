from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hilt.core.errors import MissingExtra, NotReady, SourceError
from hilt.core.events import FixityRun
from hilt.gate.fixity import last_run, run
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.upkeep import rounds
from hilt.gate.keeping.upkeep.digesting import set_aside
from hilt.gate.keeping.upkeep.rounds import Rounds
from hilt.gate.recording.shared_keys import shared_key
from hilt.output.record_words import told
from hilt.record.blobs.fixity import Damaged, damaged
from hilt.record.blobs.fixity_round import PARTS, Note, Round, alone
from hilt.record.blobs.store import Blobs
from library_office import Shop, blob, downloaded, safetensors, shop, spoilt

LATER = """
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hilt.gate.keeping.upkeep import rounds
rounds.TICK = 0.01
rounds.Rounds = partial(rounds.Rounds, now=lambda: datetime.now(UTC) + timedelta(days=40))
from hilt.doors.cli import main
sys.argv = ["hilt", *sys.argv[1:]]
main()
"""
"""`hilt serve` as it is after forty days in which no server ran."""


def after(at: Shop, days: float = 28) -> Rounds:
    """What a server reads so many days from now."""
    return Rounds(at.office.settings, now=lambda: datetime.now(UTC) + timedelta(days=days))


def all_due(rounds: Rounds) -> int:
    """How many parts were read."""
    parts = 0
    while rounds.look():
        parts += 1
    return parts


def note(at: Shop) -> Note:
    return Note(library_folder(at.office.settings), shared_key("fixity round", at.office.settings))


def noted(at: Shop) -> Round:
    return note(at).load(0)


def come_to(at: Shop, part: str) -> None:
    """The round as it is when this is its next part."""
    note(at).save(replace(noted(at), parts=PARTS.index(part)))


def newest(at: Shop) -> FixityRun:
    found = last_run(at.office.settings)
    assert found is not None
    assert isinstance(found.event, FixityRun)
    assert found.by == "log"
    return found.event


def latest(at: Shop) -> int:
    """The entry that the next round follows."""
    found = last_run(at.office.settings)
    assert found is not None
    return found.index


def test_a_round_is_spread_over_the_days_and_ends_before_they_do(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        assert all_due(after(at, 0)) == 0
        assert all_due(after(at, 1)) == 9  # of 256 in 27 days
        come_to(at, "fe")
        assert all_due(after(at, 26.95)) == 1
        assert last_run(at.office.settings) is None
        assert after(at, 27).look()
        assert newest(at) == FixityRun(files=0, size=0)
        assert all_due(after(at, 0)) == 0


def test_what_is_damaged_is_had_again_from_a_mirror_while_the_server_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror = tmp_path / "mirror"
    with shop(tmp_path / "office", more=f"  mirrors: [{mirror}]\n") as at:
        place = blob(at, downloaded(at))
        shutil.copytree(library_folder(at.office.settings), mirror)
        at.hub.repositories.clear()
        spoilt(place)
        come_to(at, place.name[:2])
        assert after(at).look()
        assert place.read_bytes() == safetensors()
        assert f"was damaged or gone; it was had again from {mirror}" in capsys.readouterr().err
        come_to(at, "ff")
        assert after(at).look()  # another server, which goes on where this one ended
        assert newest(at).damaged == newest(at).repaired == (place.name,)


def test_what_nobody_has_is_tried_again_at_the_end_of_the_round(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop(tmp_path, more="  mirrors: [not-mounted]\n") as at:
        place, repositories = blob(at, downloaded(at)), dict(at.hub.repositories)
        spoilt(place)
        at.hub.repositories.clear()
        come_to(at, place.name[:2])
        assert after(at).look()
        assert not place.exists()  # nobody is handed it
        told = capsys.readouterr().err
        assert "not-mounted': this is no library of hilt" in told
        assert "is damaged or gone, and nobody had its bytes; put it back from a copy" in told
        at.hub.repositories.update(repositories)
        come_to(at, "ff")
        assert after(at).look()
        assert newest(at).repaired == (place.name,)
        assert place.read_bytes() == safetensors()


def test_one_reads_at_a_time(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        folder = library_folder(at.office.settings)
        with alone(folder):
            assert not after(at).look()
            with pytest.raises(NotReady, match="is being read anew already"), alone(folder):
                pass
        assert after(at).look()


def test_a_run_of_somebody_counts_and_the_round_begins_anew(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        assert all_due(after(at, 1)) == 9
        (entry,) = run(settings=at.office.settings).entries
        assert note(at).load(entry.index).parts == 0
        assert all_due(after(at, 0.1)) == 0


def test_a_server_that_ends_does_not_read_on(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        place = blob(at, downloaded(at))
        come_to(at, place.name[:2])
        rounds = after(at)
        rounds.__exit__()
        with pytest.raises(Exception, match="the server ends"):
            rounds.look()
        assert noted(at).parts == PARTS.index(place.name[:2])


def test_what_is_damaged_is_noted_and_set_aside_before_its_part_is_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop(tmp_path) as at:
        place = blob(at, downloaded(at))
        spoilt(place)
        place.with_name(place.name[:2] + "0" * 62).write_bytes(b"damaged too")
        come_to(at, place.name[:2])
        server = after(at)

        def and_ends(one: Damaged, blobs: Blobs) -> None:
            assert noted(at).damaged == (one.sha256,)  # whoever is killed here has it on the record
            set_aside(one, blobs)
            server.__exit__()

        monkeypatch.setattr(rounds, "set_aside", and_ends)
        with pytest.raises(Exception, match="the server ends"):
            server.look()
        (found,) = noted(at).damaged
        assert not place.with_name(found).exists()
        assert f"{found} is damaged or gone" in capsys.readouterr().err
        monkeypatch.undo()
        assert after(at).look()
        come_to(at, "ff")
        assert after(at).look()
        assert len(newest(at).damaged) == 2


def test_what_cannot_be_set_aside_is_on_the_record_and_was_not_had_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def not_allowed(*_: object) -> None:
        raise SourceError("not permitted")

    with shop(tmp_path) as at:
        place = blob(at, downloaded(at))
        spoilt(place)
        come_to(at, place.name[:2])
        monkeypatch.setattr(Blobs, "set_aside", not_allowed)
        assert after(at).look()
        assert "is damaged, and is not set aside: not permitted" in capsys.readouterr().err
        assert noted(at).left == (place.name,)
        monkeypatch.undo()
        after(at, 0).look()
        assert noted(at).left == ()
        assert place.read_bytes() == safetensors()


def test_a_part_that_cannot_be_read_is_tried_again_once_all_others_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop(tmp_path) as at:
        place = blob(at, downloaded(at))
        spoilt(place)
        part = place.name[:2]

        def unreadable(*told: Any, **more: Any) -> Iterator[Damaged]:
            if told[-1] == part:
                more["not_read"](MissingExtra("a file that is packed", "zstd"))
            else:
                yield from damaged(*told, **more)

        monkeypatch.setattr(rounds, "damaged", unreadable)
        come_to(at, part)
        assert after(at).look()
        assert after(at).look()
        assert noted(at).parts == PARTS.index(part) + 2
        assert (
            f"not all that begins with {part} could be read, and is tried again at the end" in capsys.readouterr().err
        )
        note(at).save(replace(noted(at), parts=255, files=1))
        before = noted(at)
        assert after(at).look()
        assert (newest(at).damaged, newest(at).unread) == ((), 1)
        said = capsys.readouterr().err
        assert f"the round is over, and not all that begins with {part} was read" in said
        recorded = last_run(at.office.settings)
        assert recorded is not None
        assert "all are as they were; something could not be read in 1 place" in told(recorded, {}).did
        monkeypatch.undo()
        note(at).save(replace(before, after=latest(at)))
        assert after(at, 60).look()
        assert newest(at).damaged == (place.name,)


def test_a_library_of_which_nothing_can_be_read_ends_no_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object, **__: object) -> Iterator[Damaged]:
        raise SourceError("not mounted")

    monkeypatch.setattr(rounds, "damaged", unreadable)
    with shop(tmp_path) as at:
        note(at).save(Round(after=0, parts=256, unread=PARTS))
        with pytest.raises(SourceError, match="no file of it could be read"):
            after(at).look()
        assert last_run(at.office.settings) is None


def test_a_server_that_starts_tries_to_have_what_the_one_before_it_had_not(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        place = blob(at, downloaded(at))
        place.unlink()
        note(at).save(Round(after=0, parts=1).found(place.name))
        assert not after(at, 0).look()
        assert place.read_bytes() == safetensors()
        assert noted(at).repaired == (place.name,)


def test_a_note_that_no_server_wrote_is_told_and_nothing_of_it_comes_into_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop(tmp_path) as at:
        Note(library_folder(at.office.settings), bytes(32)).save(Round(after=0, parts=256, files=10**30))
        assert after(at).look()
        assert "this is not what a server with the key of this log wrote" in capsys.readouterr().err
        assert noted(at).parts == 1
        assert last_run(at.office.settings) is None


@pytest.mark.slow
def test_hilt_serve_finds_what_is_damaged_by_itself(tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    with shop(tmp_path / "office", more=f"  mirrors: [{mirror}]\n") as at:
        place, office = blob(at, downloaded(at)), at.office
        shutil.copytree(library_folder(office.settings), mirror)
    spoilt(place)
    command = [sys.executable, "-c", LATER, "serve", "--port", "0", "--config", str(office.settings_file)]
    said = tmp_path / "said"
    with said.open("w") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env={**os.environ, **office.homes})
    try:
        until, found = time.monotonic() + 300, None  # it rests nine times as long as it reads, by the clock
        while found is None and process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
            found = last_run(office.settings)
    finally:
        process.terminate()
        assert process.wait(10) == 0
    assert f"it was had again from {mirror}" in said.read_text()
    assert place.read_bytes() == safetensors()
    assert found is not None
    assert found.event == FixityRun(files=3, size=found.event.size, damaged=(place.name,), repaired=(place.name,))
    assert office.run("log", "verify").code == 0
