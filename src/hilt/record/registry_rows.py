"""What the registry answers with: rows of the tables that are made from the log, as what they stand for."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self, TypeVar

from sqlalchemy import Connection, Select, Table

from hilt.core.errors import RecordDamaged
from hilt.core.events import Words
from hilt.core.verdict import Outcome
from hilt.core.wire import decode_text
from hilt.record import schema
from hilt.record.rows import key_of


class _OfTable(Protocol):
    TABLE: ClassVar[Table]

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Self:
        """Raises `ValueError` or `TypeError` where the row holds what hilt never writes."""
        ...


T = TypeVar("T", bound=_OfTable)
_SEARCHED, _STATE = ("alone", "asks"), ("state", "answered_by", "until")
"""Columns that tell where to look, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The newest verdict of a subject; its first stands at `first` in the log, its newest at `place`.

    `licences` and `openness` are what its report says, None where that is not known. `turned` is the place of the last verdict that
    said something else than the one `before`, -1 where none did.
    """

    TABLE: ClassVar[Table] = schema.models

    subject: str
    reference: str
    revision: str
    outcome: Outcome
    policy_digest: str
    evidence: str
    report: str
    claimed: bool
    licences: tuple[str, ...]
    openness: int | None
    before: Outcome | None
    turned: int
    first: int
    place: int
    at: str

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Model:
        told = {name: value for name, value in _decoded(row, "reference", "revision").items() if name not in _SEARCHED}
        told |= {"outcome": Outcome(row["outcome"]), "claimed": bool(row["claimed"])}
        told |= {"licences": tuple(decode_text(row["licences"]).split()), "openness": _known(row["openness"])}
        return cls(**told | {"before": None if row["before"] == -1 else Outcome(row["before"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A case: somebody asked to use a subject."""

    TABLE: ClassVar[Table] = schema.requests

    place: int
    subject: str
    use: str
    person: str
    at: str

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Request:
        return cls(**{name: value for name, value in _decoded(row, "use").items() if name not in _STATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision (`say` is "yes" or "no") or a withdrawal ("withdrawn")."""

    TABLE: ClassVar[Table] = schema.decisions

    place: int
    subject: str
    use: str
    say: str
    case: int
    exception: bool
    until: str
    person: str
    at: str

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Decision:
        return cls(**_decoded(row, "use") | {"exception": bool(row["exception"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Somebody runs a subject; `ended` is the place of the entry that says that it is over, -1 while it lasts."""

    TABLE: ClassVar[Table] = schema.holdings

    place: int
    subject: str
    use: str
    where: str
    holder: Words
    person: str
    at: str
    ended: int

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Holding:
        return cls(**_decoded(row, "use", "where") | {"holder": Words(digest=row["holder"])})


def read(connection: Connection, kind: type[T], found: Select[Any], **where: Any) -> list[T]:
    """What the rows `found` say. Raises `RecordDamaged` where one holds what nobody has written there."""
    told = []
    for row in map(dict, connection.execute(found, where).mappings()):
        try:
            told.append(kind.of_row(dict(row)))
        except (ValueError, TypeError):
            what = f"{kind.TABLE.name} {' '.join(map(ascii, key_of(kind.TABLE, row)))}"
            raise RecordDamaged(
                what, "it holds what hilt never writes; `hilt log verify` names all such rows"
            ) from None
    return told


def _known(value: Any) -> int | None:
    return None if value == -1 else operator.index(value)


def _decoded(row: dict[str, Any], *texts: str) -> dict[str, Any]:
    return row | {name: decode_text(row[name]) for name in texts}
