"""What a form or a program sends, bounded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from hilt.core.errors import UsageError
from hilt.doors.http.problems import TooLarge, TooSlow

if TYPE_CHECKING:
    from starlette.requests import Request

LARGEST = 256 << 10
"""Bytes of a form: a long reason, with room for every letter spelled as three."""
MOST_FIELDS = 500
PATIENCE = 10.0
"""Seconds that a form may take to arrive."""
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
WITH_FILE = "multipart/form-data"


class Form(Mapping[str, str]):
    """The fields of a form. A field that was not sent is empty, for browsers leave out boxes that nobody ticked.

    `file` is the content of the small file that was chosen in it; None for none.
    """

    def __init__(self, pairs: list[tuple[str, str]], file: bytes | None = None) -> None:
        self.pairs, self.file = pairs, file
        self._last = dict(pairs)

    def __getitem__(self, name: str) -> str:
        return self._last.get(name, "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def __len__(self) -> int:
        return len(self._last)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be there several times."""
        return tuple(value for key, value in self.pairs if key == name)


async def body_of(request: Request, largest: int = LARGEST, patience: float = PATIENCE) -> bytes:
    """The body of a request. Raises `TooLarge`, `TooSlow`."""
    from starlette.requests import ClientDisconnect

    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or len(announced) > 15 or int(announced) > largest:
        raise TooLarge(f"more than {largest} bytes were sent")
    try:
        return await asyncio.wait_for(_read(request, largest), patience)
    except TimeoutError:
        raise TooSlow(f"what was sent took longer than {patience:g} seconds") from None
    except ClientDisconnect:
        raise TooSlow("what was sent broke off") from None


async def _read(request: Request, largest: int) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > largest:
            raise TooLarge(f"more than {largest} bytes were sent")
    return bytes(data)


def read_form(content_type: str, body: bytes, *, with_file: bool = False) -> Form:
    """The form in a body, which may come `with_file`. Raises `UsageError` where it is none."""
    if with_file and _media(content_type) == WITH_FILE:
        return _form_with_file(content_type, body)
    if _media(content_type) != FORM:
        raise UsageError(
            f"a form is needed here ({FORM}), not {_media(content_type)[:60] or 'something without a type'}"
        )
    return Form(read_pairs(body))


def _form_with_file(content_type: str, body: bytes) -> Form:
    from hilt.doors.http.multipart import Parts

    kept = _Kept()
    parts = Parts(content_type, kept, longest_field=LARGEST)
    parts.feed(body)
    parts.close()
    _refuse_nul(kept.pairs)
    return Form(kept.pairs, None if kept.file is None else bytes(kept.file))


class _Kept:
    """What is told of a form with one file."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.file: bytearray | None = None

    def field(self, name: str, value: str) -> None:
        self.pairs.append((name, value))

    def begin_file(self, _: str) -> None:
        if self.file is not None:
            raise UsageError("one file is sent with this form, and no second one")
        self.file = bytearray()

    def write(self, data: memoryview) -> None:
        if self.file is not None:
            self.file += data


def read_pairs(text: bytes) -> list[tuple[str, str]]:
    """The fields of a form, or of a query. Raises `UsageError`."""
    try:
        pairs = parse_qsl(text.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except UnicodeError:
        raise UsageError("what was sent is not UTF-8") from None
    except ValueError:
        raise UsageError(f"a form has at most {MOST_FIELDS} fields") from None
    _refuse_nul(pairs)
    return pairs


def _refuse_nul(pairs: list[tuple[str, str]]) -> None:
    if any("\0" in part for pair in pairs for part in pair):
        raise UsageError("what was sent contains a character that is none (NUL)")


def read_json(content_type: str, body: bytes) -> dict[str, Any]:
    """The object in a body of JSON. Raises `UsageError` where there is none."""
    if _media(content_type) != JSON:
        raise UsageError(f"JSON is needed here (Content-Type: {JSON})")
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refused)
        json.dumps(value, ensure_ascii=False).encode()  # half of a letter, spelled as an escape, is no text
    except (ValueError, RecursionError):
        raise UsageError("what was sent is not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise UsageError("a JSON object is needed here: {...}")
    return value


def _refused(name: str) -> float:
    raise ValueError(name)


def _media(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
