"""What whoever stores a revision does, and what is right of it at any moment; see `killed_at_work.Work`."""

from __future__ import annotations

from pathlib import Path

from hilt.record.blobs.fixity import damaged
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from kept_files import COMMIT, REPOSITORY, a_revision, sha256_of, whole

FILES = {"a.bin": b"one " * 500, "b/c.bin": b"two " * 900}
REVISION = a_revision(FILES)


def begin(_: Path) -> None:
    """With nothing."""


def work(folder: Path) -> None:
    blobs, revisions = Blobs(folder), Revisions(folder)
    for data in FILES.values():
        coming = blobs.incoming(len(data), sha256=sha256_of(data))
        for start in range(coming.resumed, len(data), 1500):
            coming.write(data[start : start + 1500])
        coming.finish()
    revisions.save(REVISION)
    revisions.keep(REPOSITORY, COMMIT, "research", "2026-01-01T00:00:00+00:00")
    revisions.set_ref(REPOSITORY, "main", COMMIT, before=revisions.refs(REPOSITORY).get("main"))


def look(folder: Path) -> None:
    blobs, revisions = Blobs(folder), Revisions(folder)
    assert set(whole(folder).values()) <= set(FILES.values())
    assert revisions.find(REPOSITORY, COMMIT) in (None, REVISION)
    assert revisions.kept(REPOSITORY, COMMIT) is None or revisions.find(REPOSITORY, COMMIT)
    assert revisions.refs(REPOSITORY) in ({}, {"main": COMMIT})
    assert list(damaged(blobs, revisions)) == []
    work(folder)
    assert set(whole(folder).values()) == set(FILES.values())
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in (folder / "blobs").rglob("*") if path.is_file())
    assert revisions.kept_digests() == {sha256_of(data) for data in FILES.values()}
    assert all(path.name.startswith("text-") for path in (folder / "partial").iterdir())
