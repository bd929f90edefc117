"""The protocol of HTTP as uvicorn speaks it, but for its patience: it waits for ever for the head of a request."""

from __future__ import annotations

import asyncio
import socket
from typing import ClassVar

from h11 import IDLE
from uvicorn.protocols.http.h11_impl import H11Protocol


class Impatient(H11Protocol):
    """The head of a request has `patience` seconds to arrive, in however many pieces it comes.

    Where `longest` is not 0, a connection lasts that many seconds, whatever came of it.
    """

    patience: ClassVar[float] = 10.0
    longest: ClassVar[float] = 0.0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio leaves this out where a socket was made for it; without, an answer waits 40 ms for the end of itself.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.longest:
            self.loop.call_later(self.longest, transport.abort)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is IDLE:
            self._wait()
        else:
            self._arrived()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.patience, self.transport.abort)

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
