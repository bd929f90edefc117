"""A program on this machine that is told of what happens, and misbehaves where a test wants it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Any


@dataclass
class Posted:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`answers` are what it says to the next requests, before 204: a status and headers; `bodies` what these answers hold; `delay` is how many
    seconds it takes."""

    url: str = ""
    got: list[Posted] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    endless: bool = False
    delay: float = 0.0


@contextmanager
def receiving(receiver: Receiver | None = None, tls: SSLContext | None = None) -> Iterator[Receiver]:
    receiver = receiver or Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Posted(self.path, {key.lower(): value for key, value in self.headers.items()}, body))
            time.sleep(receiver.delay)
            status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
            with suppress(OSError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if receiver.endless:
                    self.end_headers()
                    while True:
                        self.wfile.write(b"x" * 65536)
                body = receiver.bodies.pop(0) if receiver.bodies else b""
                if status != 204 and "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.url = f"{'https' if tls else 'http'}://localhost:{server.server_address[1]}/hilt"
    thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
