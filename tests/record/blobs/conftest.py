"""A library in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hilt.record.blobs.revisions import Revisions
from hilt.record.blobs.store import Blobs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs(folder)


@pytest.fixture
def revisions(folder: Path) -> Revisions:
    return Revisions(folder)
