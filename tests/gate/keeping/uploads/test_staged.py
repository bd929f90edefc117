from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hilt.core.errors import NotHeld, SourceError, UsageError
from hilt.core.library import Repository
from hilt.gate.keeping.uploads import sent_files, staged
from library_office import LICENCE, Shop, shop
from office import USE
from uploaders import MINE, OWN, Uploader, digest, large, removed, small

DATA = b"weights" * 1000
OTHER = Repository("models", "labs/other")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path, more=OWN + "  bytes: 100000\n") as found:
        yield found


@pytest.fixture
def eve(at: Shop) -> Uploader:
    found = Uploader(at)
    found.create()
    return found


def is_here(eve: Uploader, data: bytes, **more: Repository) -> bool:
    (told,) = eve.uploads.staged.wanted(more.get("of", eve.repository), [(digest(data), len(data))])
    return told.is_here


def evict(at: Shop) -> None:
    """Makes room as the library does now and then."""
    at.library._evict()


def test_what_was_sent_is_asked_for_no_more(eve: Uploader) -> None:
    assert not is_here(eve, DATA)
    with pytest.raises(NotHeld, match="did not come"):
        eve.uploads.staged.check(MINE, digest(DATA), len(DATA))
    eve.send(DATA, step=1000)
    assert is_here(eve, DATA)
    eve.uploads.staged.check(MINE, digest(DATA), len(DATA))
    with pytest.raises(NotHeld):
        eve.uploads.staged.check(MINE, digest(DATA), len(DATA) + 1)
    assert eve.commit(large("w.bin", DATA)).file("w.bin")


def test_what_another_repository_was_sent_is_asked_for_again(at: Shop, eve: Uploader) -> None:
    eve.send(DATA)
    other = Uploader(at, repository=OTHER)
    other.create()
    assert not is_here(other, DATA)
    with pytest.raises(UsageError, match="was not sent to labs/other"):
        other.commit(large("w.bin", DATA))
    eve.commit(large("w.bin", DATA))
    assert not is_here(other, DATA), "whoever knows a digest need not have the bytes"
    with pytest.raises(UsageError, match="was not sent to labs/other"):
        other.commit(large("w.bin", DATA))
    other.send(DATA)
    assert other.commit(large("w.bin", DATA)).file("w.bin")
    assert is_here(other, DATA), "what the repository holds is not sent again"


def test_what_came_from_an_upstream_is_sent_by_whoever_uploads_it(at: Shop, eve: Uploader) -> None:
    there = at.read().file("LICENSE")
    assert there is not None
    with pytest.raises(UsageError, match="was not sent to acme/lid"):
        eve.commit({"key": "lfsFile", "value": {"path": "x", "oid": there.sha256, "size": there.size}})


@pytest.mark.parametrize("size", [0, len(DATA) - 1, len(DATA) + 1])
def test_a_size_that_is_not_that_of_the_bytes_is_refused(eve: Uploader, size: int) -> None:
    eve.send(DATA)
    with pytest.raises(UsageError, match="has another size"):
        eve.commit({"key": "lfsFile", "value": {"path": "x", "oid": digest(DATA), "size": size}})


def test_other_bytes_than_were_stated_count_for_nothing(at: Shop, eve: Uploader) -> None:
    with pytest.raises(UsageError, match=f"have the SHA-256 {digest(DATA)}, and not {digest(b'x')}"):
        eve.send(DATA, stated=digest(b"x"))
    assert not is_here(eve, DATA)
    with pytest.raises(UsageError, match="was not sent"):
        eve.commit(large("w.bin", DATA))
    sending = eve.uploads.staged.receive(MINE, digest(DATA), len(DATA))
    with pytest.raises(SourceError, match="more than"):
        sending.write(DATA + b"x")
    short = eve.uploads.staged.receive(MINE, digest(DATA), len(DATA))
    short.write(DATA[:-1])
    with pytest.raises(UsageError, match="only 6999 of 7000 bytes came"):
        short.finish()
    short.give_up("it broke off")
    eve.send(DATA)
    assert is_here(eve, DATA)


def test_what_is_another_file_than_was_stated_takes_no_room(at: Shop, eve: Uploader) -> None:
    before = {one.sha256 for one in at.library._blobs.each()}
    for number in range(3):
        with pytest.raises(UsageError, match="have the SHA-256"):
            eve.send(bytes([number]) * 60_000, stated="a" * 64)
    assert {one.sha256 for one in at.library._blobs.each()} == before
    assert eve.uploads.staged.room.left() == 100_000 - attributes_bytes(eve)


def attributes_bytes(eve: Uploader) -> int:
    """What a new repository holds."""
    return eve.read().files[0].size


def test_what_comes_has_its_room_until_it_is_here_or_breaks_off(eve: Uploader) -> None:
    staged, data = eve.uploads.staged, b"x" * 60_000
    before = staged.room.left()
    sending = staged.receive(MINE, digest(data), len(data))
    assert staged.room.left() == before - 60_000
    with pytest.raises(UsageError, match="there is room for"):
        staged.receive(OTHER, "a" * 64, 60_000)
    sending.give_up("it broke off")
    sending.give_up("it broke off")
    assert staged.room.left() == before
    eve.send(data)
    assert staged.room.left() == before - 60_000


def test_many_that_begin_at_once_get_no_more_room_than_there_is(eve: Uploader) -> None:
    taken: list[object] = []

    def begin(number: int) -> None:
        with suppress(UsageError):
            taken.append(eve.uploads.staged.receive(MINE, f"{number:064x}", 30_000))

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 3


def test_two_who_send_the_same_file_are_not_in_each_others_way(eve: Uploader) -> None:
    one, two = (eve.uploads.staged.receive(MINE, digest(DATA), len(DATA)) for _ in range(2))
    one.write(DATA[:10])
    two.write(DATA)
    two.finish()
    one.write(DATA[10:])
    one.finish()
    assert is_here(eve, DATA)


@pytest.mark.parametrize(("name", "size"), [("../../x", 1), ("A" * 64, 1), ("a" * 64, -1), ("a" * 64, 1 << 62)])
def test_what_is_no_digest_or_size_is_refused(eve: Uploader, name: str, size: int) -> None:
    with pytest.raises(UsageError, match="SHA-256"):
        eve.uploads.staged.wanted(MINE, [(name, size)])


def test_what_does_not_fit_is_refused_before_it_is_sent(at: Shop, eve: Uploader) -> None:
    asked = [("a" * 64, 60_000), ("b" * 64, 60_000), ("c" * 64, 10)]
    told = eve.uploads.staged.wanted(MINE, asked)
    assert [bool(one.refused) for one in told] == [False, True, False], "the first one has its place by then"
    assert "library.bytes" in told[1].refused
    with pytest.raises(UsageError, match="there is room for"):
        eve.uploads.staged.receive(MINE, "a" * 64, 200_000)
    eve.send(b"x" * 60_000)
    assert eve.uploads.staged.wanted(MINE, asked[:1])[0].refused, "what waits for its commit counts"
    with pytest.raises(UsageError, match="at once"):
        eve.uploads.staged.wanted(MINE, [("a" * 64, 1)] * (staged.MOST_ASKED + 1))


def test_what_was_admitted_takes_no_room_of_uploads(at: Shop, eve: Uploader) -> None:
    data = b"x" * 60_000
    eve.send(data)
    kept = eve.commit(small("LICENSE", LICENCE), large("data.txt", data))
    asked = [("a" * 64, 60_000)]
    assert eve.uploads.staged.wanted(MINE, asked)[0].refused
    offer = at.library.offer(eve.read(), at.reader(use=USE))
    at.library.open(offer, kept.files[0], at.reader())
    eve.uploads.own.moved(MINE)
    assert not eve.uploads.staged.wanted(MINE, asked)[0].refused


def test_an_upload_is_not_thrown_away_to_make_room(at: Shop, eve: Uploader, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, sent = (name * 20_000 for name in (b"o", b"n", b"s"))
    eve.send(old)
    before = eve.commit(large("w.bin", old))
    eve.send(new)
    eve.commit(large("w.bin", new))
    eve.send(sent)
    object.__setattr__(at.library._settings.library, "bytes", 0)
    assert all(at.library._blobs.has(digest(one), len(one)) for one in (old, new, sent))
    evict(at)
    assert [at.library._blobs.has(digest(one), len(one)) for one in (old, new, sent)] == [False, True, True]
    with pytest.raises(UsageError, match="is not in the library any more"):
        eve.commit({"key": "copyFile", "value": {"path": "x", "srcPath": "w.bin", "srcRevision": before.commit}})
    monkeypatch.setattr(sent_files, "LASTS", -1.0)
    evict(at)
    assert [at.library._blobs.has(digest(one), len(one)) for one in (new, sent)] == [True, False]
    assert eve.commit(removed("w.bin")).file("w.bin") is None
