"""What one request brought, or why it brought nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from hilt.core.errors import SourceError


class Failed(SourceError):
    """No answer that helps.

    `again` says whether another try may bring one, and `wait` how many seconds the server wants it to wait; `late`, that
    it came too slowly. `status` is that of the answer, where there was one, and `code` the word of a hub for what is wrong.
    """

    def __init__(
        self,
        message: str,
        *,
        again: bool = False,
        late: bool = False,
        wait: float = 0.0,
        status: int = 0,
        code: str = "",
    ) -> None:
        self.message, self.again, self.late, self.wait = message, again, late, wait
        self.status, self.code = status, code
        super().__init__(message)

    def at(self, place: str) -> Failed:
        """The same, with the place where it happened."""
        return Failed(
            f"{place}: {self.message}",
            again=self.again,
            late=self.late,
            wait=self.wait,
            status=self.status,
            code=self.code,
        )


class Raw(NamedTuple):
    """What one request brought; names of headers in lower case. `broken` says why the body ended before its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    broken: Failed | None = None
