from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hilt.core.errors import NothingToCheck, ReferenceInvalid
from hilt.core.limits import Limits
from hilt.core.subject import EntryKind
from hilt.sources.listing import Listing
from hilt.sources.references import open_reference

linux = pytest.mark.skipif(os.name == "nt", reason="Windows has none of these")


def listed(path: Path, limits: Limits = Limits()) -> Listing:  # noqa: B008
    return open_reference(str(path), limits)


def kinds(listing: Listing) -> dict[str, EntryKind]:
    return {entry.path: entry.kind for entry in listing.subject.entries}


def test_files_are_listed_by_path_with_their_sizes(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.bin").write_bytes(b"12345")
    (tmp_path / "a.json").write_bytes(b"{}")
    listing = listed(tmp_path)
    assert [(entry.path, entry.size) for entry in listing.subject.entries] == [("a.json", 2), ("b/x.bin", 5)]


def test_a_single_file_is_a_subject_of_one_entry(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"1")
    assert kinds(listed(tmp_path / "model.bin")) == {"model.bin": EntryKind.FILE}


def test_a_missing_path_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReferenceInvalid, match=r"nowhere: No such file or directory; give the path"):
        listed(tmp_path / "nowhere")


def test_an_empty_folder_holds_nothing_to_check(tmp_path: Path) -> None:
    with pytest.raises(NothingToCheck, match="holds no file"):
        listed(tmp_path)


def test_what_cannot_be_checked_by_its_reference_is_refused_with_the_way_out() -> None:
    with pytest.raises(ReferenceInvalid, match="anybody on the way can change what comes over http; use https"):
        open_reference("http://hub.example/model.gguf", Limits())
    with pytest.raises(ReferenceInvalid, match="keeps no models by their digest; give a path"):
        open_reference(f"sha256:{'ab' * 32}", Limits())


@linux
def test_links_are_followed_only_inside_the_subject(tmp_path: Path) -> None:
    model = tmp_path / "model"
    (model / "sub").mkdir(parents=True)
    (tmp_path / "secret").write_text("x")
    (model / "real").write_text("12")
    (model / "inside").symlink_to("real")
    (model / "out").symlink_to("../secret")
    (model / "absolute").symlink_to("/etc/hostname")
    (model / "broken").symlink_to("missing")
    (model / "circle").symlink_to("circle")
    (model / "sub" / "loop").symlink_to("..")
    listing = listed(model)
    assert kinds(listing) == {
        "absolute": EntryKind.LINK_OUT,
        "broken": EntryKind.LINK_BROKEN,
        "circle": EntryKind.LINK_BROKEN,
        "inside": EntryKind.FILE,
        "out": EntryKind.LINK_OUT,
        "real": EntryKind.FILE,
        "sub/loop": EntryKind.LINK_FOLDER,
    }
    assert set(listing.locators) == {"inside", "real"}


@linux
def test_pipes_sockets_and_devices_are_named_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        (tmp_path / "ordinary").write_text("x")
        listing = listed(tmp_path)
    assert kinds(listing) == {
        "ordinary": EntryKind.FILE,
        "pipe": EntryKind.SPECIAL,
        "socket": EntryKind.SPECIAL,
    }
    assert {entry.note for entry in listing.subject.entries} == {"", "a pipe", "a socket"}


@linux
def test_a_name_that_is_not_utf8_keeps_its_bytes(tmp_path: Path) -> None:
    with open(os.path.join(os.fsencode(tmp_path), b"bad\xff.bin"), "wb") as file:
        file.write(b"1")
    (entry,) = listed(tmp_path).subject.entries
    assert os.fsencode(entry.path) == b"bad\xff.bin"


@pytest.fixture
def readable_folder() -> Iterator[Path]:
    """A folder that another user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


@linux
def test_what_may_not_be_read_is_a_gap_and_the_rest_is_listed(readable_folder: Path) -> None:
    (readable_folder / "closed").mkdir(mode=0)
    (readable_folder / "secret.bin").touch(mode=0)
    (readable_folder / "open.bin").touch(mode=0o644)
    code = f"""
import os, sys
sys.path[:] = {sys.path!r}
from hilt.core.limits import Limits
from hilt.sources.references import open_reference
open_reference({str(readable_folder / "open.bin")!r}, Limits())  # everything is imported before the rights go
os.setuid(65534) if os.getuid() == 0 else None
listing = open_reference({str(readable_folder)!r}, Limits())
for entry in listing.subject.entries: print(entry.path, entry.kind.value, entry.note)
print(len(listing.gaps))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "closed unreadable Permission denied",
        "open.bin file ",
        "secret.bin unreadable Permission denied",
        "2",
    ]


def test_the_folder_of_git_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / ".git" / "objects").mkdir(parents=True)
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main")
    (tmp_path / "model.bin").write_text("x")
    assert kinds(listed(tmp_path)) == {".git": EntryKind.SET_ASIDE, "model.bin": EntryKind.FILE}


@pytest.mark.reaches("files")
def test_more_names_than_the_limit_are_a_gap(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).write_text("x")
    listing = listed(tmp_path, Limits(files=3))
    assert len(listing.subject.entries) == 3
    assert [gap.why for gap in listing.gaps] == ["more than 3 names (limit files); check its parts one by one"]


@pytest.mark.reaches("depth")
def test_folders_deeper_than_the_limit_are_a_gap(tmp_path: Path) -> None:
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c" / "deep").write_text("x")
    (tmp_path / "a" / "flat").write_text("x")
    listing = listed(tmp_path, Limits(depth=1))
    assert kinds(listing) == {"a/flat": EntryKind.FILE}
    assert [(gap.path, gap.why) for gap in listing.gaps] == [("a/b", "lies more than 1 folders deep (limit depth)")]
