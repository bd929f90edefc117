"""`hilt serve` in a process of its own: bytes that no browser sends, TLS, and pages that are told of changes."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
import trustme

from office import Office
from web_office import Browser, WebOffice
from web_server import Running, read_all, running

HEAD = b"GET /healthz HTTP/1.1\r\nHost: HOST\r\n"
FORM = b"POST /sign-in HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> WebOffice:
    return WebOffice(Office.copied(tmp_path_factory.mktemp("office")))


@pytest.fixture(scope="module")
def served(web: WebOffice) -> Iterator[Running]:
    with running(web.office) as server:
        yield server


def status(told: bytes) -> int:
    return int(told.split(b" ", 2)[1]) if told else 0


def test_it_answers(served: Running) -> None:
    told = served.says(HEAD + b"Connection: close\r\n\r\n")
    assert (status(told), told.endswith(b'{\n  "status": "ok"\n}\n')) == (200, True)
    assert b"server:" not in told.lower()


@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"Host: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        FORM + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\na=1&b",
        FORM + b"Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\na=1&b",
        FORM + b"Content-Length: +5\r\n\r\na=1&b",
        FORM + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        HEAD + b"X: a\r\n b\0c\r\n\r\n",
        b"GET  / HTTP/1.1\r\nHost: HOST\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(80) + b"\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_and_the_connection_closed(served: Running, request_: bytes) -> None:
    told = served.says(request_)
    assert (status(told), told.count(b"HTTP/1.1")) == (400, 1), told


def test_nothing_is_smuggled_behind_a_form_that_is_refused(served: Running) -> None:
    inner = HEAD + b"\r\n"
    for lengths in (
        b"Transfer-Encoding: chunked\r\nContent-Length: 4",
        b"Content-Length: 4\r\nTransfer-Encoding: Chunked",
    ):
        told = served.says(FORM + lengths + b"\r\n\r\n0\r\n\r\n" + inner)
        assert (status(told), told.count(b"HTTP/1.1")) == (400, 1)
    large = FORM + b"Content-Length: 999999999999\r\n\r\n" + inner
    told = served.says(large)
    assert (status(told), told.count(b"HTTP/1.1 ")) == (403, 1) or (status(told), told.count(b"HTTP/1.1 ")) == (413, 1)
    assert b"connection: close" in told.lower()


def test_two_requests_on_one_connection_are_answered_in_order(served: Running) -> None:
    told = served.says(HEAD + b"\r\n" + HEAD + b"Connection: close\r\n\r\n")
    assert told.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize(
    "request_",
    [
        HEAD + b"X: " + b"a" * 20_000,
        HEAD + b"X: a" + b"".join(b"\r\nX%d: a" % n for n in range(4_000)),
        b"GET /healthz?" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: HOST",
    ],
    ids=["long", "many", "address"],
)
def test_a_head_that_is_too_long_is_refused_at_once_or_in_pieces(served: Running, request_: bytes) -> None:
    assert status(served.says(request_ + b"\r\nConnection: close\r\n\r\n")) == 431
    assert status(served.says(request_)) == 400


def test_many_headers_and_long_ones_within_reason_are_read(served: Running) -> None:
    told = served.says(HEAD + b"Cookie: " + b"a" * 8_000 + b"\r\nConnection: close\r\n\r\n")
    assert status(told) == 200


def test_an_answer_does_not_wait_for_its_own_end(served: Running) -> None:
    connection, times = HTTPConnection(urlsplit(served.origin).netloc, timeout=20), []
    for _ in range(20):
        began = time.perf_counter()
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        times.append(time.perf_counter() - began)
    connection.close()
    assert min(times) < 0.03, "it takes 40 ms where TCP waits for more to send"


@pytest.mark.slow
def test_whoever_is_slow_is_not_waited_for(served: Running) -> None:
    began = time.monotonic()
    silent, half, body = served.connect(), served.connect(), served.connect()
    half.sendall(b"GET / HT")
    slow = FORM + b"Origin: http://HOST\r\nContent-Length: 99\r\n\r\na="
    body.sendall(slow.replace(b"HOST", urlsplit(served.origin).netloc.encode()))
    for _ in range(7):
        time.sleep(1)
        for connection, letter in ((half, b"T"), (body, b"b")):
            with suppress(ConnectionError):  # the server has hung up, which is what is asked for
                connection.sendall(letter)
    assert read_all(silent) == b""
    assert read_all(half) == b""
    assert status(read_all(body)) == 408
    assert time.monotonic() - began < 15
    for connection in (silent, half, body):
        connection.close()


def test_under_tls_the_cookie_is_bound_to_this_host_and_plain_http_is_not_answered(web: WebOffice) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    files = [web.office.folder / name for name in ("tls.pem", "tls.key")]
    certificate.cert_chain_pems[0].write_to_path(files[0])
    certificate.private_key_pem.write_to_path(files[1])
    context = ssl.create_default_context()
    authority.configure_trust(context)
    secret = web.secret("Lena").encode()
    page = b"GET / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n"
    with running(web.office, "--tls", str(files[0]), str(files[1])) as server:
        assert server.origin.startswith("https://")
        told = server.says(page + b"Cookie: __Host-hilt=" + secret + b"\r\n\r\n", context=context)
        assert (status(told), b"max-age=31536000" in told) == (200, True)
        assert status(server.says(page + b"Cookie: hilt=" + secret + b"\r\n\r\n", context=context)) == 303
        assert status(server.says(page + b"\r\n")) == 0
        old = ssl.create_default_context()
        authority.configure_trust(old)
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            server.says(page + b"\r\n", context=old)


class Listening:
    """A page that is open."""

    def __init__(self, server: Running, secret: str, about: str, **headers: str) -> None:
        self._connection = HTTPConnection(urlsplit(server.origin).netloc, timeout=20)
        self._connection.request("GET", f"/live?about={about}", headers={"Cookie": f"hilt={secret}", **headers})
        self.answer: HTTPResponse = self._connection.getresponse()

    def event(self) -> dict[str, str]:
        """The next one, heartbeats left out."""
        told: dict[str, str] = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            if not line.startswith(":"):
                name, _, value = line.partition(": ")
                told[name] = value
        return told or self.event()

    def close(self) -> None:
        self.answer.close()
        self._connection.close()


@contextmanager
def listening(server: Running, secret: str, *about: str, **headers: str) -> Iterator[list[Listening]]:
    """A page for each."""
    pages = [Listening(server, secret, one, **headers) for one in about]
    try:
        yield pages
    finally:
        for page in pages:
            page.close()


def test_an_open_page_hears_what_it_is_about_whoever_added_it(web: WebOffice, served: Running) -> None:
    office = web.office
    size = office.entries()
    with listening(served, web.secret("Lena"), "log", "people,x-1", "case-3") as (log, people, case):
        assert log.answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert "content-encoding" not in log.answer.headers
        assert log.event() == {"retry": "3000", "id": str(size)}
        assert [page.event()["id"] for page in (people, case)] == [str(size)] * 2
        assert office.run("person", "roles", "Eve", "--role", "engineer", by="Ada").code == 0
        for page in (log, people):
            told = page.event()
            assert (told["event"], told["id"], json.loads(told["data"])) == (
                "changed",
                str(size + 1),
                {"size": size + 1},
            )
    with listening(served, web.secret("Otto"), "people", **{"Last-Event-ID": str(size)}) as (late,):
        assert (late.event()["id"], late.event()["event"]) == (str(size + 1), "changed")


def test_a_session_has_so_many_pages_open_and_strangers_none(web: WebOffice, served: Running) -> None:
    with listening(served, web.secret("Rita"), *["log"] * 5) as pages:
        assert [page.answer.status for page in pages] == [200] * 4 + [429]
        assert json.loads(pages[4].answer.read())["error"]["kind"] == "too-many"
        with listening(served, web.secret("Otto"), "log") as (other,):
            assert other.answer.status == 200
    with listening(served, "A" * 43, "log") as (stranger,):
        assert stranger.answer.status == 401
    wrong = ("", "a+b", "case-17%0a%0adata:x", ",".join(["log"] * 11), "A" * 99, "%ff")
    with listening(served, web.secret("Otto"), *wrong) as pages:
        assert [page.answer.status for page in pages] == [400] * len(wrong)


def test_pages_that_are_opened_at_the_same_moment_are_counted(web: WebOffice, served: Running) -> None:
    head = "GET /live?about=log HTTP/1.1\r\nHost: {}\r\nCookie: hilt={}\r\n\r\n"
    told = head.format(urlsplit(served.origin).netloc, web.secret("Eve")).encode()
    connections = [served.connect() for _ in range(20)]
    for one in connections:
        one.sendall(told)
    assert sorted(status(one.recv(20)) for one in connections) == [200] * 4 + [429] * 16
    for one in connections:
        one.close()


def test_a_person_has_so_many_pages_open_in_however_many_sessions(web: WebOffice, served: Running) -> None:
    with ExitStack() as after:
        told = []
        for _ in range(6):
            told += after.enter_context(listening(served, web.secret("Ada"), *["log"] * 4))
        assert [page.answer.status for page in told] == [200] * 20 + [429] * 4


def test_a_stream_ends_with_its_session_and_with_the_server(web: WebOffice) -> None:
    secret = web.secret("Otto")
    otto = Browser(web.application, secret)
    with running(web.office) as server, listening(server, secret, "log", "log") as pages:
        assert [page.event()["retry"] for page in pages] == ["3000"] * 2
        otto.submit("/sign-out")
        assert web.office.run("person", "roles", "Eve", "--role", "engineer", by="Ada").code == 0
        assert [page.event()["event"] for page in pages] == ["over"] * 2
        with listening(server, web.secret("Lena"), "log") as (lena,):
            lena.event()
            began = time.monotonic()
            server.process.terminate()
            assert lena.answer.read() == b""
            assert time.monotonic() - began < 3
