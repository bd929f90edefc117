from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from hilt.core.errors import SourceError
from hilt.sources import connections
from hilt.sources.http import Client, Streamed
from hilt.sources.network import Network
from hilt.sources.raw import Failed
from hub_server import Asked, HubServer, Reply, Sparse, serving

TOKEN = "hf_0123456789"
PLACE = "/place"
BODY = bytes(range(256)) * 4096


@contextmanager
def web(twist: Callable[[Asked, Reply], Reply] | None = None, **options: Any) -> Iterator[HubServer]:
    with serving(**options) as hub:
        hub.pages[PLACE] = Sparse(BODY, len(BODY))
        hub.twist = twist or hub.twist
        yield hub


@contextmanager
def streamed(
    hub: HubServer, *, most: int = len(BODY), start: int = 0, patience: float = 2.0, **options: Any
) -> Iterator[Streamed]:
    told = {name: options.pop(name) for name in ("asked_to_wait",) if name in options}
    client = Client(Network(**({"endpoint": hub.endpoint, "token": TOKEN, "patience": patience} | options)), **told)
    try:
        with client.stream(hub.endpoint + PLACE, most=most, start=start) as answer:
            yield answer
    finally:
        client.close()


def take(answer: Streamed, taken: bytearray) -> None:
    for chunk in answer.chunks:
        taken += chunk


def chunked(body: bytes) -> Reply:
    """Without a length that could be looked at before it comes."""
    told = {"Transfer-Encoding": "chunked", "Content-Length": str(len(BODY))}
    return Reply(200, told, b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))


def test_a_body_comes_in_chunks_that_are_not_held() -> None:
    with web() as hub, streamed(hub) as answer:
        chunks = list(answer.chunks)
        assert b"".join(chunks) == BODY
        assert len(chunks) > 1
        assert (answer.status, answer.url, answer.hops) == (200, hub.endpoint + PLACE, ())
        assert hub.asked[0].headers["Accept-Encoding"] == "identity"
        assert "Range" not in hub.asked[0].headers


def test_what_is_missing_is_asked_for_alone() -> None:
    with web() as hub, streamed(hub, start=1000) as answer:
        assert b"".join(answer.chunks) == BODY[1000:]
        assert answer.status == 206
        assert hub.asked[0].headers["Range"] == "bytes=1000-"


def test_a_connection_is_kept_once_a_body_was_read_to_its_end() -> None:
    with web() as hub:
        client = Client(Network(endpoint=hub.endpoint))
        for _ in range(3):
            with client.stream(hub.endpoint + PLACE, most=len(BODY)) as answer:
                assert b"".join(answer.chunks) == BODY
        with client.stream(hub.endpoint + PLACE, most=len(BODY)) as answer:
            next(answer.chunks)
        assert client.get(hub.endpoint + PLACE, most=len(BODY)).body == BODY
        assert client.requests == 5
        client.close()


@pytest.fixture
def _all_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every body is taken from the connection itself."""
    monkeypatch.setattr(connections, "LARGE", 1)


@pytest.mark.usefixtures("_all_are_large")
@pytest.mark.parametrize("start", [0, 1000])
def test_a_large_body_comes_whole_and_the_client_goes_on(start: int) -> None:
    with web() as hub:
        client = Client(Network(endpoint=hub.endpoint))
        for _ in range(3):
            with client.stream(hub.endpoint + PLACE, most=len(BODY), start=start) as answer:
                assert b"".join(answer.chunks) == BODY[start:]
        client.close()


@pytest.mark.usefixtures("_all_are_large")
def test_a_large_body_comes_whole_over_tls(tmp_path: Path) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with web(tls=context) as hub, streamed(hub, certificates=str(tmp_path / "ca.pem")) as answer:
        assert b"".join(answer.chunks) == BODY


@pytest.mark.usefixtures("_all_are_large")
@pytest.mark.parametrize("step", [1, 7, 100])
def test_a_large_body_comes_whole_behind_a_head_in_crumbs(step: int) -> None:
    def crumbs(_: Asked, reply: Reply) -> Reply:
        reply.head_pause, reply.step = 0.001, step
        return reply

    with web(crumbs) as hub, streamed(hub) as answer:
        assert b"".join(answer.chunks) == BODY


@pytest.mark.usefixtures("_all_are_large")
def test_a_large_body_that_breaks_off_is_told_and_may_be_asked_for_again() -> None:
    def broken(_: Asked, reply: Reply) -> Reply:
        reply.cut = 3000
        return reply

    taken = bytearray()
    with web(broken) as hub, streamed(hub) as answer:
        with pytest.raises(Failed, match="closed the connection after 3000 of") as raised:
            take(answer, taken)
        assert raised.value.again
        assert bytes(taken) == BODY[:3000]


@pytest.mark.usefixtures("_all_are_large")
def test_of_a_large_body_no_more_is_taken_than_was_announced() -> None:
    def longer(_: Asked, reply: Reply) -> Reply:
        return Reply(200, {"Content-Length": "100"}, BODY)

    with web(longer) as hub, streamed(hub) as answer:
        assert b"".join(answer.chunks) == BODY[:100]


@pytest.mark.usefixtures("_all_are_large")
def test_behind_a_head_that_only_announces_another_a_body_comes_as_well() -> None:
    first = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    answer_of = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as connection:
                connection.recv(1 << 16)
                connection.sendall(first + answer_of)
                connection.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
        client = Client(Network(endpoint=origin))
        with client.stream(origin + PLACE, most=len(BODY)) as answer:
            assert b"".join(answer.chunks) == BODY
        client.close()
        thread.join()


def test_the_token_goes_to_the_hub_alone() -> None:
    with web() as other, web(lambda asked, reply: Reply(302, {"Location": other.endpoint + PLACE, "A": "b"})) as hub:
        with streamed(hub, private_hosts=("127.0.0.1",)) as answer:
            assert b"".join(answer.chunks) == BODY
            assert answer.url == other.endpoint + PLACE
            assert [hop["a"] for hop in answer.hops] == ["b"]
        assert hub.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
        assert "Authorization" not in other.asked[0].headers


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (PLACE, "in a circle"),
        ("/{number}", "more than 5 times"),
        ("", "does not say where to go"),
        ("http://10.1.2.3/x", "no address of the public internet"),
        ("http://169.254.169.254/x", "no address of the public internet"),
        ("file:///etc/passwd", "no address of http"),
    ],
)
def test_a_redirect_that_leads_nowhere_good_is_refused(location: str, words: str) -> None:
    with (
        web(lambda asked, reply: Reply(302, {"Location": location.format(number=len(hub.asked))})) as hub,
        pytest.raises(Failed, match=words) as raised,
        streamed(hub),
    ):
        pass
    assert not raised.value.again
    assert str(raised.value).startswith(hub.endpoint + PLACE)


@pytest.mark.parametrize(
    "reply",
    [Reply(200, {}, BODY * 2), chunked(BODY * 2), Reply(200, {}, BODY, length=1 << 40)],
    ids=["by its length", "in chunks", "a length that is a lie"],
)
def test_more_than_there_may_be_is_not_taken(reply: Reply) -> None:
    taken = bytearray()
    with web(lambda asked, _: reply) as hub, pytest.raises(Failed, match="where at most"), streamed(hub) as answer:
        take(answer, taken)
    assert len(taken) <= len(BODY)


def test_a_body_that_breaks_off_is_told_and_may_be_asked_for_again() -> None:
    taken = bytearray()
    with (
        web(lambda asked, reply: replace(reply, cut=1000)) as hub,
        pytest.raises(Failed, match="closed") as raised,
        streamed(hub) as answer,
    ):
        take(answer, taken)
    assert raised.value.again
    assert bytes(taken) == BODY[:1000]


@pytest.mark.parametrize("where", [{"head_pause": 60.0}, {"pause": 60.0, "step": 1000}, {"pause": 0.05, "step": 1}])
def test_an_answer_that_stalls_is_given_up(where: dict[str, Any]) -> None:
    with (
        web(lambda asked, reply: replace(reply, **where)) as hub,
        pytest.raises(Failed, match="slower than 16384 bytes a second") as raised,
        streamed(hub, patience=0.4) as answer,
    ):
        b"".join(answer.chunks)
    assert raised.value.again
    assert raised.value.late


def test_the_time_of_whoever_reads_is_not_the_servers() -> None:
    came = b""
    with web() as hub, streamed(hub, patience=0.3) as answer:
        for chunk in answer.chunks:
            came += chunk
            if len(came) < 1 << 19:
                time.sleep(0.35)
    assert came == BODY


def test_a_body_in_crumbs_is_given_up() -> None:
    crumbs = b"1\r\nx\r\n" * 20_000 + b"0\r\n\r\n"
    reply = Reply(200, {"Transfer-Encoding": "chunked"}, crumbs)
    with web(lambda asked, _: reply) as hub, pytest.raises(Failed, match="pieces"), streamed(hub) as answer:
        b"".join(answer.chunks)


@pytest.mark.parametrize("status", [429, 503])
def test_whoever_asks_hears_for_how_long_to_wait(status: int) -> None:
    heard: list[float] = []
    with (
        web(lambda asked, reply: Reply(status, {"Retry-After": "90"}, b'{"error": "too many"}')) as hub,
        pytest.raises(Failed, match=f"answers {status}: too many") as raised,
        streamed(hub, asked_to_wait=heard.append),
    ):
        pass
    assert (raised.value.again, raised.value.wait, raised.value.status) == (True, 90, status)
    assert heard == [90]
    assert len(hub.asked) == 1


def test_a_server_that_wants_to_be_left_alone_is_not_asked() -> None:
    with web(lambda asked, reply: Reply(429, {"Retry-After": "90"})) as hub:
        client = Client(Network(endpoint=hub.endpoint))
        for words in ("answers 429", "wants to be left alone for"):
            with pytest.raises(Failed, match=words) as raised, client.stream(hub.endpoint + PLACE, most=9):
                pass
            assert raised.value.again
            assert 0 < raised.value.wait <= 90
        assert len(hub.asked) == 1
        client.close()


def test_what_is_not_there_is_told_with_the_words_of_the_hub() -> None:
    told = {"X-Error-Code": "EntryNotFound", "X-Error-Message": "no such entry"}
    with (
        web(lambda asked, reply: Reply(404, told)) as hub,
        pytest.raises(Failed, match="no such entry") as raised,
        streamed(hub),
    ):
        pass
    assert (raised.value.status, raised.value.code, raised.value.again) == (404, "EntryNotFound", False)


def test_whoever_closes_the_client_wakes_those_who_wait() -> None:
    with web(lambda asked, reply: replace(reply, pause=60.0, step=1000)) as hub:
        client = Client(Network(endpoint=hub.endpoint, patience=30))
        threading.Timer(0.2, client.close).start()
        with pytest.raises(SourceError), client.stream(hub.endpoint + PLACE, most=len(BODY)) as answer:
            b"".join(answer.chunks)
        with pytest.raises(SourceError, match="interrupted"), client.stream(hub.endpoint + PLACE, most=1):
            pass


def test_nothing_is_asked_for_offline() -> None:
    with web() as hub, pytest.raises(SourceError, match="HF_HUB_OFFLINE"), streamed(hub, offline=True):
        pass
