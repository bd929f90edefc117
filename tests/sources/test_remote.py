from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from hilt.core.errors import ChangedWhileRead, SourceError
from hilt.core.limits import Limits
from hilt.sources import remote as remote_module
from hilt.sources.blocks import Blocks
from hilt.sources.hub import list_repository
from hilt.sources.network import Network
from hilt.sources.remote import Remote
from hub_server import Asked, File, HubServer, Reply, Sparse, serving

BLOCK = 1 << 14
LIMITS = Limits()
DATA = random.Random(7).randbytes(3_000_000)


@contextmanager
def opened(hub: HubServer, *, patience: float = 2, limits: Limits = LIMITS) -> Iterator[Remote]:
    network = Network(endpoint=hub.endpoint, patience=patience, private_hosts=("127.0.0.1",))
    listing = list_repository("hf:org/name", limits, network)
    assert listing.remote is not None
    try:
        yield listing.remote
    finally:
        listing.close()


def spans(hub: HubServer) -> list[tuple[int, int | None] | None]:
    return [asked.span for asked in hub.asked if "/resolve/" in asked.path]


def settled(hub: HubServer) -> None:
    """Until the heads that are fetched ahead have come."""
    count = -1
    while count != hub.sent:
        count = hub.sent
        time.sleep(0.05)


def content(change: dict[str, str] | None = None, **other: object) -> object:
    """Changes every answer that brings bytes of a file."""

    def twist(asked: Asked, reply: Reply) -> Reply:
        if "/resolve/" not in asked.path and asked.server == "hub":
            return reply
        return replace(reply, headers=reply.headers | (change or {}), **other)  # type: ignore[arg-type]

    return twist


@pytest.mark.parametrize("elsewhere", [False, True])
def test_any_ranges_are_the_exact_bytes(elsewhere: bool) -> None:
    chosen = random.Random(3)
    with serving({"m.bin": File.of(DATA, large=True)}, elsewhere=elsewhere) as hub, opened(hub) as remote:
        for _ in range(60):
            ranges = [
                (chosen.randrange(len(DATA)), chosen.randrange(1, 200_000)) for _ in range(chosen.randrange(1, 6))
            ]
            assert remote.read("m.bin", ranges) == [DATA[offset : offset + n] for offset, n in ranges]


def test_what_lies_past_the_end_is_empty() -> None:
    with serving({"m.bin": File.of(DATA, large=True)}) as hub, opened(hub) as remote:
        assert remote.read("m.bin", [(len(DATA), 5), (len(DATA) - 2, 5), (-1, 5), (0, 0), (1 << 70, 1)]) == [
            b"",
            DATA[-2:],
            b"",
            b"",
            b"",
        ]
        assert remote.read("m.bin", []) == []


def test_a_file_that_was_not_listed_is_refused() -> None:
    with (
        serving({"m.bin": b""}) as hub,
        opened(hub) as remote,
        pytest.raises(SourceError, match="no such file was listed"),
    ):
        remote.read("other.bin", [(0, 1)])


def test_no_byte_is_fetched_twice() -> None:
    with serving({"m.bin": File.of(DATA, large=True), "a.json": b"x" * 100_000}) as hub, opened(hub) as remote:
        threads = [
            threading.Thread(target=remote.read, args=("m.bin", [(offset, 50_000)]))
            for offset in range(0, 3_000_000, 40_000)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        remote.read("a.json", [(0, 100_000)])
        assert hub.sent < len(DATA) + 100_000 + 150 * 600


def test_heads_and_ends_come_ahead_small_files_whole_and_nothing_else() -> None:
    files = {
        "a.json": b"x" * 50_000,
        "b.bin": File.of(DATA, large=True),
        "c.bin": File.of(b"w" * 60_000, large=True),
        "d": b"",
    }
    with serving(files) as hub, opened(hub) as remote:
        settled(hub)
        assert sorted(spans(hub), key=str) == [(0, BLOCK), (2_933_760, 3_000_000), None, None]
        asked = len(hub.asked)
        assert remote.read("b.bin", [(0, BLOCK)]) == [DATA[:BLOCK]]
        assert remote.read("c.bin", [(59_999, 10)]) == [b"w"]
        assert len(hub.asked) == asked


def test_a_file_that_is_read_in_order_comes_in_ever_larger_pieces() -> None:
    with serving({"m.bin": File.of(DATA, large=True)}) as hub, opened(hub) as remote:
        for offset in range(0, len(DATA), 4096):
            assert remote.read("m.bin", [(offset, 4096)]) == [DATA[offset : offset + 4096]]
        lengths = [(end or 0) - start for start, end in filter(None, spans(hub)) if start < 2_000_000]
        assert lengths[:6] == [BLOCK, 2 * BLOCK, 4 * BLOCK, 8 * BLOCK, 16 * BLOCK, 32 * BLOCK]
        assert max(lengths) == 32 * BLOCK


def test_scattered_reads_bring_little_and_are_fetched_together() -> None:
    ranges = [(offset, 30) for offset in range(0, 3_000_000, 300_000)]
    with serving({"m.bin": File.of(DATA, large=True)}) as hub, opened(hub) as remote:
        assert remote.read("m.bin", ranges) == [DATA[offset : offset + 30] for offset, _ in ranges]
        assert hub.sent < 5 * BLOCK + 12 * 1500


def test_memory_is_bounded_and_what_went_is_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_module, "Blocks", lambda: Blocks(BLOCK * 4))
    with serving({"m.bin": File.of(DATA, large=True)}) as hub, opened(hub) as remote:
        for offset in (0, 1_000_000, 2_000_000, 0, 1_000_000):
            assert remote.read("m.bin", [(offset, 100_000)]) == [DATA[offset : offset + 100_000]]
        assert len(remote._blocks._blocks) <= 4 * BLOCK // 1024


@pytest.mark.reaches("remote_bytes")
def test_past_the_limit_nothing_more_is_fetched_and_the_way_out_is_told() -> None:
    with (
        serving({"m.bin": File.of(DATA, large=True)}) as hub,
        opened(hub, limits=Limits(remote_bytes=1_000_000)) as remote,
    ):
        assert remote.read("m.bin", [(0, 500_000)])
        with pytest.raises(
            SourceError, match=r"bytes of the subject would be fetched \(limit remote_bytes = 1000000\); raise"
        ):
            remote.read("m.bin", [(0, 1_500_000)])
        assert hub.sent < 600_000


def test_a_broken_answer_is_taken_up_where_it_broke() -> None:
    def breaking(asked: Asked, reply: Reply) -> Reply:
        broken = asked.span is not None and (asked.span[1] or 0) - asked.span[0] > 100_000 and len(hub.asked) % 2 == 0
        return replace(reply, cut=70_000, length=len(reply.body)) if broken else reply

    with serving({"m.bin": File.of(DATA, large=True)}) as hub, opened(hub) as remote:
        hub.twist = breaking
        for offset in range(0, 1_500_000, 500_000):
            assert remote.read("m.bin", [(offset, 500_000)]) == [DATA[offset : offset + 500_000]]
        assert hub.sent < 1_700_000


def test_an_address_that_was_signed_for_a_short_time_is_asked_for_again() -> None:
    def expired(asked: Asked, reply: Reply) -> Reply:
        late = asked.server == "cdn" and len(hub.asked) == 6
        return Reply(403, body=b"<Error>Request has expired</Error>") if late else reply

    with serving({"m.bin": File.of(DATA, large=True)}, elsewhere=True) as hub, opened(hub) as remote:
        settled(hub)
        hub.twist = expired
        for offset in range(100_000, 1_000_000, 200_000):
            assert remote.read("m.bin", [(offset, 1000)]) == [DATA[offset : offset + 1000]]


def test_bytes_of_which_git_knows_the_digest_must_have_it() -> None:
    with serving({"config.json": replace(File.of(b"{}"), blob="0" * 40)}) as hub, opened(hub) as remote:
        for _ in range(2):
            with pytest.raises(
                ChangedWhileRead,
                match=f"config.json: the git blob {'0' * 40} is stated of it, and what comes now is {File.of(b'{}').blob}",
            ):
                remote.read("config.json", [(0, 2)])


def test_a_large_file_that_came_whole_must_have_the_digest_stated() -> None:
    wrong = replace(File.of(DATA, large=True), sha256="0" * 64)
    with serving({"m.bin": wrong}) as hub, opened(hub) as remote:
        assert remote.read("m.bin", [(2_000_000, 1_000_000), (0, 100)])
        with pytest.raises(ChangedWhileRead, match="the SHA-256 0000"):
            remote.read("m.bin", [(0, 2_000_000)])


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X-Repo-Commit": "f" * 40}, "listed at commit"),
        ({"X-Linked-Size": "7"}, "a file of '7' bytes"),
        ({"X-Linked-Etag": '"' + "f" * 64 + '"'}, "is stated of it, and what comes now is ffff"),
        ({"Content-Range": "bytes 0-16383/7"}, "a part of 7 bytes"),
        ({"Content-Range": "bytes 1-16384/3000000"}, "were asked for, and 'bytes 1-16384/3000000' comes"),
        ({"Content-Range": "bytes 0-99999/3000000"}, "were asked for, and"),
        ({"Content-Range": "bytes 0-5/3000000"}, "announced, and 16384 bytes come"),
        ({"Content-Range": "bytes */3000000"}, "without saying which"),
        ({"Content-Range": "nonsense"}, "without saying which"),
        ({"Content-Range": "bytes 0-16383/3000000, bytes 0-1/2"}, "without saying which"),
        ({"Content-Encoding": "gzip"}, "comes packed"),
        ({"Content-Length": "99999999999"}, "answers with 99999999999 bytes where at most"),
    ],
)
def test_an_answer_that_is_not_of_the_file_listed_is_refused(headers: dict[str, str], words: str) -> None:
    with serving({"m.bin": File.of(DATA, large=True)}) as hub:
        hub.twist = content(headers)
        with opened(hub) as remote, pytest.raises(SourceError, match=words):
            remote.read("m.bin", [(0, 100)])


def test_a_file_that_changes_between_requests_is_noticed() -> None:
    with serving({"m.bin": File.of(DATA, large=True)}, elsewhere=True) as hub, opened(hub) as remote:
        remote.read("m.bin", [(0, 100)])
        hub.twist = content({"ETag": '"another"'})
        with pytest.raises(ChangedWhileRead, match=r'it came with the ETag .*, and what comes now is "another"'):
            remote.read("m.bin", [(500_000, 100)])


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_a_server_that_ignores_ranges_sends_small_files_whole(size: int) -> None:
    def whole(asked: Asked, reply: Reply) -> Reply:
        return Reply(200, {"X-Repo-Commit": reply.headers["X-Repo-Commit"]}, DATA[:size]) if asked.span else reply

    with serving({"m.bin": File.of(DATA[:size], large=True)}) as hub:
        hub.twist = whole
        with opened(hub) as remote:
            assert remote.read("m.bin", [(50_000, 10), (size - 1, 5)]) == [DATA[50_000:50_010], DATA[size - 1 : size]]
            assert len(hub.asked) == 3


def test_a_server_that_ignores_ranges_of_a_large_file_is_refused() -> None:
    def whole(asked: Asked, reply: Reply) -> Reply:
        return Reply(200, {"Content-Length": str(1 << 36)}, bytes(1000)) if asked.span else reply

    with serving({"m.bin": File(Sparse(b"", 1 << 36), "0" * 40, "0" * 64)}) as hub:
        hub.twist = whole
        with (
            opened(hub) as remote,
            pytest.raises(SourceError, match=r"ignores ranges\. Download it to a folder that nothing"),
        ):
            remote.read("m.bin", [(0, 10)])


@pytest.mark.parametrize("came", [0, 5, 1000])
def test_a_file_that_ends_early_is_an_error(came: int) -> None:
    with serving({"a.json": b"x" * 2000}) as hub:
        hub.twist = lambda asked, reply: replace(reply, body=reply.body[:came]) if "/resolve/" in asked.path else reply
        with opened(hub) as remote, pytest.raises(ChangedWhileRead, match="2000 bytes were listed"):
            remote.read("a.json", [(0, 2000)])


def test_a_file_that_goes_on_is_an_error() -> None:
    with serving({"a.json": b"x" * 2000}) as hub:
        hub.twist = lambda asked, reply: replace(reply, body=reply.body * 2) if "/resolve/" in asked.path else reply
        with opened(hub) as remote, pytest.raises(SourceError, match="answers with 4000 bytes where at most 2000"):
            remote.read("a.json", [(0, 2000)])


@pytest.mark.parametrize("slow", [{"pause": 0.05}, {"head_pause": 0.05}])
def test_bytes_that_come_in_drops_are_not_waited_for(slow: dict[str, float]) -> None:
    with serving({"a.json": b"x" * 50_000}) as hub:
        hub.twist = content(**slow)
        began = time.monotonic()
        with (
            opened(hub, patience=0.4) as remote,
            pytest.raises(SourceError, match=r"slower than 16384 bytes a second|broke off"),
        ):
            remote.read("a.json", [(0, 50_000)])
        assert time.monotonic() - began < 60


def test_closing_does_not_wait_for_a_server_that_hangs() -> None:
    with serving({"m.bin": File.of(DATA, large=True)}) as hub, opened(hub, patience=300) as remote:
        hub.twist = content(head_pause=300.0)
        failed: list[SourceError] = []

        def read() -> None:
            try:
                remote.read("m.bin", [(1_000_000, 10)])
            except SourceError as error:
                failed.append(error)

        reading = threading.Thread(target=read)
        reading.start()
        time.sleep(0.3)
        began = time.monotonic()
        remote.close()
        reading.join(60)
        assert failed
        assert time.monotonic() - began < 60
