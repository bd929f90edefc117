"""A hub that breaks off, stalls or lies: what arrives in the library is right, or nothing is."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from hilt.core.errors import ChangedWhileRead, HiltError, SourceError
from hilt.core.limits import Limits
from hilt.gate.keeping.coming import fetching
from hilt.gate.keeping.coming.fetching import Fetches, assert_given
from hilt.record.blobs.incoming import Incoming
from hilt.record.blobs.store import Blobs
from hilt.sources.http import Client
from hilt.sources.hub import list_tree
from hilt.sources.hub_place import HubPlace
from hilt.sources.network import Network
from hilt.sources.probing import Probe
from hilt.sources.remote_file import Stated
from hub_server import Asked, File, HubServer, Reply, serving

LARGE = random.Random(11).randbytes(3_000_000)
SMALL = b'{"architectures": []}'
SHA256 = hashlib.sha256(LARGE).hexdigest()
FILES: dict[str, bytes | File] = {"model.bin": File.of(LARGE, large=True), "config.json": SMALL, "empty": b""}
OTHERS = bytes(byte ^ 1 for byte in LARGE)
CHUNKED = {"Transfer-Encoding": "chunked", "Content-Length": str(len(LARGE))}
TOKEN = "hf_0123456789"

Twist = Callable[[Asked, Reply], Reply]


class Shop(NamedTuple):
    """A library, and a hub that it has its files from."""

    hub: HubServer
    client: Client
    fetches: Fetches
    folder: Path
    stated: dict[str, Stated]
    waited: list[float]

    def begin(self, path: str = "model.bin", **options: Any) -> Incoming:
        return self.fetches.begin(self.client, self.stated[path], **options)

    def failed(self, path: str = "model.bin", **options: Any) -> HiltError:
        with pytest.raises(HiltError) as raised:
            self.begin(path, **options).wait(20)
        return raised.value

    def spans(self) -> list[tuple[int, int | None] | None]:
        return [asked.span for asked in self.hub.asked if "/resolve/" in asked.path]

    def stored(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "blobs").rglob("*") if path.is_file())

    def partial(self) -> list[int]:
        return [path.stat().st_size for path in (self.folder / "partial").iterdir()]


@contextmanager
def shop(folder: Path, hub: HubServer, *, patience: float = 2.0) -> Iterator[Shop]:
    waited: list[float] = []
    network = Network(endpoint=hub.endpoint, patience=patience, token=TOKEN, private_hosts=("127.0.0.1",))
    client = Client(network, asked_to_wait=waited.append)
    tree = list_tree(client, HubPlace(kind="models", repository="org/name"), Limits())
    stated = {one.entry.path: one.stated for one in tree.files if one.stated is not None}
    fetches = Fetches(Blobs(folder))
    try:
        yield Shop(hub, client, fetches, folder, stated, waited)
    finally:
        client.close()
        fetches.close()


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "PAUSE", 0.001)


def of_files(change: Callable[[Asked, Reply], Reply], *, times: int = 1 << 30) -> Twist:
    """Changes the first answers that bring bytes of files."""
    left = [times]

    def twist(asked: Asked, reply: Reply) -> Reply:
        if "/resolve/" not in asked.path or left[0] == 0:
            return reply
        left[0] -= 1
        return change(asked, reply)

    return twist


def told(**headers: str) -> Twist:
    return of_files(
        lambda _, reply: replace(
            reply, headers=reply.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        )
    )


def instead(body: bytes, **headers: str) -> Twist:
    """Other bytes under the same headers."""
    return of_files(lambda _, reply: replace(reply, body=body, headers=reply.headers | headers))


def probe(data: bytes, start: int, end: int) -> Probe:
    return Probe(start, end - start, hashlib.sha256(data[start:end]).hexdigest())


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_file_comes_whole_and_lies_under_its_digest(tmp_path: Path, *, elsewhere: bool) -> None:
    with serving(FILES, elsewhere=elsewhere) as hub, shop(tmp_path, hub) as it:
        assert it.begin().wait(20) == tmp_path / "blobs" / "sha256" / SHA256[:2] / SHA256
        for path, data in (("config.json", SMALL), ("empty", b"")):
            place = it.begin(path).wait(20)
            assert place is not None
            assert place.read_bytes() == data
        assert len(it.stored()) == 3
        assert it.partial() == []
        assert it.fetches.under_way() == ()
        assert ["Authorization" in asked.headers for asked in hub.asked if asked.server == "cdn"] == [False] * elsewhere


@pytest.mark.parametrize(
    ("twist", "words"),
    [
        (instead(LARGE + b"x"), "3000000 bytes were listed"),
        (instead(LARGE[:-1]), "3000000 bytes were listed"),
        (instead(OTHERS), f"have SHA-256 {hashlib.sha256(OTHERS).hexdigest()}, and not {SHA256}"),
        (told(X_Repo_Commit="f" * 40), "was listed at commit 0123456789abcdef0123456789abcdef01234567"),
        (told(X_Linked_Size="7"), "3000000 bytes were listed"),
        (told(X_Linked_Etag='"' + "e" * 64 + '"'), f"the SHA-256 {SHA256} is stated"),
        (told(Content_Encoding="gzip"), "comes packed"),
        (instead(b"%x\r\n" % (1 << 40) + LARGE * 2, **CHUNKED), "with more where at most 3000000 bytes were asked for"),
        (of_files(lambda *_: Reply(302, {"Location": "/org/name/resolve/main/model.bin"})), "in a circle"),
        (of_files(lambda *_: Reply(302, {"Location": "http://10.1.2.3/x"})), "no address of the public internet"),
        (of_files(lambda *_: Reply(404, {"X-Error-Code": "EntryNotFound"})), "the revision has no such file"),
        (of_files(lambda *_: Reply(403, {"X-Error-Code": "GatedRepo"})), "access to it must be granted"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_no_lie_is_stored(tmp_path: Path, twist: Twist, words: str) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        hub.twist = twist
        error = it.failed()
        assert words in str(error)
        assert "model.bin" in str(error)
        assert it.stored() == []
        hub.twist = lambda _, reply: reply
        assert it.begin().wait(20) is not None
        assert it.stored() == [SHA256]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (lambda reply: replace(reply, head_pause=60), "slower than 16384 bytes a second"),
        (lambda reply: replace(reply, pause=60, step=1000), "slower than 16384 bytes a second"),
        (lambda reply: replace(reply, cut=0), "closed"),
        (lambda _: Reply(503, {}, b"busy"), "answers 503"),
    ],
)
def test_what_brings_nothing_is_given_up_after_some_tries(
    tmp_path: Path, reply: Callable[[Reply], Reply], words: str
) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub, patience=0.2) as it:
        hub.twist = of_files(lambda _, honest: reply(honest))
        error = it.failed()
        assert words in str(error)
        assert "model.bin: 0 of 3000000 bytes came" in str(error)
        assert "ask again" in str(error)
        assert len(it.spans()) == fetching.TRIES
        assert it.stored() == []


def test_what_breaks_off_goes_on_from_there(tmp_path: Path) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        hub.twist = of_files(lambda _, reply: replace(reply, cut=1_000_000), times=2)
        assert it.begin().wait(20) is not None
        assert it.spans() == [None, (1_000_000, None), (2_000_000, None)]
        assert it.stored() == [SHA256]


def test_progress_is_patience_anew_and_crumbs_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        hub.twist = of_files(lambda _, reply: replace(reply, cut=100_000))
        assert "400000 of 3000000 bytes came" in str(it.failed())
        monkeypatch.setattr(fetching, "PROGRESS", 100_000)
        assert it.begin().wait(20) is not None
        assert len(it.spans()) == 30


def test_a_server_that_ignores_ranges_adds_nothing_twice(tmp_path: Path) -> None:
    def whole(asked: Asked, reply: Reply) -> Reply:
        return Reply(200, {name: reply.headers[name] for name in ("ETag", "X-Repo-Commit")}, LARGE)

    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        first = of_files(lambda _, reply: replace(reply, cut=1_234_567), times=1)
        hub.twist = lambda asked, reply: whole(asked, reply) if asked.span else first(asked, reply)
        assert it.begin().wait(20) is not None
        assert it.spans() == [None, (1_234_567, None)]
        assert it.stored() == [SHA256]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Content-Range": "bytes 0-2999999/3000000"}, "were asked for"),
        ({"Content-Range": "bytes 1000000-2999999/3000001"}, "3000000 bytes were listed"),
        ({"Content-Range": "bytes */*"}, "without saying which"),
        ({"Content-Range": "bytes 1000000-1000009/3000000"}, "sends more than it announces"),
        ({"ETag": '"another"'}, "it came with the ETag"),
        ({"X-Repo-Commit": "e" * 40}, "listed at commit"),
    ],
)
def test_the_rest_must_be_of_the_same_file(tmp_path: Path, change: dict[str, str], words: str) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        first = of_files(lambda _, reply: replace(reply, cut=1_000_000), times=1)
        hub.twist = lambda asked, reply: (
            replace(reply, headers=reply.headers | change) if asked.span else first(asked, reply)
        )
        error = it.failed()
        assert words in str(error)
        assert "model.bin" in str(error)
        assert it.stored() == []


def test_another_library_goes_on_where_this_one_was_closed(tmp_path: Path) -> None:
    with serving(FILES) as hub:
        with shop(tmp_path, hub) as it:
            hub.twist = of_files(lambda _, reply: replace(reply, cut=2_000_000), times=1)
            hub.twist = of_files(
                lambda asked, reply: (
                    replace(reply, cut=2_000_000) if asked.span is None else replace(reply, head_pause=60)
                )
            )
            coming = it.begin()
            while coming.received < 2_000_000:
                time.sleep(0.01)
        assert isinstance(coming.failed, SourceError)
        with pytest.raises(SourceError, match="the library is closed"):
            it.begin()
        assert it.partial() == [2_000_000]
        hub.asked.clear()
        hub.twist = lambda _, reply: reply
        with shop(tmp_path, hub) as it:
            assert it.begin().wait(20) is not None
            assert set(it.spans()) == {(2_000_000, None)}  # the first library asked for the same before it was closed


def test_however_many_want_a_file_it_is_fetched_once(tmp_path: Path) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it, ThreadPoolExecutor(40) as people:
        hub.twist = of_files(lambda _, reply: replace(reply, pause=0.001, step=200_000))
        asked = [
            people.submit(lambda path: it.begin(path).wait(20), path) for path in ["model.bin", "config.json"] * 100
        ]
        assert len({one.result() for one in asked}) == 2
        assert it.begin("config.json").wait(20) is not None
        assert len(it.spans()) == 2


def test_an_upstream_that_wants_to_be_left_alone_is(tmp_path: Path) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        hub.twist = of_files(lambda *_: Reply(429, {"Retry-After": "1"}), times=1)
        assert it.begin().wait(20) is not None
        assert it.waited == [1]
        hub.twist = of_files(lambda *_: Reply(429, {"Retry-After": "3600"}))
        assert "ask again in 3600 s" in str(it.failed("config.json"))
        assert it.waited == [1, 3600]
        assert len(it.spans()) == 3


def test_what_the_check_was_given_must_be_what_is_stored(tmp_path: Path) -> None:
    right = [probe(LARGE, 0, 100), probe(LARGE, 2_000_000, 3_000_000), probe(LARGE, 50, 2_500_000)]
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        error = it.failed(probes=[*right, probe(OTHERS, 1000, 2000)])
        assert isinstance(error, ChangedWhileRead)
        assert "model.bin: the check was given other bytes 1000-1999" in str(error)
        assert (it.stored(), it.partial()) == ([], [])
        assert it.begin(probes=right).wait(20) is not None
        assert it.begin(probes=right).done is not None
        with pytest.raises(ChangedWhileRead, match=r"model\.bin: the check was given other bytes"):
            it.begin(probes=[probe(OTHERS, 0, 10)])
        assert it.stored() == [SHA256]


def test_whoever_joins_later_has_their_probes_looked_at_too(tmp_path: Path) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        go_on = threading.Event()

        def held(_: Asked, reply: Reply) -> Reply:
            go_on.wait(20)
            return reply

        hub.twist = of_files(held)
        first, second = it.begin(), it.begin(probes=[probe(OTHERS, 0, 10)])
        go_on.set()
        assert first is second
        with pytest.raises(ChangedWhileRead):
            second.wait(20)
        assert it.stored() == []


def lying(asked: threading.Event, go_on: threading.Event) -> Twist:
    """Is asked, and sends other bytes when it may."""

    def lie(_: Asked, reply: Reply) -> Reply:
        asked.set()
        go_on.wait(20)
        return replace(reply, body=OTHERS)

    return of_files(lie)


def test_of_two_who_list_the_same_the_one_who_lies_harms_only_their_own(tmp_path: Path) -> None:
    asked, go_on = threading.Event(), threading.Event()
    with serving(FILES) as liar, serving(FILES) as hub, shop(tmp_path, liar) as shady, shop(tmp_path, hub) as it:
        liar.twist = lying(asked, go_on)
        wrong = it.fetches.begin(shady.client, shady.stated["model.bin"])
        assert asked.wait(20)
        right = it.begin()
        assert wrong is not right
        assert right.wait(20) is not None
        go_on.set()
        with pytest.raises(SourceError):
            wrong.wait(20)
        assert it.stored() == [SHA256]
        assert it.begin().done is not None
        assert [Blobs(tmp_path).is_spoilt(SHA256, one.client.origin) for one in (shady, it)] == [True, False]


def test_what_came_from_elsewhere_is_not_fetched_and_is_held_against_what_the_check_was_given(tmp_path: Path) -> None:
    with serving(FILES) as slow, serving(FILES) as hub, shop(tmp_path, slow) as first, shop(tmp_path, hub) as it:
        asked, go_on = threading.Event(), threading.Event()

        def breaks_off(_: Asked, reply: Reply) -> Reply:
            asked.set()
            go_on.wait(20)
            return replace(reply, cut=1_000_000)

        slow.twist = of_files(breaks_off)
        coming = it.fetches.begin(first.client, first.stated["model.bin"])
        assert asked.wait(20)
        assert it.begin().wait(20) is not None
        assert it.fetches.begin(first.client, first.stated["model.bin"]).done is not None
        with pytest.raises(ChangedWhileRead):
            it.fetches.begin(first.client, first.stated["model.bin"], [probe(OTHERS, 0, 10)])
        go_on.set()
        assert coming.wait(20) is not None
        assert first.spans() == [None]


@pytest.mark.parametrize("wrong", [Probe(0, 11, hashlib.sha256(b"0123456789").hexdigest()), Probe(10, 1, "0" * 64)])
def test_bytes_that_are_not_there_are_other_bytes(tmp_path: Path, wrong: Probe) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    assert_given(tmp_path / "a", [probe(b"0123456789", 3, 10)], "a")
    with pytest.raises(ChangedWhileRead):
        assert_given(tmp_path / "a", [wrong], "a")


def test_what_is_held_goes_out_when_it_is_right_and_not_before(tmp_path: Path) -> None:
    seen: list[int] = []
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        hub.twist = of_files(lambda _, reply: replace(reply, cut=2_500_000), times=1)
        coming = it.begin(hold_all=True)
        coming.watch(lambda: seen.append(coming.released))
        assert coming.wait(20) is not None
        assert set(seen) <= {len(LARGE)}
        assert coming.released == len(LARGE)


def test_a_bug_of_ours_fails_the_file_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        monkeypatch.setattr(it.client, "stream", None)
        assert "hilt failed while it came" in str(it.failed())
        assert it.fetches.under_way() == ()


def test_what_waits_for_its_turn_when_the_library_is_closed_fails(tmp_path: Path) -> None:
    with serving(FILES) as hub, shop(tmp_path, hub) as it:
        fetches = Fetches(Blobs(tmp_path / "other"), at_once=1)
        hub.twist = of_files(lambda _, reply: replace(reply, head_pause=60))
        coming = [fetches.begin(it.client, it.stated[path]) for path in ("model.bin", "config.json")]
        assert fetches.under_way() == tuple(coming)
        it.client.close()
        fetches.close()
        for one in coming:
            with pytest.raises(SourceError, match=r"closed|interrupted"):
                one.wait(20)
        assert fetches.under_way() == ()
