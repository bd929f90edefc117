"""All rows of the registry that answer a question, a page at a time, and what the log proves of their subjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from hilt.core.events import Recorded
    from hilt.record.record import Record

Row_co = TypeVar("Row_co", covariant=True)

_ROWS = 1000
_HISTORIES = 50
"""How many are read at once: a history holds all that anybody ever said of a model."""


class Paged(Protocol[Row_co]):
    """A question to the registry, but for where its page begins and how much it holds."""

    def __call__(self, *, after: Any, limit: int) -> Sequence[Row_co]: ...


def pages(question: Paged[Row_co]) -> Iterator[Sequence[Row_co]]:
    """Every page; the next one begins behind the `place` of the last row, or behind that row where it is a place itself."""
    page = question(after=None, limit=_ROWS)
    while page:
        yield page
        page = question(after=getattr(page[-1], "place", page[-1]), limit=_ROWS)


def histories(record: Record, subjects: Iterable[str]) -> Iterator[tuple[str, tuple[Recorded, ...]]]:
    """`Record.history` of each subject, in this order and once, however often it is named."""
    named = list(dict.fromkeys(subjects))
    for begin in range(0, len(named), _HISTORIES):
        yield from record.histories(named[begin : begin + _HISTORIES]).items()
