"""What the record says of what caches hold: told by its reports, for the tables know models alone.

A report is the document that an entry of the log signs, and the digest of the model is computed from its files again, so that no row of
a table can say of a file what nobody recorded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hilt.core.cache_comparison import Compared, RecordedModel, Wanted, spelled
from hilt.core.errors import ReportInvalid, UsageError
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reported:
    """A model as its report tells it. `entries` are its files, `culprits` the paths of those in which something bad was found."""

    row: Model
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
    record: Record, index: ReportIndex, wanted: Wanted, use: str, settings: Settings, *, most: int | None = None
) -> Compared:
    """All models of the record that have to do with what is wanted, and how they stand for `use`, or for any; at most `most`, if it is given.

    Raises `RecordError`, and `UsageError` where there are more.
    """
    found: list[_Reported] = []
    problems: list[str] = []
    for one in _related(record, index, wanted, problems):
        found.append(one)
        if most is not None and len(found) > most:
            raise UsageError(
                f"more than {most} models of the record have to do with what was asked; name fewer caches at once"
            )
    stands = standings(record, [one.row.subject for one in found], use, settings)
    models = tuple(_told(one, stands[one.row.subject], wanted) for one in found)
    return Compared(models=models, count=len(index), problems=tuple(problems))


def _related(record: Record, index: ReportIndex, wanted: Wanted, problems: list[str]) -> Iterator[_Reported]:
    """Models of which something tells which they are: a licence that thousands have does not."""
    for row, report in index.reports(record, wanted):
        one = _reported(row, report, problems)
        if one is None:
            continue
        telling = one.telling(by_verdict=False)
        named = (spelled(row.reference), row.revision) in wanted.names
        if named or row.subject in wanted.subjects or not telling.isdisjoint(wanted.files):
            yield one
        else:
            index.narrow(row, telling)


def _reported(row: Model, report: bytes, problems: list[str]) -> _Reported | None:
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
    return _Reported(row=row, entries=subject.files, culprits=culprits - {""})


def _told(one: _Reported, stands: Stands, wanted: Wanted) -> RecordedModel:
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
    )
