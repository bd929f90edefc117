"""What a handler answers with, beside a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, IntEnum
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.responses import Response, StreamingResponse

from hilt.core.events import Words

_OUTSIDE = re.compile(r"[\x00-\x20\x7f\\]|[^\x21-\x7e]")


class Shown(Protocol):
    """A page: what is shown as HTML, or told as JSON."""

    @property
    def status(self) -> int: ...

    def data(self) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """Go on at `to`, a path of this server. `session` is the secret of a session that begins, empty for one that ends."""

    to: str
    session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """Bytes as they are, kept under `name` by whoever asked."""

    body: bytes
    media: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer for programs only."""

    value: object
    status: int = 200

    def data(self) -> object:
        return data_of(self.value)


Answer = Shown | Redirect | Download | Response


def streamed(pieces: Iterable[str], media: str, name: str) -> Response:
    """What is too large to be put together first, kept under `name` (plain letters)."""
    kept = {"Content-Disposition": f"attachment; filename={name}"}
    return StreamingResponse(pieces, media_type=media, headers=kept)


def inside(path: str) -> str:
    """`path` where it leads to a page of this server, else the home page: nobody is sent elsewhere."""
    if not path.startswith("/") or path.startswith("//") or _OUTSIDE.search(path):
        return "/"
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else "/"


def data_of(value: object) -> Any:
    """`value` as JSON can say it: words as their text, an enumeration as its value or word, dataclasses by their fields."""
    match value:
        case IntEnum():
            return value.name.lower()
        case None | bool() | int() | float() | str():
            return value
        case Enum():
            return data_of(value.value)
        case Words():
            return value.text
        case dict():
            return {str(key): data_of(item) for key, item in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return data_of(value._asdict())
        case list() | tuple():
            return [data_of(item) for item in value]
        case set() | frozenset():
            return sorted(map(data_of, value))
        case _ if is_dataclass(value):
            return {one.name: data_of(getattr(value, one.name)) for one in fields(value)}
        case _:
            return str(value)
