"""What answers at which path."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.convertors import IntegerConvertor, register_url_convertor

from hilt.doors.http.answers import Answer
from hilt.doors.http.asking import Asking


class Number(IntegerConvertor):
    """A number in a path, of as many digits as fit every database: of thousands, Python makes no number but an error."""

    regex = "[0-9]{1,18}"


register_url_convertor("int", Number())

Handler = Callable[[Asking], Answer]
StreamHandler = Callable[[Asking], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Route:
    """`handler` answers at `path`, for whoever is signed in and has one of the roles that it `needs` (any where it needs none).

    With `json`, the same answers as JSON at the path with `.json` after it. `open` is what answers those who are not signed in.
    A handler runs in a thread. With `streams`, it is a coroutine and reads the body of `asking.request` itself.
    """

    path: str
    handler: Handler | StreamHandler
    methods: tuple[str, ...] = ("GET",)
    needs: tuple[str, ...] = ()
    json: bool = False
    open: bool = False
    streams: bool = False

    @property
    def paths(self) -> tuple[str, ...]:
        """The path, behind that of its twin, which would be taken for a longer name."""
        return (f"{self.path if self.path != '/' else '/index'}.json", self.path) if self.json else (self.path,)
