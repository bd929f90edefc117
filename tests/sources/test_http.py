from __future__ import annotations

import base64
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from hilt.core.errors import SourceError
from hilt.sources import http
from hilt.sources.http import Answer, Client
from hilt.sources.network import Network
from hub_server import Asked, HubServer, Reply, Sparse, serving

TOKEN = "hf_0123456789"
PLACE = "/place"


@contextmanager
def web(twist: Callable[[Asked, Reply], Reply] | None = None, **options: Any) -> Iterator[HubServer]:
    """A server with one page of ten bytes."""
    with serving(**options) as hub:
        hub.pages[PLACE] = Sparse(b"0123456789", 10)
        hub.twist = twist or hub.twist
        yield hub


def get(hub: HubServer, *, most: int = 100, patience: float = 2.0, **network: Any) -> Answer:
    client = Client(Network(**({"endpoint": hub.endpoint, "token": TOKEN, "patience": patience} | network)))
    try:
        return client.get(hub.endpoint + PLACE, most=most)
    finally:
        client.close()


def to(location: str, status: int = 302) -> Callable[[Asked, Reply], Reply]:
    return lambda asked, reply: Reply(status, {"Location": location}) if asked.path == PLACE else reply


def failing(times: int, *replies: Reply) -> Callable[[Asked, Reply], Reply]:
    """The first answers are these, in turn."""
    left = [replies[number % len(replies)] for number in range(times)]
    return lambda asked, reply: left.pop(0) if left else reply


def test_a_body_comes_as_it_is_and_is_not_asked_for_packed() -> None:
    with web() as hub:
        assert get(hub).body == b"0123456789"
        assert hub.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/other", "other", "{endpoint}/other", "//{host}/other", "/other#part"])
def test_a_redirect_is_followed(status: int, location: str) -> None:
    with web() as hub:
        hub.pages["/other"] = Sparse(b"other", 5)
        hub.twist = to(location.format(endpoint=hub.endpoint, host=hub.endpoint.removeprefix("http://")), status)
        assert get(hub).body == b"other"
        assert hub.asked[1].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (PLACE, "in a circle"),
        ("", "does not say where to go"),
        ("ftp://host.example/x", "no address of http"),
        ("file:///etc/passwd", "no address of http"),
        ("http://name:hidden@host.example/x", "holds a user name"),
        ("http://[::1/x", "no address"),
        ("http://host.example:99999/x", "no address"),
        ("http://host.example:port/x", "no address"),
        ("http://10.1.2.3/x", "10.1.2.3, which is no address of the public internet"),
        ("http://169.254.169.254/latest/meta-data", "no address of the public internet"),
        ("http://localhost/x", "no address of the public internet"),
        ("http://0.0.0.0/x", "no address of the public internet"),
        ("http://0x7f000001/x", "no address of the public internet|leads nowhere"),
        ("http://2130706433/x", "no address of the public internet|leads nowhere"),
        ("http://127.1/x", "no address of the public internet|leads nowhere"),
        ("http://[::1]/x", "no address of the public internet"),
        ("http://[::ffff:127.0.0.1]/x", "no address of the public internet"),
        ("http://[fe80::1]/x", "no address of the public internet"),
        ("http://224.0.0.1/x", "no address of the public internet"),
        ("http://\u00e4\u00f6.invalid/x", "leads nowhere|no address"),
    ],
)
def test_a_redirect_elsewhere_is_refused(location: str, words: str) -> None:
    with web(to(location)) as hub:
        began = time.monotonic()
        with pytest.raises(SourceError, match=words) as raised:
            get(hub)
        assert len(hub.asked) == 1
        assert "hidden" not in str(raised.value)
        assert time.monotonic() - began < 60


def test_another_port_of_the_hubs_own_private_address_is_refused_too() -> None:
    with web() as other, web(to(other.endpoint + PLACE)) as hub:
        with pytest.raises(SourceError, match=r"name the host in the settings \(private_hosts\)"):
            get(hub)
        assert other.asked == []
        assert get(hub, private_hosts=("127.0.0.1",)).body == b"0123456789"
        assert "Authorization" not in other.asked[0].headers


def test_redirects_without_an_end_are_refused() -> None:
    with web(lambda asked, reply: Reply(302, {"Location": f"/{len(hub.asked)}"})) as hub:
        with pytest.raises(SourceError, match="more than 5 times"):
            get(hub)
        assert len(hub.asked) == 6


def test_a_name_that_changes_its_address_leads_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address that was looked at is the one connected to; a name is not resolved a second time."""
    with web() as inside:
        port = int(inside.endpoint.rpartition(":")[2])
        asked: list[str] = []

        def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
            asked.append(host)
            address = "192.0.78.1" if len(asked) == 1 else "127.0.0.1"  # public first, then our own
            literal = host if host[:1].isdigit() else address
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (literal, port))]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        client = Client(Network(patience=0.3))
        with pytest.raises(SourceError):
            client.get(f"http://rebinding.example:{port}{PLACE}", most=10)
        client.close()
        assert inside.asked == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_server_that_fails_for_a_moment_is_asked_again(status: int) -> None:
    with web(failing(2, Reply(status))) as hub:
        assert get(hub).body == b"0123456789"
        assert len(hub.asked) == 3


def test_a_server_that_goes_on_failing_is_given_up() -> None:
    with web(failing(99, Reply(503, {"X-Error-Message": "down\tfor \x1b[31mrepairs"}))) as hub:
        with pytest.raises(SourceError, match=r"answers 503: down for  .31mrepairs"):
            get(hub)
        assert len(hub.asked) == http.TRIES


@pytest.mark.parametrize("status", [400, 404, 410, 418])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    with web(failing(99, Reply(status, body=b'{"error": "so it is"}'))) as hub:
        with pytest.raises(SourceError, match=f"answers {status}: so it is"):
            get(hub)
        assert len(hub.asked) == 1


@pytest.mark.parametrize("headers", [{"Retry-After": "1"}, {"RateLimit": '"api";r=0;t=1'}])
def test_a_server_that_asks_to_wait_is_waited_for(headers: dict[str, str]) -> None:
    with web(failing(1, Reply(429, headers))) as hub:
        began = time.monotonic()
        assert get(hub).body == b"0123456789"
        assert 1 <= time.monotonic() - began < 60


@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": "3600"}, {"RateLimit": '"api";r=0;t=300'}, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}],
)
def test_a_server_that_asks_to_wait_long_is_not(headers: dict[str, str]) -> None:
    with web(failing(99, Reply(429, headers))) as hub:
        with pytest.raises(SourceError, match=r"asks to wait \d+ s, and hilt waits no longer than 60 s.*HF_TOKEN"):
            get(hub)
        assert len(hub.asked) == 1


@pytest.mark.parametrize("after", ["soon", "-5", "9" * 400, "Mon, 01 Jan 0001", "\u00b2"])
def test_a_wait_that_is_none_does_no_harm(after: str) -> None:
    with web(failing(1, Reply(503, {"Retry-After": after}))) as hub:
        assert get(hub).body == b"0123456789"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, {"X-Big": "x" * 300_000}, b"0"), "no HTTP"),
        (Reply(200, {f"X-{number}": "x" * 50 for number in range(20_000)}, b"0"), "."),
        (Reply(200, {"Content-Length": "-1"}, b"0"), "no HTTP"),
        (Reply(200, {"Content-Length": "5, 6"}, b"0"), "no HTTP"),
        (Reply(200, {"Content-Length": "9" * 30}, b"0"), "no HTTP"),
        (Reply(200, {"Bad Name": "x"}, b"0"), "no HTTP"),
        (Reply(200, {"Transfer-Encoding": "chunked"}, b"zzz\r\n"), "."),
        (Reply(200, {"Transfer-Encoding": "gzip"}, b"zzz\r\n"), "."),
        (Reply(999, {}, b"0"), "answers 999"),
        (Reply(200, {}, b"0" * 101), "where at most 100 bytes"),
        (Reply(200, {"Content-Length": "50"}, b"0" * 10, cut=10), "closed"),
    ],
)
def test_an_answer_that_is_no_http_is_an_error(reply: Reply, words: str) -> None:
    with web(lambda asked, honest: reply) as hub:
        began = time.monotonic()
        with pytest.raises(SourceError, match=words):
            get(hub)
        assert time.monotonic() - began < 60


def test_chunks_without_an_end_are_cut_off() -> None:
    chunks = b"1\r\nx\r\n" * 200_000
    with web(lambda asked, reply: Reply(200, {"Transfer-Encoding": "chunked", "Content-Length": ""}, chunks)) as hub:
        hub.twist = lambda asked, reply: Reply(200, {"Transfer-Encoding": "chunked"}, chunks)
        with pytest.raises(SourceError):
            get(hub, most=1000)
        assert hub.sent < 30 * len(chunks)


def test_a_body_in_chunks_of_a_byte_is_given_up_soon() -> None:
    chunks = b"1\r\nx\r\n" * 500_000
    with web(lambda asked, reply: Reply(200, {"Transfer-Encoding": "chunked"}, chunks)) as hub:
        began = time.monotonic()
        with pytest.raises(SourceError, match=r"in more than 10\d+ pieces"):
            get(hub, most=16 << 20)
        assert time.monotonic() - began < 60


@pytest.mark.parametrize("slow", [{"head_pause": 0.1}, {"pause": 0.1}])
def test_an_answer_that_comes_in_drops_is_not_waited_for(slow: dict[str, float]) -> None:
    with web(lambda asked, reply: replace(reply, body=b"x" * 100, **slow)) as hub:
        began = time.monotonic()
        with pytest.raises(SourceError, match=r"slower than|no answer within"):
            get(hub, patience=0.5)
        assert 0.9 < time.monotonic() - began < 60


def test_a_server_that_accepts_and_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        client = Client(Network(endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}", patience=0.3))
        with pytest.raises(SourceError, match=r"no answer within 0\.3 s"):
            client.get(client.network.endpoint + "/x", most=10)
        client.close()


def test_after_many_failures_in_a_row_nothing_more_is_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        endpoint = f"http://127.0.0.1:{gone.getsockname()[1]}"
    client = Client(Network(endpoint=endpoint, patience=0.3))
    threads = [threading.Thread(target=_tried, args=(client, endpoint)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = client.requests
    with pytest.raises(SourceError, match=r"requests in a row failed, so nothing more is asked: .*refused"):
        client.get(endpoint, most=10)
    assert client.requests == asked
    client.close()


def test_a_server_that_has_nothing_of_what_is_asked_is_not_asked_on() -> None:
    with web(failing(9999, Reply(404))) as hub:
        client = Client(Network(endpoint=hub.endpoint))
        for _ in range(100):
            _tried(client, hub.endpoint + PLACE)
        assert len(hub.asked) == 64
        with pytest.raises(SourceError, match=r"64 requests in a row failed, so nothing more is asked: .*answers 404"):
            client.get(hub.endpoint + PLACE, most=10)
        client.close()


def _tried(client: Client, address: str) -> None:
    with suppress(SourceError):
        client.get(address, most=10)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """A server's side of TLS for "localhost", and the file of the authority that vouches for it."""
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return context, str(path)


def test_tls_is_trusted_by_the_authorities_that_were_named(authority: tuple[ssl.SSLContext, str]) -> None:
    context, certificates = authority
    with web(tls=context) as hub:
        assert get(hub, certificates=certificates).body == b"0123456789"


def test_a_certificate_of_an_unknown_authority_is_an_error_that_says_what_to_do(
    authority: tuple[ssl.SSLContext, str],
) -> None:
    with web(tls=authority[0]) as hub:
        with pytest.raises(SourceError, match=r"certificate is not trusted.*SSL_CERT_FILE"):
            get(hub)
        assert hub.asked == []


def test_authorities_that_are_written_anew_are_read_anew(authority: tuple[ssl.SSLContext, str], tmp_path: Path) -> None:
    context, certificates = authority
    own = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(own))
    with web(tls=context) as hub:
        with pytest.raises(SourceError, match="certificate is not trusted"):
            get(hub, certificates=str(own))
        own.write_bytes(Path(certificates).read_bytes())
        os.utime(own, (1, 1))
        assert get(hub, certificates=str(own)).body == b"0123456789"


def test_certificates_that_are_not_there_are_an_error() -> None:
    with web() as hub, pytest.raises(SourceError, match="/nowhere"):
        get(hub, certificates="/nowhere/ca.pem")


def test_from_https_nobody_leads_us_to_http(authority: tuple[ssl.SSLContext, str]) -> None:
    context, certificates = authority
    with web() as plain, web(to(plain.endpoint + PLACE + "?Signature=secret"), tls=context) as hub:
        with pytest.raises(SourceError, match="from https to http://") as raised:
            get(hub, certificates=certificates, private_hosts=("127.0.0.1",))
        assert plain.asked == []
        assert "secret" not in str(raised.value)


@contextmanager
def proxy() -> Iterator[tuple[str, list[bytes]]]:
    """An HTTP proxy that lets every name lead to this machine; and the heads of what it was asked."""
    heads: list[bytes] = []

    def serve(client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            heads.append(head)
            target = head.split(b" ")[1].decode().removeprefix("http://").partition("/")[0]
            with socket.create_connection(("127.0.0.1", int(target.rpartition(":")[2]))) as there:
                if head.startswith(b"CONNECT"):
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    there.sendall(head)
                while True:
                    for ready in select.select([client, there], [], [], 5)[0] or [None]:
                        data = ready.recv(65536) if ready else b""
                        if not data:
                            return
                        (there if ready is client else client).sendall(data)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://me:word@127.0.0.1:{listener.getsockname()[1]}", heads
        listener.shutdown(socket.SHUT_RDWR)


def test_a_proxy_is_asked_with_its_password_and_the_token_does_not_go_to_it_over_tls(
    authority: tuple[ssl.SSLContext, str],
) -> None:
    context, certificates = authority
    with proxy() as (address, heads), web(tls=context) as hub:
        assert get(hub, certificates=certificates, proxies={"https": address}).body == b"0123456789"
        assert heads[0].startswith(b"CONNECT localhost:")
        assert b"Proxy-Authorization: Basic " + base64.b64encode(b"me:word") in heads[0]
        assert TOKEN.encode() not in heads[0]


@pytest.mark.parametrize(
    "location", ["http://169.254.169.254/x", "http://localhost:1/x", "http://[::1]/x", "http://127.1/x"]
)
def test_a_proxy_is_not_sent_to_a_private_address(location: str) -> None:
    with proxy() as (address, heads), web(to(location)) as hub:
        with pytest.raises(SourceError, match="no address of the public internet"):
            get(hub, proxies={"http": address})
        assert len(heads) == 1
