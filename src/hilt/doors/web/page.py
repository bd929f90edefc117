"""What a page shows: one frozen dataclass for each, with everything that its template may use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from hilt.doors.http.answers import data_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A subclass names its `template`. Its fields are dataclasses of core, texts, numbers and tuples of those."""

    template: ClassVar[str]
    title: str

    @property
    def status(self) -> int:
        """Of HTTP."""
        return 200

    def data(self) -> object:
        """The page as JSON; where output/ has an encoder for a field, a subclass calls that."""
        return {one.name: data_of(getattr(self, one.name)) for one in fields(self)}
