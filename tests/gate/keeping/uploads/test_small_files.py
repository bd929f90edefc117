from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from hilt.core.errors import UsageError
from hilt.gate.keeping.uploads.room import Room
from hilt.gate.keeping.uploads.small_files import SmallFiles
from hilt.record.blobs.store import Blobs

ONE, TWO = b"one" * 100, b"two" * 100


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "library")


@pytest.fixture
def room(blobs: Blobs) -> Room:
    return Room(blobs.folder, 1000, lambda: 0)


@pytest.fixture
def small(blobs: Blobs, room: Room) -> Iterator[SmallFiles]:
    files = SmallFiles(blobs, room.take(0, "a commit"))
    yield files
    files.close()


def test_what_came_is_put_among_the_blobs_where_it_is_asked_for(blobs: Blobs, small: SmallFiles) -> None:
    for data in (ONE, TWO, b""):
        small.add(data, digest(data))
    assert list(blobs.each()) == []
    small.put({digest(TWO), digest(b"")})
    assert {one.sha256: blobs.path(one.sha256).read_bytes() for one in blobs.each()} == {
        digest(TWO): TWO,
        digest(b""): b"",
    }


def test_it_takes_room_once_and_until_it_is_closed(room: Room, small: SmallFiles) -> None:
    for _ in range(5):
        small.add(ONE, digest(ONE))
    assert room.left() == 700
    with pytest.raises(UsageError, match="there is room for 700"):
        small.add(bytes(701), digest(bytes(701)))
    assert digest(bytes(701)) not in small
    small.add(bytes(700), digest(bytes(700)))
    assert room.left() == 0
    small.close()
    assert room.left() == 1000


def test_beside_the_library_nothing_has_a_name(blobs: Blobs, small: SmallFiles) -> None:
    small.add(ONE, digest(ONE))
    assert [one for one in blobs.folder.rglob("*") if one.is_file() and one.stat().st_size == len(ONE)] == []
