"""A server that speaks bytes of its own choice, where the one of `hub_server` at least speaks HTTP."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from hilt.core.errors import SourceError
from hilt.sources.http import Client
from hilt.sources.network import Network

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def saying(first: bytes, then: bytes = b"", pause: float = 0) -> Iterator[str]:
    """Answers every request with `first`, and with `then` again and again."""

    def serve(client: socket.socket) -> None:
        with client, suppress(OSError):
            client.recv(65536)
            client.sendall(first)
            while then:
                client.sendall(then)
                time.sleep(pause)
            client.recv(65536)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("first", "then", "pause"),
    [
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0, id="answers that are none yet"),
        pytest.param(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.1, id="the same, slowly"),
        pytest.param(OK, b"A: " + b"x" * 1000 + b"\r\n", 0, id="headers"),
        pytest.param(OK + b"A: ", b"x" * 10_000, 0, id="one header"),
        pytest.param(b"HTTP/1.1 200 ", b"x" * 10_000, 0, id="a status"),
        pytest.param(CHUNKED, b"1\r\nx\r\n" * 1000, 0, id="chunks"),
        pytest.param(CHUNKED + b"1;", b"a=b;" * 1000, 0, id="what is said of a chunk"),
        pytest.param(CHUNKED + b"0\r\n", b"A: b\r\n" * 1000, 0, id="trailers"),
        pytest.param(OK + b"\r\n", b"x" * 10_000, 0, id="a body of no length"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", b"", 0, id="another protocol"),
        pytest.param(b"\0\0\0\4\0\0\0\0\0" * 10, b"", 0, id="HTTP/2"),
        pytest.param(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", b"", 0, id="two lengths"),
        pytest.param(b"", b"H", 0.1, id="a status in drops"),
        pytest.param(OK + b"Content-Length: 900\r\n\r\n", b"x", 0.1, id="a body in drops"),
    ],
)
def test_what_has_no_end_is_cut_off_within_seconds(first: bytes, then: bytes, pause: float) -> None:
    with saying(first, then, pause) as endpoint:
        client = Client(Network(endpoint=endpoint, patience=0.5))
        began = time.monotonic()
        with pytest.raises(SourceError):
            client.get(f"{endpoint}/x", most=1000)
        client.close()
        assert time.monotonic() - began < 60
        assert client.received < 1_000_000


def test_what_stands_behind_an_answer_is_not_taken_for_that_of_another_server() -> None:
    """One connection belongs to one host; its words reach no other."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"
    with (
        saying(answer + b"oneHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad") as endpoint,
        saying(answer + b"two") as other,
    ):
        client = Client(Network(endpoint=endpoint, patience=1), named=other)
        assert client.get(f"{endpoint}/x", most=100).body == b"one"
        assert client.get(f"{other}/x", most=100).body == b"two"
        client.close()
