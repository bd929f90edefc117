"""Forms with files, taken apart as they come: nothing of them is kept here. The one door to python-multipart.

Specification: RFC 7578.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from hilt.core.errors import UsageError
from hilt.doors.http.problems import TooSlow

if TYPE_CHECKING:
    from starlette.requests import Request

LONGEST_HEAD, LONGEST_FIELD = 8 << 10, 64 << 10
"""Bytes of what stands before a part, and of a field that is no file."""
MOST_FIELDS = 20
MOST_AROUND = 16 << 20
"""Bytes of a form that belong to no file: what stands before, between and behind, and fields in which no file was chosen."""
PATIENCE = 30.0
"""Seconds without any byte."""
SLOWEST, LOOKS_EVERY = 1 << 10, 60.0
"""Bytes a second; after so many seconds it is looked whether that many came."""
_AT_ONCE = 1 << 20
"""Bytes that are handed over together: to change threads for each piece costs more than to keep it."""


class Sink(Protocol):
    """Told of the parts of a form in their order. Whatever it raises ends the form."""

    def field(self, name: str, value: str) -> None: ...

    def begin_file(self, name: str) -> None: ...

    def write(self, data: memoryview) -> None: ...


class Parts:
    """A form that comes in pieces. Raises `UsageError` where it is none."""

    def __init__(self, content_type: str, sink: Sink, longest_field: int = LONGEST_FIELD) -> None:
        media, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if media != b"multipart/form-data" or not boundary:
            raise UsageError("a form with files is needed here (multipart/form-data)")
        self._sink, self._over, self._longest = sink, False, longest_field
        self._head, self._name, self._value = bytearray(), bytearray(), bytearray()
        self._disposition, self._field, self._fields = b"", "", 0
        self._is_file = self._skipped = False
        self._around = 0
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_over,
                    "on_headers_finished": self._headers_over,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._all,
                },
            )
        except FormParserError as error:
            raise _broken(error) from None

    def feed(self, data: bytes) -> None:
        self._around += len(data)
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _broken(error) from None
        if self._around > MOST_AROUND:
            raise UsageError(f"more than {MOST_AROUND} bytes of what was sent belong to no file")

    def close(self) -> None:
        """Raises `UsageError` where the form has not come to its end."""
        if not self._over:
            raise UsageError("what was sent has no end")

    def _begin(self) -> None:
        self._head.clear()
        self._value.clear()
        self._disposition = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bound_head()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._head += data[start:end]
        self._bound_head()

    def _bound_head(self) -> None:
        if len(self._name) + len(self._head) > LONGEST_HEAD:
            raise UsageError(f"a part of what was sent begins with more than {LONGEST_HEAD} bytes")

    def _header_over(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = bytes(self._head)
        self._name.clear()
        self._head.clear()

    def _headers_over(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        self._field = _text(options.get(b"name", b""))
        self._is_file = b"filename" in options
        self._skipped = self._is_file and not options[b"filename"]  # a field in which no file was chosen
        if self._is_file and not self._skipped:
            self._sink.begin_file(_text(options[b"filename"]))
            return
        self._fields += 1
        if self._fields > MOST_FIELDS:
            raise UsageError(f"a form with files has at most {MOST_FIELDS} other fields")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            if not self._skipped:
                self._sink.write(memoryview(data)[start:end])
                self._around -= end - start
            return
        self._value += data[start:end]
        if len(self._value) > self._longest:
            raise UsageError(f"a field has at most {self._longest} bytes")

    def _end(self) -> None:
        if self._is_file:
            return
        self._sink.field(self._field, _text(bytes(self._value)))

    def _all(self) -> None:
        self._over = True


async def receive(
    request: Request,
    feed: Callable[[bytes], None],
    *,
    patience: float = PATIENCE,
    slowest: int = SLOWEST,
    looks_every: float = LOOKS_EVERY,
) -> None:
    """Hands the body of a request over to `feed`, in a thread, as it comes. Raises `TooSlow` where it breaks off, or nearly stops."""
    stream = request.stream()
    waiting = bytearray()
    came, until = 0, time.monotonic() + looks_every
    while True:
        try:
            piece = await asyncio.wait_for(anext(stream, b""), patience)
        except TimeoutError:
            raise TooSlow(f"nothing came for {patience:g} seconds") from None
        except ClientDisconnect:
            raise TooSlow("what was sent broke off") from None
        request.state.all_came = not piece
        waiting += piece
        came += len(piece)
        if len(waiting) >= _AT_ONCE or not piece:
            await run_in_threadpool(feed, bytes(waiting))
            waiting.clear()
        if not piece:
            return
        if time.monotonic() > until:
            if came < slowest * looks_every:
                raise TooSlow(f"less than {slowest} bytes a second came")
            came, until = 0, time.monotonic() + looks_every


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeError:
        raise UsageError(f"a name or a field of what was sent is not UTF-8: {data[:60]!a}") from None


def _broken(error: FormParserError) -> UsageError:
    return UsageError(f"what was sent is no form with files ({error})")
