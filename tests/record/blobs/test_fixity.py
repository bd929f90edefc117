"""What was lost or changed on the disk is found."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hilt.core.errors import HiltError, SourceError
from hilt.record.blobs.deltas import Deltas
from hilt.record.blobs.fixity import damaged
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from kept_files import COMMIT, OTHER_COMMIT, REPOSITORY, a_revision, sha256_of, stored
from weights_to_pack import moved, numbers, safetensors

FILES = {"config.json": b"{}", "model.bin": b"weights " * 5000, "again/config.json": b"{}"}
WEIGHTS, CONFIG, LOOSE = sha256_of(FILES["model.bin"]), sha256_of(b"{}"), sha256_of(b"asked for once")
PLACE = f"models/acme/tiny/{COMMIT}"


@pytest.fixture
def library(blobs: Blobs, revisions: Revisions, folder: Path) -> Path:
    """One model that was admitted, and a file that was not."""
    for data in (*FILES.values(), b"asked for once"):
        stored(blobs, data)
    revisions.save(a_revision(FILES))
    revisions.keep(REPOSITORY, COMMIT, "research", "2026-01-01T00:00:00+00:00")
    for data in FILES.values():
        revisions.came(REPOSITORY, COMMIT, sha256_of(data))
    return folder


class Counted:
    def __init__(self) -> None:
        self.stated, self.files, self.size = (0, 0), 0, 0

    def start(self, *, files: int, size: int) -> None:
        self.stated = (files, size)

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        self.files, self.size = self.files + files, self.size + size


def rewritten(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.chmod(0o644)
    path.write_bytes(change(path.read_bytes()))


def test_a_library_that_is_well_has_nothing_to_tell(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    counted = Counted()
    assert list(damaged(blobs, revisions, counted)) == []
    assert counted.stated == (counted.files, counted.size) == (3, len(FILES["model.bin"]) + 2 + 14)


def test_what_never_came_is_not_missing(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    revisions.save(a_revision(FILES, commit=OTHER_COMMIT))
    revisions.keep(REPOSITORY, OTHER_COMMIT, "research", "2026-01-01T00:00:00+00:00")
    (library / PLACE / "came.txt").write_text(f"{CONFIG}\n{WEIGHTS[:20]}")  # the power went off
    blobs.remove(WEIGHTS)
    assert list(damaged(blobs, revisions)) == []
    revisions.came(REPOSITORY, COMMIT, WEIGHTS)
    assert [one.sha256 for one in damaged(blobs, revisions)] == [WEIGHTS]
    assert revisions.here(REPOSITORY, COMMIT) == {CONFIG, WEIGHTS}


def test_to_be_digested_is_no_use(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    for blob in list(blobs.each()):
        os.utime(blobs.path(blob.sha256), (1000.0, 2000.0))
    assert list(damaged(blobs, revisions)) == []
    assert {blob.used for blob in blobs.each()} == {1000.0}


@pytest.mark.parametrize(
    ("name", "way_out"), [(WEIGHTS, "put it back from a copy"), (LOOSE, "remove it: it is fetched again")]
)
def test_a_changed_bit_is_found(library: Path, blobs: Blobs, revisions: Revisions, name: str, way_out: str) -> None:
    rewritten(blobs.path(name), lambda data: bytes([data[0] ^ 1]) + data[1:])
    [one] = damaged(blobs, revisions)
    assert (one.sha256, one.file) == (name, f"blobs/sha256/{name[:2]}/{name}")
    assert "its bytes have another SHA-256" in one.why
    assert way_out in one.why


def test_what_was_cut_off_is_told_once(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    rewritten(blobs.path(WEIGHTS), lambda data: data[:-1])
    [one] = damaged(blobs, revisions)
    assert one.sha256 == WEIGHTS
    assert "another SHA-256" in one.why
    assert "put it back from a copy" in one.why


@contextmanager
def descriptors(left: int) -> Iterator[None]:
    """This process may open so many files more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))
    held: list[int] = []
    try:
        with suppress(OSError):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        for _ in range(left):
            os.close(held.pop())
        yield
    finally:
        for one in held:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_what_could_not_be_read_is_not_called_damaged(blobs: Blobs, revisions: Revisions) -> None:
    base, _ = packed_library(blobs, revisions)
    unread: list[HiltError] = []
    for left in range(8):
        with descriptors(left), suppress(SourceError):  # of a folder, nothing says what lies in it
            assert list(damaged(blobs, revisions, not_read=unread.append)) == []
    assert (
        len([one for one in unread if f"{base}: Too many open files" in str(one)]) == 2
    )  # by itself, and for the other one
    with descriptors(2), pytest.raises(SourceError, match="Too many open files"):
        list(damaged(blobs, revisions))


def test_what_is_packed_or_comes_back_meanwhile_is_not_missing(blobs: Blobs, revisions: Revisions) -> None:
    base, tuned = packed_library(blobs, revisions)
    deltas, plain = Deltas(blobs), b"".join(Deltas(blobs).read(tuned))
    deltas.path(tuned).unlink()

    def comes(*_: object) -> str:
        stored(blobs, plain)
        return "nor elsewhere"

    assert list(damaged(blobs, revisions, elsewhere=comes)) == []

    class Packs(Counted):
        def start(self, *, files: int, size: int) -> None:
            deltas.make(deltas.plan(tuned, [base]))
            blobs.remove(tuned)

    assert list(damaged(blobs, revisions, Packs())) == []


def test_what_a_branch_of_ours_leads_to_is_to_be_kept(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    (library / PLACE / "kept.json").unlink()
    blobs.remove(CONFIG)
    rewritten(blobs.path(WEIGHTS), lambda data: data[:-1])
    assert ["remove it" in one.why for one in damaged(blobs, revisions, own=lambda _: True)] == [True]
    revisions.set_ref(REPOSITORY, "main", COMMIT, before=None)
    told = {one.sha256: one.why for one in damaged(blobs, revisions, own=lambda one: one == REPOSITORY)}
    assert told.keys() == {CONFIG, WEIGHTS}
    assert all("put it back from a copy" in why for why in told.values())
    (library / PLACE).with_name("refs.json").write_text("{}")
    assert "refs.json" in next(damaged(blobs, revisions, own=lambda _: True)).why


def test_what_is_to_be_kept_and_is_not_here_is_found_once(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    blobs.remove(CONFIG)
    blobs.remove(LOOSE)
    [one] = damaged(blobs, revisions)
    assert one.sha256 == CONFIG
    assert f"models/acme/tiny at {COMMIT} needs it for 'again/config.json' of 2 bytes, and it is not here" in one.why
    assert "put it back" in one.why


def test_what_nobody_admitted_may_be_gone(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    (library / PLACE / "kept.json").unlink()
    blobs.remove(CONFIG)
    assert list(damaged(blobs, revisions)) == []


@pytest.mark.parametrize(
    "place", ["blobs/notes.txt", f"blobs/sha256/{CONFIG[:2]}/{WEIGHTS}", f"blobs/sha256/{CONFIG[:2]}/x"]
)
def test_what_is_no_blob_is_found(library: Path, blobs: Blobs, revisions: Revisions, place: str) -> None:
    (library / place).write_bytes(b"by hand")
    [one] = damaged(blobs, revisions)
    assert (one.sha256, one.file) == ("", place)
    assert "this is no blob; move it away" in one.why


def test_a_link_is_no_blob(library: Path, blobs: Blobs, revisions: Revisions, tmp_path: Path) -> None:
    blobs.path(WEIGHTS).rename(tmp_path / "elsewhere")
    blobs.path(WEIGHTS).symlink_to(tmp_path / "elsewhere")
    (library / "blobs" / "sha512").symlink_to(tmp_path)
    told = {one.file: one.why for one in damaged(blobs, revisions)}
    assert "this is a link" in told["blobs/sha512"]
    assert len(told) == 2


@pytest.mark.parametrize(
    ("file", "change", "why"),
    [
        ("revision.json", lambda data: data[:-9], "not JSON"),
        (
            "revision.json",
            lambda data: data.replace(b'"swhid": "swh:1:dir:', b'"swhid": "swh:1:dir:0'),
            "its swhid is not that",
        ),
        ("revision.json", lambda data: data.replace(b'"size": 2', b'"size": 3'), "what has that SHA-256 has 2"),
        ("manifest-sha256.txt", lambda data: data[1:], "it does not list what revision.json lists"),
        ("kept.json", lambda data: b"{}", "schema: this key is missing"),
    ],
)
def test_what_is_written_of_a_revision_is_read_as_well(
    library: Path, blobs: Blobs, revisions: Revisions, file: str, change: Callable[[bytes], bytes], why: str
) -> None:
    rewritten(library / PLACE / file, change)
    [one] = damaged(blobs, revisions)
    assert why in one.why


@pytest.mark.parametrize("file", ["revision.json", "manifest-sha256.txt"])
def test_what_is_missing_of_a_revision_is_found(library: Path, blobs: Blobs, revisions: Revisions, file: str) -> None:
    (library / PLACE / file).unlink()
    [one] = damaged(blobs, revisions)
    assert f"{PLACE}/{file}" in one.why


def test_a_library_that_is_gone_is_no_library_that_is_well(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    (library / "blobs" / "sha256").rename(library / "moved")
    with pytest.raises(SourceError, match="blobs/sha256: No such file or directory; here is the library"):
        list(damaged(blobs, revisions))


def packed_library(blobs: Blobs, revisions: Revisions) -> tuple[str, str]:
    """The SHA-256 of an admitted model and of one that was packed by it."""
    weights = {"w": numbers("BF16", 64, 64)}
    base, tuned = safetensors(weights), safetensors({"w": moved(weights["w"])})
    revisions.save(a_revision({"base.safetensors": base, "tuned.safetensors": tuned}))
    revisions.keep(REPOSITORY, COMMIT, "research", "2026-01-01T00:00:00+00:00")
    deltas, names = Deltas(blobs), (stored(blobs, base), stored(blobs, tuned))
    for name in names:
        revisions.came(REPOSITORY, COMMIT, name)
    deltas.make(deltas.plan(names[1], names[:1]))
    blobs.remove(names[1])
    return names


def test_what_is_packed_is_here_and_is_rebuilt_to_see_whether_it_is_right(blobs: Blobs, revisions: Revisions) -> None:
    base, tuned = packed_library(blobs, revisions)
    counted = Counted()
    assert list(damaged(blobs, revisions, counted)) == []
    assert (counted.stated[0], counted.files) == (2, 2)
    path = Deltas(blobs).path(tuned)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1])
    (one,) = damaged(blobs, revisions)
    assert (one.sha256, one.file) == (tuned, f"blobs/sha256/{tuned[:2]}/{tuned}.delta")
    assert "ends in the middle; put it back" in one.why
    Deltas(blobs).set_aside(tuned)
    (missing,) = damaged(blobs, revisions)
    assert (missing.sha256, missing.file) == (tuned, f"blobs/sha256/{tuned[:2]}/{tuned}")
    assert base in {one.sha256 for one in blobs.each()}


@pytest.mark.parametrize("lost", [True, False])
def test_where_a_base_is_wrong_it_is_told_and_not_what_is_rebuilt_from_it(
    blobs: Blobs, revisions: Revisions, lost: bool
) -> None:
    base, _ = packed_library(blobs, revisions)
    path = blobs.path(base)
    path.chmod(0o644)
    path.write_bytes(b"!" + path.read_bytes()[1:])
    if lost:
        path.unlink()
    assert [one.sha256 for one in damaged(blobs, revisions)] == [base]


def test_all_parts_together_tell_what_one_run_tells(library: Path, blobs: Blobs, revisions: Revisions) -> None:
    rewritten(blobs.path(WEIGHTS), lambda data: b"!" + data[1:])
    rewritten(blobs.path(LOOSE), lambda data: b"!" + data[1:])
    blobs.remove(CONFIG)
    whole, parts = Counted(), Counted()
    found = [one for digit in "0123456789abcdef" for one in damaged(blobs, revisions, parts, part=digit)]
    assert sorted(found) == sorted(damaged(blobs, revisions, whole))
    assert {one.sha256 for one in found} == {WEIGHTS, LOOSE, CONFIG}
    assert (parts.files, parts.size) == (whole.files, whole.size)


def test_a_folder_that_the_disk_does_not_list_keeps_no_other_part_from_being_read(
    library: Path, blobs: Blobs, revisions: Revisions, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists, unlisted = Path.iterdir, next(blobs.each()).sha256[:2]

    def listed(folder: Path) -> Iterator[Path]:
        if folder.name == unlisted:
            raise OSError(errno.EIO, "Input/output error")
        return lists(folder)

    monkeypatch.setattr(Path, "iterdir", listed)
    with pytest.raises(SourceError, match="Input/output error"):
        list(damaged(blobs, revisions, part=unlisted))
    assert list(damaged(blobs, revisions, part="00" if unlisted != "00" else "01")) == []


def test_a_base_that_lies_in_another_part_is_no_fault_of_what_is_rebuilt_from_it(
    blobs: Blobs, revisions: Revisions
) -> None:
    base, tuned = packed_library(blobs, revisions)
    rewritten(blobs.path(base), lambda data: b"!" + data[1:])
    assert base[0] != tuned[0]
    assert list(damaged(blobs, revisions, part=tuned[0])) == []
    assert [one.sha256 for one in damaged(blobs, revisions, part=base[0])] == [base]
