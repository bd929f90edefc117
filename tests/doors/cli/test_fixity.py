from __future__ import annotations

import json
from pathlib import Path

from hilt.gate.keeping.places import library_folder
from library_office import downloaded, shop


def test_the_library_is_digested_and_the_log_says_so(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        at.read()
        well = at.office.run("fixity", "run")
        assert (well.code, well.err) == (0, "")
        assert "Everything is as it was: 2 files, 11.5 kB" in well.text
        assert "recorded: entry" in well.text
        largest = max((library_folder(at.office.settings) / "blobs").rglob("*"), key=lambda path: path.stat().st_size)
        largest.chmod(0o644)
        largest.write_bytes(b"x" * largest.stat().st_size)
        done = at.office.run("fixity", "run", "--json")
        told = json.loads(done.out)
        assert (done.code, told["left"], [one["sha256"] for one in told["damage"]]) == (0, 0, [largest.name])
        assert len(told["entries"]) == 1


def test_what_is_still_damaged_is_told_with_another_exit_code(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        offer = at.offer()
        file = offer.kept.file("LICENSE")
        assert file is not None
        place = at.library.open(offer, file, at.reader())
        assert isinstance(place, Path)
        place.unlink()
        at.hub.repositories.clear()
        done = at.office.run("fixity", "run")
        assert done.code == 1
        assert "Still damaged: 1 of" in done.text
        assert "it is not here" in done.text
        assert at.office.run("fixity", "run", "--from", tmp_path).code == 2


def test_what_could_not_be_read_is_told_with_another_exit_code(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = downloaded(at)
        place = next(library_folder(at.office.settings).rglob(f"{kept.commit}/manifest-sha256.txt"))
        place.unlink()
        place.symlink_to(place)
        done = at.office.run("fixity", "run")
        assert done.code == 1
        assert "not read" in done.text
        assert "Not read: 1; nothing else is damaged" in done.text
