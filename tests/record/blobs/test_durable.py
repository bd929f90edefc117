"""Whoever is stopped at any moment leaves a library that is right."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hilt.record.blobs.durable import make_folder, unusable, write_whole
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs
from kept_files import a_revision, stored

STOPPED = """
# For each call of the operating system that the work makes, a process does the work and is killed right after that call. Then
# another one looks at what is left, and does the work to its end.
import os, signal, sys
from pathlib import Path
top, step, calls = Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])
sys.path.insert(0, sys.argv[2])
from kept_files import COMMIT, REPOSITORY, a_revision, sha256_of, whole
from hilt.record.blobs.fixity import damaged
from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs

FILES = {"a.bin": b"one " * 500, "b/c.bin": b"two " * 900}
REVISION = a_revision(FILES)

def work(folder):
    blobs, revisions = Blobs(folder), Revisions(folder)
    for data in FILES.values():
        coming = blobs.incoming(len(data), sha256=sha256_of(data))
        for begin in range(coming.resumed, len(data), 1500):
            coming.write(data[begin:begin + 1500])
        coming.finish()
    revisions.save(REVISION)
    revisions.keep(REPOSITORY, COMMIT, "research", "2026-01-01T00:00:00+00:00")
    revisions.set_ref(REPOSITORY, "main", COMMIT, before=revisions.refs(REPOSITORY).get("main"))

def look(folder):
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

def killed_after(calls, folder):
    def count(frame, event, argument):
        nonlocal calls
        if event == "c_return" and type(getattr(argument, "__self__", None)).__module__ in ("builtins", "_io"):
            module = getattr(argument, "__module__", "") or type(argument.__self__).__module__
            calls -= module in ("posix", "nt", "fcntl", "_io")
            if not calls:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.setprofile(count)
    work(folder)
    sys.setprofile(None)

def apart(do, *arguments):
    child = os.fork()
    if not child:
        if os.geteuid() == 0:
            os.setuid(65534)  # for root may write to what is read-only
        do(*arguments)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

look(top / "imports what is imported late")
while (code := apart(killed_after, calls, top / f"after-{calls}")) == -signal.SIGKILL:
    if apart(look, top / f"after-{calls}"):
        sys.exit(f"see above what is wrong after {calls} calls")
    calls += step
print(calls)
sys.exit(code)
"""


def killed(step: int, first: int = 1) -> int:
    """How many calls the work makes, after each `step` of which somebody was killed."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        command = [sys.executable, "-c", STOPPED, folder, Path(__file__).parents[2], str(step), str(first)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_whoever_is_killed_leaves_what_is_right_and_can_be_gone_on_with() -> None:
    assert killed(step=8, first=randrange(1, 9)) > 100


@pytest.mark.slow
def test_whoever_is_killed_after_any_call_leaves_what_is_right() -> None:
    assert killed(step=1) > 100


def test_bytes_are_on_the_disk_before_they_have_their_name_and_the_name_after(folder: Path) -> None:
    """No power is cut here: it is the order of the calls that decides."""
    blobs, revisions = Blobs(folder), Revisions(folder)
    (folder / "models").mkdir()
    calls: list[str] = []

    def note(_: object, event: str, argument: Any) -> None:
        if event == "c_call" and argument in (os.fsync, os.replace, os.rename, os.write, os.mkdir):
            calls.append(argument.__name__)

    sys.setprofile(note)
    try:
        stored(blobs, b"weights")
        revisions.save(a_revision({"a": b"weights"}))
    finally:
        sys.setprofile(None)
    of_a_blob = ["write", "mkdir", "fsync", "fsync", "replace", "fsync"]
    of_a_text = ["fsync", "replace", "fsync"]
    assert calls == [*of_a_blob, *["mkdir", "fsync"] * 3, *of_a_text, *of_a_text]


def test_a_text_is_whole_or_not_there(tmp_path: Path) -> None:
    (tmp_path / "partial").mkdir()
    write_whole(tmp_path / "text", b"one", partial=tmp_path / "partial")
    write_whole(tmp_path / "text", b"two", partial=tmp_path / "partial")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "nowhere" / "text", b"three", partial=tmp_path / "partial")
    assert (tmp_path / "text").read_bytes() == b"two"
    assert list((tmp_path / "partial").iterdir()) == []


def test_a_folder_may_be_made_by_two_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make_folder, [tmp_path / "a" / "b" / "c"] * 20))
    assert (tmp_path / "a" / "b" / "c").stat().st_mode & 0o777 == 0o755


def test_what_the_disk_says_is_told_with_the_way_out(tmp_path: Path) -> None:
    full = str(unusable(tmp_path, OSError(errno.ENOSPC, "No space left on device"), needed=7))
    assert full.startswith(f"{tmp_path}: No space left on device, and 7 more bytes are needed; make room on that disk")
    quota = str(unusable(tmp_path, OSError(errno.EDQUOT, "Disk quota exceeded")))
    assert quota.startswith(f"{tmp_path}: Disk quota exceeded, and more room is needed; make room")
    denied = str(unusable(tmp_path, OSError(errno.EACCES, "Permission denied")))
    assert denied == f"{tmp_path}: Permission denied; here is the library, which must be readable and writable"
