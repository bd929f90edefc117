"""The one door to `httpcore2`: a request over a kept connection, to an address that may be asked, in bounded time.

Why httpcore2 and not a client above it: docs/decisions/0006-httpcore2-for-the-network.md.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import httpcore2

from hilt.sources.addresses import is_public
from hilt.sources.broken import is_final, said_of
from hilt.sources.head_first import HeadFirst
from hilt.sources.network import Network, origin
from hilt.sources.raw import Failed, Raw
from hilt.sources.tls import tls
from hilt.sources.watch import SLOWEST, StreamWatch, Watch

SPARE = 256 << 10
"""What an answer may hold beside its body: headers, and the frames of chunks."""

FRAMED = 64
"""One byte more for so many of a stream: the frames of its chunks."""

TOLD = 64 << 10
"""What is read of the body of an answer that is no success: it says why."""

PIECES, PIECE = 10_000, 512
"""How many pieces a body may come in, and one more for so many bytes: chunks of a byte take a thousand times as long."""

READ = 1 << 18
"""Bytes that are taken from a connection at once, if so many are there: a quarter of the calls that httpcore2 would make."""

AT_ONCE = 8
"""Requests at the same time, where nobody asks for more."""


LARGE, TAKEN = 8 << 20, 1 << 20
"""A body of so many bytes is worth a connection of its own; and how many of them are taken at once, if so many are there."""

_SUCCESS = (200, 206)
_BROKEN = (
    httpcore2.TimeoutException,
    TimeoutError,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
)

_IGNORED = "; it ignores ranges. Download it to a folder that nothing loads from, and check that"


class Connections:
    """Kept connections to all hosts that are asked. Those of the addresses `named` may lie in one's own network."""

    def __init__(self, network: Network, named: Iterable[str], at_once: int = AT_ONCE) -> None:
        self._network, self._at_once = network, at_once
        self._backend = _Backend(network.private_hosts)
        for address in named:
            self._backend.trust(address)
        self._pools: dict[str, httpcore2.ConnectionPool] = {}
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(at_once)
        self._tls: ssl.SSLContext | None = None
        self.received = self.requests = 0

    def send(self, url: SplitResult, headers: Mapping[str, str], *, most: int, body: bytes | None = None) -> Raw:
        """Asks for `url`, or posts `body` to it; a body of success is read up to `most` bytes. Raises `Failed`."""
        watch = Watch(self._network.patience, most + SPARE, _endless)
        with self._asking(url, watch) as pool, self._told():
            return self._exchange(pool, _request(url, headers, watch, body), most)

    @contextmanager
    def stream(
        self, url: SplitResult, headers: Mapping[str, str], *, most: int
    ) -> Iterator[tuple[Raw, Iterator[bytes]]]:
        """Asks for `url`; a body of success is in the chunks, any other one in the answer. Both raise `Failed`."""
        watch = StreamWatch(self._network.patience, most + most // FRAMED + SPARE, _endless)
        with self._asking(url, watch) as pool:
            with self._told():
                response = pool.handle_request(_request(url, headers, watch))
            try:
                told = _headers(response.headers)
                chunks = self._streamed(response, told, most)
                if response.status in _SUCCESS:
                    yield Raw(response.status, told, b""), chunks
                else:
                    yield Raw(response.status, told, b"".join(chunks)), iter(())
            finally:
                response.close()

    @contextmanager
    def _asking(self, url: SplitResult, watch: Watch) -> Iterator[httpcore2.ConnectionPool]:
        """One of the requests that may be under way at the same time."""
        proxy = self._network.proxy(url)
        if proxy:
            self._backend.assert_trusted_or_public(url)
        with self._slots:
            self._backend.current.watch = watch
            try:
                yield self._pool(proxy)
            finally:
                with self._lock:
                    self.requests += 1
                    self.received += watch.received

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Whatever goes wrong on the way is told as `Failed`."""
        try:
            yield
        except _BROKEN as error:
            raise self._failed(error) from None

    def _failed(self, error: Exception) -> Failed:
        if isinstance(error, httpcore2.TimeoutException | TimeoutError):
            seconds = self._network.patience
            why = f"no answer within {seconds:g} s, or slower than {SLOWEST} bytes a second"
            return Failed(why, again=True, late=True)
        return Failed(said_of(error), again=not is_final(error))

    def close(self) -> None:
        self._backend.close()
        with self._lock:
            pools = list(self._pools.values())
        for pool in pools:
            pool.close()

    def _exchange(self, pool: httpcore2.ConnectionPool, request: httpcore2.Request, most: int) -> Raw:
        response = pool.handle_request(request)
        headers, body, broken = _headers(response.headers), bytearray(), None
        try:
            for chunk in _chunks(response, headers, most, _IGNORED):
                body += chunk
        except _BROKEN as error:
            broken = self._failed(error)
        finally:
            response.close()
        return Raw(response.status, headers, bytes(body), broken)

    def _streamed(self, response: httpcore2.Response, headers: Mapping[str, str], most: int) -> Iterator[bytes]:
        with self._told():
            yield from _chunks(response, headers, most, pieces=_pieces(response, headers))

    def _pool(self, proxy: str) -> httpcore2.ConnectionPool:
        with self._lock:
            if proxy not in self._pools:
                self._tls = self._tls or tls(self._network.certificates)
                self._pools[proxy] = httpcore2.ConnectionPool(
                    ssl_context=self._tls,
                    proxy=_proxy(proxy, self._tls) if proxy else None,
                    max_connections=2
                    * self._at_once,  # the hub and the place that it sends us to, for each request at once
                    network_backend=self._backend,
                )
                self._backend.trust(proxy)
            return self._pools[proxy]


class _Backend(httpcore2.NetworkBackend):
    """Resolves a name once, and connects to the addresses it looked at: nobody can change them in between."""

    def __init__(self, private_hosts: Iterable[str]) -> None:
        self._hosts = frozenset(private_hosts)
        self._places: set[tuple[str, int]] = set()
        self._inner = httpcore2.SyncBackend()
        self._lock = threading.Lock()
        self._open: set[_Stream] | None = set()
        self.current = threading.local()

    def opened(self, stream: _Stream) -> None:
        """Remembers a connection until it is closed; there is no new one any more after `close`."""
        with self._lock:
            if self._open is not None:
                self._open.add(stream)
                return
        stream.close()
        raise Failed("the check was interrupted")

    def closed(self, stream: _Stream) -> None:
        with self._lock:
            if self._open is not None:
                self._open.discard(stream)

    def close(self) -> None:
        """Ends all connections at once, those in use as well: whoever waits for bytes of one is woken."""
        with self._lock:
            streams, self._open = self._open or (), None
        for stream in streams:
            stream.close()

    def trust(self, address: str) -> None:
        """The user named this address himself; another port of the same host he did not name."""
        if address:
            _, host, port = origin(urlsplit(address))
            self._places.add((host, port))

    def assert_trusted_or_public(self, url: SplitResult) -> None:
        """For a name that a proxy will resolve: what it looks like is all that is known of it here."""
        _, host, port = origin(url)
        literal = not host.rstrip(".").rpartition(".")[2].isalpha()
        if not self._trusted(host, port) and (host == "localhost" or (literal and not is_public(host))):
            raise _private(host, host)

    def _trusted(self, host: str, port: int) -> bool:
        return host.lower() in self._hosts or (host.lower(), port) in self._places

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - what is left of the request's time decides
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        watch: Watch = self.current.watch
        addresses = _resolve(host, port)
        if not self._trusted(host, port):
            public = [address for address in addresses if is_public(address)]
            if not public:
                raise _private(host, addresses[0])
            addresses = public
        failed: Exception | None = None
        for address in addresses[:4]:
            try:
                stream = self._inner.connect_tcp(address, port, watch.wait(), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self)
        raise failed or Failed(f"{host} has no address", again=True)


class _Stream(httpcore2.NetworkStream):
    """A connection whose every step has what is left of the time of the request that is on it."""

    def __init__(self, inner: httpcore2.NetworkStream, backend: _Backend) -> None:
        self._inner, self._backend, self._current = inner, backend, backend.current
        self._cut = HeadFirst()
        backend.opened(self)

    @property
    def at_body(self) -> bool:
        """Does the next byte begin the body of an answer?"""
        return self._cut.at_body

    def body(self, length: int) -> Iterator[bytes]:
        """So many bytes, past whoever parses what comes; nobody can ask for anything else over this connection afterwards."""
        left = length
        while left:
            data = self.read(TAKEN)
            if not data:
                raise httpcore2.RemoteProtocolError(f"closed the connection after {length - left} of {length} bytes")
            yield data[:left]
            left -= min(left, len(data))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        if kept := self._cut.kept():
            return kept
        watch: Watch = self._current.watch
        data = self._inner.read(max(max_bytes, READ), watch.wait())
        watch.count(len(data))
        return self._cut.given(data)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._cut.asked()
        self._inner.write(buffer, self._current.watch.wait())

    def close(self) -> None:
        self._backend.closed(self)
        connection = self._inner.get_extra_info("socket")
        if connection is not None:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._current.watch.wait())
        self._backend.closed(self)  # the stream above has its socket now
        return _Stream(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _pieces(response: httpcore2.Response, headers: Mapping[str, str]) -> Iterator[bytes]:
    """The body as it comes: of a large one that is sent as it is, from the connection itself."""
    stream, length = response.extensions.get("network_stream"), headers.get("content-length", "")
    plain = (
        response.status in _SUCCESS and "transfer-encoding" not in headers and length.isascii() and length.isdecimal()
    )
    if plain and len(length) < 19 and int(length) >= LARGE and isinstance(stream, _Stream) and stream.at_body:
        return stream.body(int(length))
    return response.iter_stream()


def _chunks(
    response: httpcore2.Response,
    headers: Mapping[str, str],
    most: int,
    hint: str = "",
    pieces: Iterable[bytes] | None = None,
) -> Iterator[bytes]:
    """The body as it comes, of at most `most` bytes; of an answer that is no success, no more than `TOLD` of it.

    `hint` is told where the whole file is too much. `pieces` is the body, where it is not taken from the response.
    """
    success, came = response.status in _SUCCESS, 0
    length = headers.get("content-length", "")
    if success and length.isascii() and length.isdecimal() and int(length[:19]) > most:
        raise _too_much(response.status, f"{length[:19]} bytes", most, hint)
    for count, chunk in enumerate(response.iter_stream() if pieces is None else pieces):
        came += len(chunk)
        if count > PIECES + came // PIECE:
            raise Failed(f"answers in more than {count} pieces, of few bytes each")
        if success and came > most:
            raise _too_much(response.status, "more", most, hint)
        yield chunk
        if not success and came > TOLD:
            return


def _endless(allowed: int) -> Failed:
    return Failed(f"sends more than the {allowed} bytes that the answer may have")


def _resolve(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(
            f"the name {host} leads nowhere: {error}", again=getattr(error, "errno", 0) == socket.EAI_AGAIN
        ) from None
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _private(host: str, address: str) -> Failed:
    return Failed(
        f"{host} leads to {address}, which is no address of the public internet; hilt does not go there at the word of "
        "a server. If it belongs to the hub, name the host in the settings (private_hosts)"
    )


def _too_much(status: int, came: str, most: int, hint: str) -> Failed:
    return Failed(f"answers with {came} where at most {most} bytes were asked for{hint if status == 200 else ''}")


def _request(
    url: SplitResult, headers: Mapping[str, str], watch: Watch, body: bytes | None = None
) -> httpcore2.Request:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    host = (url.hostname or "").encode("idna" if not (url.hostname or "").isascii() else "ascii")
    address = httpcore2.URL(scheme=url.scheme.encode(), host=host, port=url.port, target=target.encode("ascii"))
    wait = {name: watch.wait() for name in ("connect", "read", "write")} | {"pool": 600.0}
    named = (b"[%b]" % host if b":" in host else host).decode("ascii")
    said: list[tuple[str | bytes, str | bytes]] = [
        ("Host", f"{named}:{url.port}" if url.port else named),
        *headers.items(),
        *([("Content-Length", str(len(body)))] if body is not None else ()),
    ]
    method = "GET" if body is None else "POST"
    return httpcore2.Request(method, address, headers=said, content=body, extensions={"timeout": wait})


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _proxy(address: str, encrypted: ssl.SSLContext) -> httpcore2.Proxy:
    url = urlsplit(address)
    auth = (unquote(url.username), unquote(url.password or "")) if url.username else None
    bare = f"{url.scheme}://{url.netloc.rpartition('@')[2]}"
    return httpcore2.Proxy(bare, auth=auth, ssl_context=encrypted if url.scheme == "https" else None)
