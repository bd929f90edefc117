"""A backup goes into a file, and nothing else is put in the place of what is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hilt.core.errors import RecordUnreachable, UsageError
from hilt.gate.backup import backup
from hilt.record.ledger.kept import Kept
from sample_records import made


@pytest.mark.parametrize("name", ["pipe", "folder", "", "link"])
def test_a_device_outlives_that_a_backup_is_written_to_it(tmp_path: Path, name: str) -> None:
    """`hilt backup /dev/stdout` once left a file in the place of the device."""
    told = made(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="this is no regular file"):
        backup(tmp_path / name, settings=told)
    assert (tmp_path / "pipe").is_fifo()


def test_a_link_to_a_backup_stays_one(tmp_path: Path) -> None:
    told = made(tmp_path)
    (tmp_path / "link").symlink_to("backup")
    backup(tmp_path / "link", settings=told)
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "link").is_symlink()


def test_a_device_outlives_that_a_checkpoint_is_kept_in_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordUnreachable, match="this is no regular file"), Kept(tmp_path / "pipe").published("note"):
        pass
    assert (tmp_path / "pipe").is_fifo()
