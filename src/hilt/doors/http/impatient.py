"""The protocol of HTTP as uvicorn speaks it, but for its patience: it waits for ever for the head of a request, for what is still
sent behind an answer, and for whoever does not take one.
"""

from __future__ import annotations

import asyncio
import socket
from typing import ClassVar

from h11 import DONE, IDLE
from uvicorn.protocols.http.h11_impl import H11Protocol


class Impatient(H11Protocol):
    """The head of a request has `patience` seconds to arrive, in however many pieces it comes; of an answer that waits to be taken,
    `slowest` bytes a second have to be, which is looked at after `taking` seconds.

    Where `longest` is not 0, a connection lasts that many seconds, whatever came of it. More connections than `most` are closed
    at once: each takes one of the files that a process may have open.
    """

    patience: ClassVar[float] = 10.0
    taking: ClassVar[float] = 30.0
    slowest: ClassVar[int] = 1 << 10
    longest: ClassVar[float] = 0.0
    most: ClassVar[int] = 1000
    _late: asyncio.TimerHandle | None = None
    _stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            return
        # asyncio leaves this out where a socket was made for it; without, an answer waits 40 ms for the end of itself.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport.set_write_buffer_limits(high=1)  # so that whatever waits to be taken is told to `pause_writing`
        if self.longest:
            self.loop.call_later(self.longest, transport.abort)
        self._wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is IDLE or self.conn.our_state is DONE:
            self._wait()
        else:
            self._arrived()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        self._taken()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.patience, self.transport.abort)

    def _arrived(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _watch(self) -> None:
        self._taken()
        self._stuck = self.loop.call_later(self.taking, self._look, self.transport.get_write_buffer_size())

    def _look(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < self.slowest * self.taking:
            self.transport.abort()
        else:
            self._watch()

    def _taken(self) -> None:
        if self._stuck is not None:
            self._stuck.cancel()
            self._stuck = None
