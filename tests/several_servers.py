"""A proxy in front of several servers, which sends each request to the next one of them, as one that balances load may do."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

_HOPS = {"connection", "transfer-encoding", "keep-alive"}
_PIECE = 1 << 16


class Balanced(ThreadingHTTPServer):
    """Asks each of `origins` in turn; who does not answer is left out from then on. `asked` counts how often each was asked.

    Who is sent a request whose method and path contain `fatal` is ended by `end` when half of its body is there.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origins: list[str] = []
        self.asked: Counter[str] = Counter()
        self.fatal = ""
        self.end: Callable[[str], object] = self.is_gone
        self._turn, self._lock = 0, threading.Lock()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next(self) -> str:
        with self._lock:
            origin = self.origins[self._turn % len(self.origins)]
            self._turn += 1
            self.asked[origin] += 1
            return origin

    def is_fatal(self, request: str) -> bool:
        """The first such request is."""
        with self._lock:
            found = bool(self.fatal) and self.fatal in request
            self.fatal = "" if found else self.fatal
            return found

    def is_gone(self, origin: str) -> None:
        with self._lock, suppress(ValueError):
            self.origins.remove(origin)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Balanced

    def _forward(self) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOPS}
        body = self._body() if "content-length" in self.headers or "transfer-encoding" in self.headers else None
        while True:
            origin = self.server.next()
            connection = HTTPConnection(urlsplit(origin).netloc, timeout=60)
            try:
                if self.server.is_fatal(f"{self.command} {self.path}"):
                    self._begin(connection, headers, body or b"")
                    self.server.end(origin)
                else:
                    connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
            except ConnectionRefusedError:
                self.server.is_gone(origin)
                continue
            except OSError:  # it died with the request: so does the connection of whoever asked
                self.server.is_gone(origin)
                self.close_connection = True
                return
            with suppress(OSError):
                self._answer(answer)
            connection.close()
            return

    def _begin(self, connection: HTTPConnection, headers: Mapping[str, str], body: bytes) -> None:
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body[: len(body) // 2])

    def do_GET(self) -> None:
        self._forward()

    def do_HEAD(self) -> None:
        self._forward()

    def do_POST(self) -> None:
        self._forward()

    def do_PUT(self) -> None:
        self._forward()

    def do_DELETE(self) -> None:
        self._forward()

    def _answer(self, answer: HTTPResponse) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOPS:
                self.send_header(name, value)
        chunked = answer.getheader("content-length") is None and self.command != "HEAD" and answer.status != 304
        if chunked:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        while piece := answer.read1(_PIECE):
            self.wfile.write(piece)

    def _body(self) -> bytes:
        if "content-length" in self.headers:
            return self.rfile.read(int(self.headers["content-length"]))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def balanced(origins: Sequence[str] = ()) -> Iterator[Balanced]:
    proxy = Balanced()
    proxy.origins += origins
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()
