"""Where things lie in a library, and which folders are none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hilt.core.errors import SourceError, UsageError
from hilt.core.library import KINDS, Repository
from hilt.record.blobs.layout import (
    NAMASTE,
    checked_commit,
    checked_sha256,
    open_library,
    repositories,
    repository_path,
)
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from kept_files import a_revision, sha256_of, stored, whole

LETTERS = "abAB_.-09"
PARTS = st.text(st.sampled_from(LETTERS), min_size=1, max_size=6).filter(lambda part: part[0] not in ".-")
NAMES = st.one_of(PARTS, st.tuples(PARTS.filter(lambda part: part != "_"), PARTS).map("/".join))


def test_a_library_says_what_it_is_and_how_it_is_read(folder: Path) -> None:
    open_library(folder)
    assert (folder / NAMASTE).read_text() == "hilt_library_1\n"
    assert "blobs/sha256/ab/abcd" in (folder / "README.txt").read_text()
    assert {one.name: one.stat().st_mode & 0o777 for one in folder.iterdir() if one.is_dir()} == {
        "blobs": 0o755,
        "partial": 0o755,
        "sent": 0o755,
        "spoilt": 0o755,
    }


def test_a_library_is_opened_again_and_again(folder: Path) -> None:
    open_library(folder)
    (folder / "README.txt").write_text("notes of the one who looks after it")
    assert open_library(folder) == folder
    assert (folder / "README.txt").read_text() == "notes of the one who looks after it"


def test_one_that_was_stopped_while_it_was_made_is_made_whole(folder: Path) -> None:
    folder.mkdir()
    (folder / NAMASTE).touch()
    open_library(folder)
    assert (folder / "blobs" / "sha256").is_dir()


def test_a_folder_with_other_things_is_no_library(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.tex").touch()
    with pytest.raises(UsageError, match=r"library: it is no library of hilt and holds 'thesis.tex'; name an empty"):
        open_library(folder)
    assert os.listdir(folder) == ["thesis.tex"]


def test_what_a_file_system_puts_into_an_empty_folder_is_nothing(folder: Path) -> None:
    (folder / "lost+found").mkdir(parents=True)
    assert open_library(folder) == folder


def test_a_later_library_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "0=hilt_library_2").touch()
    with pytest.raises(UsageError, match="'hilt_library_2', which this version of hilt cannot use"):
        open_library(folder)


def test_a_file_is_no_library(folder: Path) -> None:
    folder.touch()
    with pytest.raises(SourceError, match=r"library: Not a directory"):
        open_library(folder)


@pytest.mark.parametrize("inside", ["", "blobs", "blobs/sha256", "partial"])
def test_a_folder_that_others_may_write_to_is_refused(folder: Path, inside: str) -> None:
    open_library(folder)
    (folder / inside).chmod(0o775)
    with pytest.raises(UsageError, match=r"others than its owner may write to it \(mode 775\).*chmod -R go-w"):
        open_library(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives folders away")
def test_a_folder_of_somebody_else_is_refused(folder: Path) -> None:
    open_library(folder)
    os.chown(folder, 12345, 12345)
    with pytest.raises(UsageError, match="it belongs to user 12345, and hilt runs as 0"):
        open_library(folder)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "a/",
        "/a",
        "..",
        "../a",
        "a/..",
        "a/b/c",
        "-a",
        ".a",
        "a/.b",
        "a b",
        "a\n",
        "a\\b",
        "a\0",
        "é",
        "a" * 97,
        "_/a",
    ],
)
def test_a_name_that_leads_elsewhere_has_no_path(name: str) -> None:
    with pytest.raises(UsageError, match=r"(a repository is called|no organisation can be called)"):
        repository_path(Repository("models", name))


@pytest.mark.parametrize("kind", ["", "..", "blobs", "partial", "model"])
def test_a_library_has_four_kinds_of_repositories(kind: str) -> None:
    with pytest.raises(UsageError, match="a library has models, datasets, spaces, kernels"):
        repository_path(Repository(kind, "a"))


@pytest.mark.parametrize("text", ["", "../../etc", "A" * 64, "0" * 63, "0" * 64 + "\n", "٠" * 64])
def test_a_digest_has_one_spelling(text: str) -> None:
    with pytest.raises(UsageError, match="64 lower-case hexadecimal digits"):
        checked_sha256(text)
    with pytest.raises(UsageError, match="40 lower-case hexadecimal digits"):
        checked_commit(text)


def test_a_name_in_small_letters_is_its_folder() -> None:
    assert repository_path(Repository("models", "acme/tiny-1.5")) == "models/acme/tiny-1.5"
    assert repository_path(Repository("datasets", "squad")) == "datasets/_/squad"


def test_a_name_with_capitals_says_which() -> None:
    assert repository_path(Repository("models", "Qwen/Qwen2.5-7B")) == "models/Qwen~1/Qwen2.5-7B~11"


@given(first=NAMES, second=NAMES)
def test_two_names_share_no_folder_even_where_capitals_are_small_letters(first: str, second: str) -> None:
    one, other = (repository_path(Repository("models", name)).lower() for name in (first, second))
    assert (one == other) == (first == second)


def test_names_that_differ_in_capitals_are_two_repositories(revisions: Revisions) -> None:
    small, large = Repository("models", "acme/tiny"), Repository("models", "Acme/TINY")
    revisions.save(a_revision({"a": b"small"}, small))
    revisions.save(a_revision({"a": b"LARGE"}, large))
    assert [one.files[0].size for one in (revisions.find(small, "c0ffee" + "0" * 34),) if one] == [5]
    assert set(revisions.repositories()) == {small, large}
    on_disk = {str(path).lower() for path in revisions.folder.glob("models/*/*/*/revision.json")}
    assert len(on_disk) == 2


def test_all_repositories_are_found_by_their_folders(folder: Path) -> None:
    open_library(folder)
    expected = [Repository(kind, name) for kind in KINDS for name in ("Solo", "acme/Tiny", "acme/tiny")]
    for repository in expected:
        (folder / repository_path(repository)).mkdir(parents=True)
    (folder / "models" / "Not~ff" / "hilt").mkdir(parents=True)
    (folder / "models" / "no org" / "hilt").mkdir(parents=True)
    (folder / "models" / "linked").symlink_to(folder / "models" / "acme")
    found = [one for kind in KINDS for one in repositories(folder, kind)]
    assert sorted(found) == sorted(expected)


def test_a_model_can_be_had_back_without_hilt_as_the_readme_says(folder: Path, tmp_path: Path) -> None:
    blobs, revisions = Blobs(folder), Revisions(folder)
    files = {"config.json": b"{}", "a b/c\nd\\e": b"odd", "weights/w.bin": bytes(1000)}
    for data in files.values():
        stored(blobs, data)
    revisions.save(a_revision(files))
    out = tmp_path / "out"
    for path, data in files.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(whole(folder)[sha256_of(data)])
    [listed] = folder.glob("models/acme/tiny/*/manifest-sha256.txt")
    done = subprocess.run(["sha256sum", "--check", "--strict", listed], cwd=out, capture_output=True, check=False)
    assert (done.returncode, done.stdout.count(b": OK")) == (0, 3), done
