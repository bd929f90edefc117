"""The folders that people may choose models from: by their names alone, and nothing outside of them is opened."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from hilt.core.errors import HiltError, ReferenceInvalid, SettingsInvalid
from hilt.gate.check import verdict_on
from hilt.gate.configured.serve_settings import ServeSettings
from hilt.gate.settings import Settings, read_settings
from hilt.gate.working.listed_folders import Inside, listed_folders, look_inside, place_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "models/acme/lid").mkdir(parents=True)
    (tmp_path / "models/acme/lid/README.md").write_text("A model.\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/key.pem").write_text("SECRET\n")
    return Settings(serve=ServeSettings(folders={"shared": str(tmp_path / "models")}))


def test_folders_are_gone_through_by_their_names(settings: Settings, tmp_path: Path) -> None:
    assert listed_folders(settings) == ("shared",)
    assert look_inside("shared", settings) == Inside("shared", ("acme",), 0)
    inside = look_inside("shared/acme/lid", settings)
    assert (inside.folders, inside.files) == ((), 1)
    assert inside.above == (("shared", "shared"), ("acme", "shared/acme"), ("lid", "shared/acme/lid"))
    assert place_of("shared/acme", settings) == (f"{tmp_path}/models/acme", f"{tmp_path}/models")


@pytest.mark.parametrize(
    "place",
    [
        "",
        "other",
        "/etc",
        "shared/..",
        "shared/acme/../../secrets",
        "shared//etc",
        "shared/.",
        "shared/acme/",
        "shared/acme\0",
        "shared/nothing",
        "shared/acme/lid/README.md",
        "shared/" + "a/" * 80 + "a",
        "shared/" + "a" * 3000,
        "shared/\udcff",
    ],
)
def test_no_other_place_is_opened(settings: Settings, place: str) -> None:
    for look in (look_inside, place_of):
        with pytest.raises(ReferenceInvalid):
            look(place, settings)


def test_neither_links_nor_pipes_lead_anywhere(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "models/out").symlink_to(tmp_path / "secrets")
    (tmp_path / "models/inside").symlink_to(tmp_path / "models/acme")
    os.mkfifo(tmp_path / "models/pipe")
    assert look_inside("shared", settings).folders == ("acme",)
    for name in ("out", "inside", "inside/lid", "pipe"):
        with pytest.raises(ReferenceInvalid, match="no link to one"):
            place_of(f"shared/{name}", settings)


def test_a_folder_that_becomes_a_link_meanwhile_gives_nothing_away(settings: Settings, tmp_path: Path) -> None:
    """Somebody exchanges it for a link to what nobody may choose, again and again, while it is looked at and checked."""
    folder, aside = tmp_path / "models/acme", tmp_path / "models/aside"
    over = threading.Event()

    def exchange() -> None:
        while not over.is_set():
            folder.rename(aside)
            folder.symlink_to(tmp_path / "secrets")
            folder.unlink()
            aside.rename(folder)

    busy = threading.Thread(target=exchange)
    busy.start()
    try:
        read = set()
        for _ in range(12):
            try:
                where = place_of("shared/acme", settings)
                report = verdict_on(where.path, settings=settings, within=where.root).report
                read |= {entry.path for entry in report.subject.entries if entry.sha256}
            except HiltError:
                continue
        looked = set[str]()
        for _ in range(300):
            try:
                looked |= set(look_inside("shared/acme", settings).folders)
            except HiltError:
                continue
    finally:
        over.set()
        busy.join()
    assert read <= {"lid/README.md"}
    assert looked <= {"lid"}


def test_a_link_out_of_the_folder_is_told_and_not_followed(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "models/acme/lid/weights").symlink_to(tmp_path / "secrets/key.pem")
    where = place_of("shared/acme/lid", settings)
    told = verdict_on(where.path, settings=settings, within=where.root).report
    assert {finding.check for finding in told.findings} >= {"links"}
    assert "weights" not in {entry.path for entry in told.subject.files}


def test_blobs_of_a_cache_outside_of_what_was_listed_are_not_read(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--acme--lid/snapshots/main"
    snapshot.mkdir(parents=True)
    (tmp_path / "models--acme--lid/blobs").mkdir()
    (tmp_path / "models--acme--lid/blobs/0").write_text("A model.\n")
    (snapshot / "README.md").symlink_to("../../blobs/0")
    for listed, reads in ((tmp_path, True), (snapshot, False)):
        settings = Settings(serve=ServeSettings(folders={"shared": str(listed)}))
        where = place_of("shared" + str(snapshot).removeprefix(str(listed)), settings)
        if reads:
            assert verdict_on(where.path, settings=settings, within=where.root).report.subject.digest
        else:
            with pytest.raises(ReferenceInvalid, match="a part of it lies elsewhere"):
                verdict_on(where.path, settings=settings, within=where.root)


def test_names_that_are_no_text_are_left_out_and_that_is_said(settings: Settings, tmp_path: Path) -> None:
    for name in (b"a\x1b[31mb", "\u202egpj".encode()):
        os.mkdir(os.fsencode(tmp_path / "models") + b"/" + name)
    inside = look_inside("shared", settings)
    assert (set(inside.folders), inside.more) == ({"acme", "a\x1b[31mb", "\u202egpj"}, False)
    os.mkdir(os.fsencode(tmp_path / "models") + b"/\xff")
    inside = look_inside("shared", settings)
    assert (len(inside.folders), inside.more) == (3, True)


def test_the_settings_list_folders_uploads_and_how_many_checks_run(tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    text = "serve: {folders: {shared: models, big: /srv/big}, uploads: {folder: in, bytes: 5, files: 2}, checks: 3}"
    file.write_text(text)
    told = read_settings(file).serve
    assert told.folders == {"shared": str(tmp_path / "models"), "big": "/srv/big"}
    assert (told.uploads.folder, told.uploads.bytes, told.uploads.files, told.checks) == (f"{tmp_path}/in", 5, 2, 3)
    for wrong in ("folders: {a/b: c}", "folders: [a]", "uploads: {bytes: -1}", "checks: 17", "folders: {1: c}"):
        file.write_text(f"serve: {{{wrong}}}")
        with pytest.raises(SettingsInvalid, match=r"serve\."):
            read_settings(file)


def test_a_folder_that_is_gone_is_told(settings: Settings) -> None:
    gone = replace(settings, serve=ServeSettings(folders={"shared": "/nowhere"}))
    with pytest.raises(ReferenceInvalid, match="No such file or directory"):
        look_inside("shared", gone)
