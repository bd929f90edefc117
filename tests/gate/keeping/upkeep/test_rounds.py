from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hilt.core.errors import NotReady
from hilt.core.events import FixityRun
from hilt.gate.fixity import last_run, run
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.upkeep.rounds import Rounds
from hilt.record.blobs.fixity_round import PARTS, alone, load, save
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


def come_to(at: Shop, part: str) -> None:
    """The round as it is when this is its next part."""
    folder = library_folder(at.office.settings)
    save(folder, replace(load(folder, 0), parts=PARTS.index(part)))


def newest(at: Shop) -> FixityRun:
    found = last_run(at.office.settings)
    assert found is not None
    assert isinstance(found.event, FixityRun)
    assert found.by == "log"
    return found.event


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
        assert load(library_folder(at.office.settings), entry.index).parts == 0
        assert all_due(after(at, 0.1)) == 0


def test_a_server_that_ends_does_not_read_on(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        place = blob(at, downloaded(at))
        come_to(at, place.name[:2])
        rounds = after(at)
        rounds.__exit__()
        with pytest.raises(Exception, match="the server ends"):
            rounds.look()
        assert load(library_folder(at.office.settings), 0).parts == PARTS.index(place.name[:2])


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
        until, found = time.monotonic() + 60, None
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
