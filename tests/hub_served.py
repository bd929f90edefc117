"""The hub of an office at a port of this machine, as uvicorn serves it; with its own clients of other makers, and with bare requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import uvicorn
from huggingface_hub.utils import close_session

from hilt.doors.http import server
from hilt.doors.http.impatient import Impatient
from hilt.doors.hub.app import hub
from library_office import Shop, shop


class Answer(NamedTuple):
    """What came back; the names of `headers` are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


class Served(NamedTuple):
    """An office with a library, and where that answers."""

    shop: Shop
    origin: str
    connections: list[HTTPConnection]

    def connect(self) -> HTTPConnection:
        """A connection, which is closed with the server at the latest."""
        connection = HTTPConnection(urlsplit(self.origin).netloc, timeout=30)
        self.connections.append(connection)
        return connection

    def ask(self, method: str, path: str, *, token: str = "", body: bytes | None = None, **headers: str) -> Answer:
        """One request, on a connection of its own; `if_none_match` becomes If-None-Match."""
        connection = self.connect()
        try:
            response = self.begin(connection, method, path, token=token, body=body, headers=headers)
            return Answer(response.status, _headers(response), response.read())
        finally:
            connection.close()

    def begin(
        self,
        connection: HTTPConnection,
        method: str,
        path: str,
        *,
        token: str = "",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HTTPResponse:
        said = {key.replace("_", "-"): value for key, value in (headers or {}).items()}
        connection.request(method, path, body, {"Authorization": f"Bearer {token}", **said} if token else said)
        return connection.getresponse()


@contextmanager
def serving_hub(at: Shop, people_reach: str = "") -> Iterator[Served]:
    """The hub of a library that is open already; people reach it there, where it is behind something else."""
    with server.listen("127.0.0.1", 0, "a test") as listening:
        origin = server.address(listening)
        application = hub(at.library, at.office.settings, people_reach or origin)
        config = uvicorn.Config(application, http=Impatient, ws="none", lifespan="off", log_level="critical")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield (served := Served(at, origin, []))
        finally:
            for connection in served.connections:
                connection.close()
            close_session()
            running.should_exit = running.force_exit = True
            thread.join(30)


@contextmanager
def served_hub(folder: Path, files: Any = None, **options: Any) -> Iterator[Served]:
    """A hub in `folder` with `files` from an upstream."""
    with shop(folder, files, **options) as at, serving_hub(at) as served:
        yield served


def _headers(response: HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.getheaders()}
