from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hilt.core.errors import ChangedWhileRead, HiltError, NotHeld, SourceError
from hilt.core.library import KINDS, Repository
from hilt.core.limits import Limits
from hilt.core.subject import EntryKind
from hilt.gate.keeping.coming.fetching import Fetches
from hilt.gate.keeping.origins import folder_upstream
from hilt.gate.keeping.origins.folder_upstream import FolderUpstream
from hilt.record.blobs.store import Blobs
from hilt.sources.file import Locator

NAME = Repository("models", "org/name")
LIMITS = Limits()
LARGE = random.Random(2).randbytes(2_500_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "from" / "org" / "name"
    (made / "sub").mkdir(parents=True)
    (made / "model.bin").write_bytes(LARGE)
    (made / "sub" / "config.json").write_bytes(b"{}")
    return made


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "library")


@pytest.fixture
def upstream(tmp_path: Path, folder: Path, blobs: Blobs) -> FolderUpstream:
    assert folder.is_dir()
    return FolderUpstream("there", str(tmp_path / "from"), LIMITS, blobs)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def stored(blobs: Blobs) -> set[str]:
    return {one.sha256 for one in blobs.each()}


def test_what_lies_there_is_copied_under_its_digest(upstream: FolderUpstream, blobs: Blobs) -> None:
    commit = upstream.resolve(NAME, "main")
    tree = upstream.tree(NAME, commit, LIMITS)
    assert tree.commit == commit
    assert [(one.entry.path, one.entry.sha256, one.entry.claimed) for one in tree.files] == [
        ("model.bin", sha256(LARGE), False),
        ("sub/config.json", sha256(b"{}"), False),
    ]
    large, small = (one.stated for one in tree.files)
    assert large is not None
    assert small is not None
    assert (large.blob, small.blob) == ("", hashlib.sha1(b"blob 2\0{}").hexdigest())
    assert stored(blobs) == {sha256(LARGE), sha256(b"{}")}
    assert blobs.path(sha256(LARGE)).read_bytes() == LARGE


def test_the_commit_tells_the_bytes_and_the_names(upstream: FolderUpstream, folder: Path) -> None:
    commit = upstream.resolve(NAME, "main")
    assert len(commit) == 40
    assert upstream.resolve(NAME, commit) == upstream.resolve(NAME, "HEAD") == commit
    assert upstream.refs(NAME)["branches"] == [{"name": "main", "ref": "refs/heads/main", "targetCommit": commit}]
    os.utime(folder / "model.bin", ns=(5, 5))
    assert upstream.resolve(NAME, "main") == commit
    (folder / "model.bin").rename(folder / "other.bin")
    renamed = upstream.resolve(NAME, "main")
    (folder / "sub" / "config.json").write_bytes(b"[]")
    assert len({commit, renamed, upstream.resolve(NAME, "main")}) == 3
    with pytest.raises(NotHeld, match="has no revision") as raised:
        upstream.resolve(NAME, commit)
    assert raised.value.what == "revision"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["a/b", "gpt2"])
def test_each_kind_has_its_folder(tmp_path: Path, upstream: FolderUpstream, kind: str, name: str) -> None:
    inside = Path("" if kind == "models" else kind, *(("_", name) if "/" not in name else (name,)))
    made = tmp_path / "from" / inside
    made.mkdir(parents=True)
    (made / "a.txt").write_bytes(b"a")
    assert upstream.tree(
        Repository(kind, name), upstream.resolve(Repository(kind, name), "main"), LIMITS
    ).files[0].entry.sha256 == sha256(b"a")  # fmt: skip
    for other in set(KINDS) - {kind}:
        with pytest.raises(NotHeld):
            upstream.resolve(Repository(other, name), "main")


@pytest.mark.parametrize("name", ["org/other", "org", "..", "../from", "org/..", "org/name/sub", ".", "org/.", ""])
def test_what_is_not_there_is_not_held(upstream: FolderUpstream, name: str) -> None:
    with pytest.raises(NotHeld) as raised:
        upstream.resolve(Repository("models", name), "main")
    assert raised.value.what == "repository"


def test_a_folder_without_files_holds_nothing(upstream: FolderUpstream, tmp_path: Path) -> None:
    (tmp_path / "from" / "org" / "empty" / "sub").mkdir(parents=True)
    with pytest.raises(NotHeld, match="there is no file"):
        upstream.resolve(Repository("models", "org/empty"), "main")


def test_a_repository_that_is_a_link_is_not_followed(tmp_path: Path, upstream: FolderUpstream) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "key").write_bytes(b"secret")
    (tmp_path / "from" / "org" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "from" / "linked").symlink_to(tmp_path / "from" / "org")
    for name in ("org/link", "linked/name"):
        with pytest.raises(NotHeld, match="is a link to elsewhere"):
            upstream.resolve(Repository("models", name), "main")


def test_links_that_lead_out_and_what_is_no_file_are_named_and_not_read(
    tmp_path: Path, upstream: FolderUpstream, folder: Path, blobs: Blobs
) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path / "secret")
    (folder / "device").symlink_to("/dev/zero")
    (folder / "inside").symlink_to("sub/config.json")
    os.mkfifo(folder / "pipe")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_bytes(b"token")
    tree = upstream.tree(NAME, upstream.resolve(NAME, "main"), LIMITS)
    kinds = {one.entry.path: one.entry.kind for one in tree.files if one.stated is None}
    assert kinds == {"out": EntryKind.LINK_OUT, "device": EntryKind.LINK_OUT, "pipe": EntryKind.SPECIAL}
    assert {one.entry.path for one in tree.files if one.stated} == {"model.bin", "sub/config.json", "inside"}
    assert stored(blobs) == {sha256(LARGE), sha256(b"{}")}


def test_what_changed_since_it_was_resolved_is_noticed(upstream: FolderUpstream, folder: Path, blobs: Blobs) -> None:
    commit = upstream.resolve(NAME, "main")
    tree = upstream.tree(NAME, commit, LIMITS)
    (folder / "sub" / "config.json").write_bytes(b"[]")
    with pytest.raises(ChangedWhileRead, match="models/org/name changed while it was read"):
        upstream.tree(NAME, commit, LIMITS)
    with pytest.raises(ChangedWhileRead):
        upstream.listing(NAME, tree, LIMITS, {})
    assert sha256(b"[]") not in stored(blobs)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(LARGE[:-1] + b"x"),
        lambda path: path.write_bytes(LARGE + b"x"),
        lambda path: os.truncate(path, 10),
        lambda path: os.utime(path, ns=(7, 7)),
    ],
)
@pytest.mark.parametrize("at", [1, 4])
def test_a_file_that_changes_while_it_is_read_is_noticed(
    upstream: FolderUpstream,
    folder: Path,
    blobs: Blobs,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[Path], object],
    at: int,
) -> None:
    """Once while it is digested for the first time, once while it is copied."""
    pieces, reads = folder_upstream._pieces, [0]

    def changing(file: object, start: int = 0) -> object:
        for piece in pieces(file, start):  # type: ignore[arg-type]
            yield piece
            if len(piece) > 2:
                reads[0] += 1
                if reads[0] == at:
                    change(folder / "model.bin")

    monkeypatch.setattr(folder_upstream, "_pieces", changing)
    with pytest.raises(ChangedWhileRead):
        upstream.tree(NAME, upstream.resolve(NAME, "main"), LIMITS)
    assert sha256(LARGE) not in stored(blobs)


def test_what_is_known_is_not_read_again(
    upstream: FolderUpstream, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    commit = upstream.resolve(NAME, "main")
    monkeypatch.setattr(folder_upstream, "_pieces", None)
    assert upstream.resolve(NAME, "main") == commit
    os.utime(folder / "model.bin", ns=(5, 5))
    with pytest.raises(TypeError):
        upstream.resolve(NAME, "main")


def test_a_check_reads_what_lies_in_the_library(upstream: FolderUpstream, blobs: Blobs) -> None:
    tree = upstream.tree(NAME, upstream.resolve(NAME, "main"), LIMITS)
    path = blobs.path(sha256(LARGE))
    here = {"model.bin": Locator.of(str(path), path.stat())}
    with closing(upstream.listing(NAME, tree, LIMITS, here)) as listing:
        assert listing.locators["model.bin"] == here["model.bin"]
        assert (listing.subject.reference, listing.subject.revision) == ("hf:org/name", tree.commit)
        assert listing.subject.digest[:40] == tree.commit
        with listing.open("sub/config.json") as source:
            assert source.read(0, 9) == b"{}"


def test_what_the_library_dropped_is_fetched_from_the_folder(
    upstream: FolderUpstream, blobs: Blobs, folder: Path
) -> None:
    tree = upstream.tree(NAME, upstream.resolve(NAME, "main"), LIMITS)
    stated = tree.files[0].stated
    assert stated is not None
    fetches = Fetches(blobs)
    try:
        for change, error in (
            (lambda: None, None),
            (lambda: (folder / "model.bin").write_bytes(LARGE[::-1]), SourceError),
            (lambda: (folder / "model.bin").write_bytes(b"x"), ChangedWhileRead),
            ((folder / "model.bin").unlink, SourceError),
            (lambda: (folder / "model.bin").symlink_to("/etc/passwd"), SourceError),
        ):
            blobs.remove(sha256(LARGE))
            change()
            coming = fetches.begin(upstream.client, stated)
            if error is None:
                assert coming.wait(20) is not None
                assert stored(blobs) == {sha256(LARGE), sha256(b"{}")}
            else:
                with pytest.raises(error, match=r"model\.bin"):
                    coming.wait(20)
                assert stored(blobs) == {sha256(b"{}")}
    finally:
        fetches.close()


def test_no_file_outside_of_the_folder_is_streamed(tmp_path: Path, upstream: FolderUpstream) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    for address in (str(tmp_path / "secret"), str(tmp_path / "from" / ".." / "secret"), "/etc/passwd", "secret"):
        with pytest.raises(HiltError, match="it is not followed"), upstream.client.stream(address, most=6):
            pass
