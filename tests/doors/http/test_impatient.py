"""Connections of whoever sends or takes nothing, with a server that waits for tenths of a second."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from starlette.responses import Response
from uvicorn.config import Config
from uvicorn.server import ServerState

from hilt.doors.http.impatient import Impatient

LARGE = 32 << 20
"""More than the two ends of a connection keep of what is on its way."""


class Hasty(Impatient):
    patience, taking, most = 0.2, 0.2, 3


async def application(scope: Any, receive: Any, send: Any) -> None:
    await Response(b"a" * (LARGE if scope["path"] == "/large" else 1))(scope, receive, send)


def at_a_server(does: Callable[[Callable[[], socket.socket], ServerState], Coroutine[Any, Any, None]]) -> None:
    """`does` something with connections to a server, and what that knows of itself."""

    async def run() -> None:
        config, state = Config(application, lifespan="off", timeout_keep_alive=1), ServerState()
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Hasty(config, state, {}), "127.0.0.1", 0)
        opened = list[socket.socket]()

        def connect() -> socket.socket:
            one = socket.socket()
            opened.append(one)
            one.connect(server.sockets[0].getsockname())
            one.setblocking(False)
            return one

        try:
            await asyncio.wait_for(does(connect, state), 20)
        finally:
            for one in opened:
                one.close()
            server.close()

    asyncio.run(run())


async def reaches(state: ServerState, number: int) -> None:
    """Waits until there are so many connections."""
    while len(state.connections) != number:  # noqa: ASYNC110 - uvicorn tells nobody when one ends
        await asyncio.sleep(0.01)


async def sends_on(one: socket.socket) -> None:
    while True:
        await asyncio.get_running_loop().sock_sendall(one, b"a")
        await asyncio.sleep(0.02)


def test_whoever_sends_on_behind_an_answer_is_not_waited_for() -> None:
    async def does(connect: Callable[[], socket.socket], state: ServerState) -> None:
        one, loop = connect(), asyncio.get_running_loop()
        await loop.sock_sendall(one, b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        assert (await loop.sock_recv(one, 65536)).startswith(b"HTTP/1.1 200")
        with pytest.raises(ConnectionError):
            await sends_on(one)
        assert not state.connections

    at_a_server(does)


def test_whoever_takes_no_answer_is_not_waited_for() -> None:
    async def does(connect: Callable[[], socket.socket], state: ServerState) -> None:
        one, loop = connect(), asyncio.get_running_loop()
        await loop.sock_sendall(one, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
        await reaches(state, 1)
        await reaches(state, 0)

    at_a_server(does)


def test_whoever_takes_an_answer_a_little_at_a_time_gets_all_of_it() -> None:
    async def does(connect: Callable[[], socket.socket], state: ServerState) -> None:
        one, loop, came = connect(), asyncio.get_running_loop(), 0
        await loop.sock_sendall(one, b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        while piece := await loop.sock_recv(one, 64 << 10):
            came += len(piece)
            await asyncio.sleep(0.002)
        assert came > LARGE

    at_a_server(does)


def test_more_connections_than_there_may_be_are_closed_at_once() -> None:
    async def does(connect: Callable[[], socket.socket], state: ServerState) -> None:
        loop = asyncio.get_running_loop()
        kept = [connect() for _ in range(3)]
        await reaches(state, len(kept))
        assert await loop.sock_recv(connect(), 1) == b""
        assert len(state.connections) == len(kept)

    at_a_server(does)
