from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hilt.core.errors import UsageError
from hilt.core.events import FixityRun
from hilt.gate.fixity import run
from hilt.gate.keeping.places import library_folder
from library_office import HONEST, blob, downloaded, safetensors, shop, spoilt
from uploaders import OWN, Uploader, large


def test_a_library_that_is_well_is_recorded_as_that(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = downloaded(at)
        done = run(settings=at.office.settings)
        assert (done.files, done.size, done.damage, done.left) == (3, kept.subject.size, (), 0)
        (entry,) = done.entries
        assert entry.event == FixityRun(files=3, size=kept.subject.size)
        assert entry.by == "log"


def test_what_is_damaged_or_gone_is_had_again_from_where_it_came(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = downloaded(at)
        spoilt(blob(at, kept))
        blob(at, kept, "LICENSE").unlink()
        done = run(settings=at.office.settings)
        assert {one.again for one in done.damage} == {"hub"}
        assert done.left == 0
        assert blob(at, kept).read_bytes() == safetensors()
        (entry,) = done.entries
        assert isinstance(entry.event, FixityRun)
        assert (
            set(entry.event.damaged)
            == set(entry.event.repaired)
            == {blob(at, kept).name, blob(at, kept, "LICENSE").name}
        )
        assert run(settings=at.office.settings).damage == ()


def test_a_mirror_has_what_the_upstream_has_no_more(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = downloaded(at)
        mirror = tmp_path / "mirror"
        shutil.copytree(library_folder(at.office.settings), mirror)
        at.hub.repositories.clear()
        spoilt(blob(at, kept))
        done = run(settings=at.office.settings)
        assert done.left == 1
        assert not blob(at, kept).exists()  # nobody is handed it
        done = run([str(mirror)], settings=at.office.settings)
        assert [one.again for one in done.damage] == [str(mirror)]
        assert blob(at, kept).read_bytes() == safetensors()


def test_a_mirror_that_is_damaged_as_well_is_no_help(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = downloaded(at)
        at.hub.repositories.clear()
        spoilt(blob(at, kept))
        mirror = tmp_path / "mirror"
        shutil.copytree(library_folder(at.office.settings), mirror)
        assert run([str(mirror)], settings=at.office.settings).left == 1
        assert not blob(at, kept).exists()


def test_a_pipe_in_a_mirror_does_not_hold_it_up(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = downloaded(at)
        spoilt(blob(at, kept))
        mirror = tmp_path / "mirror"
        shutil.copytree(library_folder(at.office.settings), mirror)
        place = mirror / blob(at, kept).relative_to(library_folder(at.office.settings))
        place.unlink()
        os.mkfifo(place)
        assert [one.again for one in run([str(mirror)], settings=at.office.settings).damage] == ["hub"]


def test_what_was_uploaded_and_not_admitted_is_had_again_from_a_mirror(tmp_path: Path) -> None:
    with shop(tmp_path, more=OWN) as at:
        eve = Uploader(at)
        eve.create()
        eve.send(b"weights " * 9000)
        kept = eve.commit(large("weights.bin", b"weights " * 9000))
        mirror = tmp_path / "mirror"
        shutil.copytree(library_folder(at.office.settings), mirror)
        place = blob(at, kept, "weights.bin")
        for damage in (spoilt, Path.unlink):
            damage(place)
            assert run(settings=at.office.settings).left == 1
            done = run([str(mirror)], settings=at.office.settings)
            assert [(one.needed, one.again) for one in done.damage] == [(True, str(mirror))]
            assert place.exists()


def test_another_hub_is_a_mirror(tmp_path: Path) -> None:
    from hub_server import Repository, serving

    with shop(tmp_path) as at, serving() as other:
        kept = downloaded(at)
        at.hub.repositories.clear()
        spoilt(blob(at, kept))
        files = {path: one for path, one in HONEST.items() if not isinstance(one, bytes)}
        other.repositories["models/org/name"] = Repository(files)
        done = run([other.endpoint], settings=at.office.settings)
        assert [one.again for one in done.damage] == [other.endpoint]
        assert done.left == 0


def test_what_nobody_admitted_is_set_aside_and_not_missed(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        kept = at.read()
        spoilt(blob(at, kept, "README.md"))
        done = run(settings=at.office.settings)
        assert [(one.needed, one.again) for one in done.damage] == [(False, "")]
        assert done.left == 0
        assert not blob(at, kept, "README.md").exists()


def test_what_is_no_mirror_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with shop(tmp_path) as at, pytest.raises(UsageError, match="this is no library of hilt"):
        run([str(tmp_path)], settings=at.office.settings)
