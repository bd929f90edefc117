"""What the record says of what caches hold: told by its reports, for the tables know models alone.

A report is the document that an entry of the log signs, and the digest of the model is computed from its files again, so that no row of
a table can say of a file what nobody recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from hilt.core.cache_comparison import Compared, RecordedModel, Wanted
from hilt.core.errors import ReportInvalid, UsageError
from hilt.core.events import Recorded
from hilt.core.finding import Severity
from hilt.core.parts_v1 import decode_finding, decode_subject
from hilt.core.subject import Entry
from hilt.gate.caching.report_index import ReportIndex
from hilt.gate.caching.standings import Stands, standings
from hilt.gate.settings import Settings
from hilt.knowledge.weight_names import promises_weights

if TYPE_CHECKING:
    from hilt.record.record import Record
    from hilt.record.registry_rows import Model

Told = Callable[[RecordedModel, Sequence[Recorded]], RecordedModel | None]
"""What is told of a model of which this was recorded; None for nothing."""
_AT_ONCE = 50
"""Models of which all that was recorded is held at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reported:
    """A model as its report tells it. `names` are those that were asked for, `entries` its files, `culprits` the paths of those in which
    something bad was found."""

    row: Model
    names: frozenset[tuple[str, str]]
    entries: tuple[Entry, ...]
    culprits: frozenset[str]

    def telling(self, *, by_verdict: bool) -> frozenset[str]:
        """The digests of files by which others that have them are as bad: weights, and those in which something was found; for a
        verdict only the latter, where there are any."""
        paths = self.culprits if by_verdict and self.culprits else None
        return frozenset(
            one.sha256
            for one in self.entries
            if one.size and (one.path in self.culprits or (paths is None and promises_weights(one.path)))
        )


def compared(
    record: Record,
    index: ReportIndex,
    wanted: Wanted,
    use: str,
    settings: Settings,
    *,
    told: Told = lambda model, _: model,
    most: int | None = None,
) -> Compared:
    """All models of the record that have to do with what is wanted, and how they stand for `use`, or for any.

    Of each is told what `told` makes of it, of at most `most`, if it is given. Raises `RecordError`, and `UsageError` where there are more.
    """
    models: list[RecordedModel] = []
    problems: list[str] = []
    related = _related(record, index, wanted, problems)
    while some := list(islice(related, _AT_ONCE)):
        stands = standings(record, [one.row.subject for one in some], use, settings)
        for one in some:
            stand, history = stands[one.row.subject]
            if (model := told(_model(one, stand, wanted), history)) is not None:
                models.append(model)
        if most is not None and len(models) > most:
            raise UsageError(
                f"more than {most} models of the record have to do with what was asked; name fewer caches at once"
            )
    return Compared(models=tuple(models), count=len(index), problems=tuple(problems))


def _related(record: Record, index: ReportIndex, wanted: Wanted, problems: list[str]) -> Iterator[_Reported]:
    """Models of which something tells which they are: a licence that thousands have does not."""
    for row, report in index.reports(record, wanted):
        one = _reported(row, report, index.names(row.subject) & wanted.names, problems)
        if one is None:
            continue
        telling = one.telling(by_verdict=False)
        index.narrow(row, telling)
        if one.names or row.subject in wanted.subjects or not telling.isdisjoint(wanted.files):
            yield one


def _reported(row: Model, report: bytes, names: frozenset[tuple[str, str]], problems: list[str]) -> _Reported | None:
    try:
        told: Mapping[str, Any] = json.loads(report)["report"]
        subject = decode_subject(told["subject"])
        findings = [decode_finding(one) for one in told["findings"]]
    except (ReportInvalid, ValueError, RecursionError, KeyError, TypeError) as error:
        problems.append(f"the report of sha256:{row.subject} in the record cannot be compared: {error}")
        return None
    if subject.digest != row.subject:
        problems.append(f"the report of sha256:{row.subject} in the record is of other bytes (sha256:{subject.digest})")
        return None
    culprits = frozenset(one.where.path.partition("!/")[0] for one in findings if one.severity >= Severity.HIGH)
    return _Reported(row=row, names=names, entries=subject.files, culprits=culprits - {""})


def _model(one: _Reported, stands: Stands, wanted: Wanted) -> RecordedModel:
    return RecordedModel(
        subject=one.row.subject,
        reference=one.row.reference,
        revision=one.row.revision,
        count=len(one.entries),
        files=tuple((file.path, file.sha256) for file in one.entries if file.sha256 in wanted.files),
        shared=one.telling(by_verdict=False) & wanted.files,
        telling=one.telling(by_verdict=stands.by_verdict) & wanted.files,
        state=stands.state,
        why=stands.why,
        since=stands.since,
        uses=stands.uses,
        names=one.names,
    )
