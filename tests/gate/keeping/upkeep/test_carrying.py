"""A model between two libraries of which neither reaches the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import bagit
import pytest

from hilt.core.errors import NotAllowed, NotHeld, ProofInvalid, SourceError, UsageError
from hilt.core.library import KeptRevision
from hilt.gate import log
from hilt.gate.keeping.library import Library
from hilt.gate.keeping.reader import reader_of
from hilt.gate.keeping.upkeep.carrying import take, write
from hilt.gate.record import keeping_open
from library_office import HONEST, NAME, Shop, safetensors, shop
from office import USE, Office


class Carried(NamedTuple):
    home: Shop
    away: Office
    bag: Path
    kept: KeptRevision


@contextmanager
def carried(folder: Path) -> Iterator[Carried]:
    """A bag that was written at home, and a site without a network that trusts the log of home."""
    (folder / "home").mkdir()
    with shop(folder / "home") as home:
        offer = home.offer()
        for file in offer.kept.files:
            found = home.library.open(offer, file, home.reader())
            assert isinstance(found, Path) or found.wait(60)
        write("hf:org/name", folder / "bag", use=USE, settings=home.office.settings)
        (key,) = log.keys(home.office.settings)
        away = Office.copied(folder / "away")
        text = away.settings_file.read_text().replace("checks: false}", f'checks: false, trusted_logs: ["{key}"]}}')
        away.settings_file.write_text(f"{text}library: {{upstreams: []}}\n")
        yield Carried(home, away, folder / "bag", offer.kept)


def test_a_bag_is_one_for_the_reference_and_holds_the_files_as_they_are(tmp_path: Path) -> None:
    with carried(tmp_path) as at:
        bag = bagit.Bag(str(at.bag))
        assert bag.is_valid()
        assert bag.info["External-Identifier"] == f"hf:org/name@{at.kept.commit}"
        assert (at.bag / "data" / "model.safetensors").read_bytes() == safetensors()
        assert {path.name for path in (at.bag / "hilt").iterdir()} == {
            "record.bundle",
            "revision.json",
            "report.html",
            "aibom.cdx.json",
        }


def test_what_was_carried_is_handed_out_where_nothing_else_is_reached(tmp_path: Path) -> None:
    with carried(tmp_path) as at, keeping_open(at.away.settings):
        settings = at.away.settings
        done = take(at.bag, key=at.away.key("Ada"), settings=settings)
        assert done.kept.files == at.kept.files
        assert done.entry > 0
        reader = reader_of(Shop(at.away, at.home.library, at.home.hub).secret(), settings)
        assert reader is not None
        with Library(settings, "http://hilt.example") as library:
            offer = library.offer(library.begin(NAME, "main").result(60), reader)
            for file in offer.kept.files:
                place = library.open(offer, file, reader)
                assert isinstance(place, Path)
                there = HONEST[file.path]
                assert place.read_bytes() == (there if isinstance(there, bytes) else safetensors())
        again = take(at.bag, key=at.away.key("Ada"), settings=settings)
        assert again.entry == -1  # its record is there already


@pytest.mark.parametrize(
    "path", ["data/model.safetensors", "hilt/record.bundle", "hilt/report.html", "manifest-sha256.txt"]
)
def test_a_bag_of_which_a_byte_was_changed_brings_nothing(tmp_path: Path, path: str) -> None:
    with carried(tmp_path) as at:
        place = at.bag / path
        data = bytearray(place.read_bytes())
        data[len(data) // 2] ^= 1
        place.write_bytes(data)
        before = at.away.entries()
        with pytest.raises(SourceError, match="Nothing of the bag was taken"):
            take(at.bag, key=at.away.key("Ada"), settings=at.away.settings)
        assert at.away.entries() == before
        assert not list((tmp_path / "away").rglob("revision.json"))


def test_a_bag_that_somebody_packed_anew_has_another_record_than_its_files(tmp_path: Path) -> None:
    with carried(tmp_path) as at:
        shutil.rmtree(tmp_path / "other", ignore_errors=True)
        (tmp_path / "other").mkdir()
        (at.bag / "data" / "model.safetensors").write_bytes(safetensors(8 << 20))
        bag = bagit.Bag(str(at.bag))
        bag.save(manifests=True)
        with pytest.raises(SourceError, match=r"not the file that hilt/revision\.json lists"):
            take(at.bag, key=at.away.key("Ada"), settings=at.away.settings)


def test_files_that_are_listed_nowhere_and_links_are_refused(tmp_path: Path) -> None:
    with carried(tmp_path) as at:
        extra = at.bag / "data" / "extra.py"
        extra.write_text("print()")
        with pytest.raises(SourceError, match="no manifest names it"):
            take(at.bag, key=at.away.key("Ada"), settings=at.away.settings)
        extra.unlink()
        readme = at.bag / "data" / "README.md"
        readme.rename(tmp_path / "moved")
        readme.symlink_to(tmp_path / "moved")
        with pytest.raises(SourceError, match=r"README\.md"):
            take(at.bag, key=at.away.key("Ada"), settings=at.away.settings)


def test_a_log_that_nobody_trusts_and_people_who_are_no_administrators_bring_nothing(tmp_path: Path) -> None:
    with carried(tmp_path) as at:
        with pytest.raises(NotAllowed):
            take(at.bag, key=at.away.key("Eve"), settings=at.away.settings)
        at.away.settings_file.write_text(
            at.away.settings_file.read_text()
            .replace("trusted_logs", "witnesses_not")
            .split("witnesses_not")[0]
            .rstrip(", ")
            + "}\n"
        )
        with pytest.raises(ProofInvalid, match="no log is trusted here"):
            take(at.bag, key=at.away.key("Ada"), settings=at.away.settings)
        assert not list((tmp_path / "away").rglob("revision.json"))


def test_what_is_not_whole_in_the_library_or_not_there_is_not_written(tmp_path: Path) -> None:
    with shop(tmp_path) as at:
        at.read()
        with pytest.raises(UsageError, match=r"1 of its 3 files are not in the library, such as 'model.safetensors'"):
            write("hf:org/name", tmp_path / "bag", settings=at.office.settings)
        with pytest.raises(NotHeld, match="the library does not have this revision"):
            write("hf:org/other", tmp_path / "bag", settings=at.office.settings)
        assert not (tmp_path / "bag").exists()
