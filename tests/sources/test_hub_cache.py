from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache_layouts import hub_cache
from hilt.core.errors import ReferenceInvalid
from hilt.core.limits import Limits
from hilt.core.subject import EntryKind
from hilt.sources.references import open_reference

pytestmark = pytest.mark.skipif(os.name == "nt", reason="without links a cache is a plain folder")

ONE, TWO = "1" * 40, "2" * 40


def cache(tmp_path: Path, *commits: str) -> Path:
    """A cache folder as huggingface_hub lays it out, with one file in each snapshot."""
    repository = tmp_path / "models--org--name"
    (repository / "blobs").mkdir(parents=True)
    for commit in commits:
        (repository / "blobs" / f"etag{commit[0]}").write_text(f"{{}}{commit[0]}")
        (repository / "snapshots" / commit).mkdir(parents=True)
        (repository / "snapshots" / commit / "config.json").symlink_to(f"../../blobs/etag{commit[0]}")
    return repository


def test_the_files_of_a_snapshot_are_read_through_their_links(tmp_path: Path) -> None:
    repository = cache(tmp_path, ONE)
    listing = open_reference(str(repository / "snapshots" / ONE), Limits())
    assert listing.subject.revision == ONE
    assert [(entry.path, entry.kind) for entry in listing.subject.entries] == [("config.json", EntryKind.FILE)]
    with listing.locators["config.json"].open() as source:
        assert source.read(0, 10) == b"{}1"


def test_kernels_are_repositories_as_models_are(tmp_path: Path) -> None:
    repository = cache(tmp_path, ONE).rename(tmp_path / "kernels--org--name")
    assert open_reference(str(repository), Limits()).subject.revision == ONE


def test_the_folder_of_the_repository_means_its_main_revision(tmp_path: Path) -> None:
    repository = cache(tmp_path, ONE, TWO)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(TWO)
    assert open_reference(str(repository), Limits()).subject.revision == TWO


def test_several_snapshots_without_a_main_revision_must_be_named(tmp_path: Path) -> None:
    with pytest.raises(ReferenceInvalid, match="holds 2 snapshots"):
        open_reference(str(cache(tmp_path, ONE, TWO)), Limits())


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    repository = cache(tmp_path, ONE)
    (tmp_path / "other").write_text("x")
    (repository / "snapshots" / ONE / "leak").symlink_to("../../../other")
    entries = open_reference(str(repository), Limits()).subject.entries
    assert {entry.path: entry.kind for entry in entries} == {
        "config.json": EntryKind.FILE,
        "leak": EntryKind.LINK_OUT,
    }


def test_links_into_the_store_that_repositories_share_are_followed_and_those_into_any_other_folder_are_not(
    tmp_path: Path,
) -> None:
    snapshot = hub_cache(tmp_path, {"config.json": b"{}", "model.bin": b"weights"}, shared=["model.bin"])
    kinds = {entry.path: entry.kind for entry in open_reference(str(snapshot), Limits()).subject.entries}
    assert kinds == {"config.json": EntryKind.FILE, "model.bin": EntryKind.FILE}
    (tmp_path / "blobs" / ".huggingface-shared-blobs").unlink()
    kinds = {entry.path: entry.kind for entry in open_reference(str(snapshot), Limits()).subject.entries}
    assert kinds == {"config.json": EntryKind.FILE, "model.bin": EntryKind.LINK_OUT}
