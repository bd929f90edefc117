"""Which models of the record have some of these files: told by their reports, for the tables know models alone.

Each report is looked through for digests before it is parsed. It is the document that an entry of the log signs, and the digest of
the model is computed from its files again, so that no row of a table can say of a file what nobody recorded.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.errors import ReportInvalid
from hilt.core.finding import Severity
from hilt.core.parts_v1 import decode_finding, decode_subject
from hilt.core.subject import Entry
from hilt.gate.recording.pages import pages
from hilt.knowledge.weight_names import promises_weights

if TYPE_CHECKING:
    from hilt.record.record import Record
    from hilt.record.registry_rows import Model

_AT_ONCE = 50
"""Reports that are unpacked at once."""
_HEX = re.compile(rb'"([0-9a-f]{64})"')


class Wanted(NamedTuple):
    """What the caches hold: digests of files, digests of whole models, and names with revisions."""

    files: Collection[str]
    subjects: Collection[str]
    names: Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedModel:
    """A model of the record. `entries` are its files, `culprits` the paths of those in which something bad was found."""

    subject: str
    reference: str
    revision: str
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


@dataclass(slots=True)
class InCommon:
    """The models that have anything to do with the caches, by what they have in common with them; `compared` is how many were looked through."""

    by_subject: dict[str, RecordedModel] = field(default_factory=dict)
    by_name: defaultdict[tuple[str, str], list[RecordedModel]] = field(default_factory=lambda: defaultdict(list))
    by_file: defaultdict[str, list[RecordedModel]] = field(default_factory=lambda: defaultdict(list))
    compared: int = 0
    problems: list[str] = field(default_factory=list)


def look_through(record: Record, wanted: Wanted) -> InCommon:
    """All models of the record that are wanted. Raises `RecordDamaged`."""
    found, files = InCommon(), {one.encode("ascii") for one in wanted.files}
    for page in pages(record.registry.models):
        for begin in range(0, len(page), _AT_ONCE):
            for row, report in _reports(record, page[begin : begin + _AT_ONCE]):
                found.compared += 1
                name = (spelled(row.reference), row.revision)
                asked = row.subject in wanted.subjects or name in wanted.names
                if asked or not files.isdisjoint(_HEX.findall(report)):
                    _note(found, wanted, name, _model(row, report, found.problems), asked=asked)
    return found


def spelled(reference: str) -> str:
    """A reference as caches call it: without its revision."""
    if not reference.startswith("hf:"):
        return reference
    return "hf:" + reference.removeprefix("hf:").removeprefix("//").partition("@")[0]


def _reports(record: Record, rows: Sequence[Model]) -> Iterator[tuple[Model, bytes]]:
    documents = record.documents({row.report for row in rows})
    return ((row, documents[row.report]) for row in rows)


def _note(found: InCommon, wanted: Wanted, name: tuple[str, str], model: RecordedModel | None, *, asked: bool) -> None:
    """Keeps a model where something of it tells which it is: a licence that thousands have does not."""
    if model is None:
        return
    telling = [digest for digest in model.telling(by_verdict=False) if digest in wanted.files]
    if not asked and not telling:
        return
    found.by_subject[model.subject] = model
    found.by_name[name].append(model)
    for digest in telling:
        found.by_file[digest].append(model)


def _model(row: Model, report: bytes, problems: list[str]) -> RecordedModel | None:
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
    return RecordedModel(
        subject=row.subject,
        reference=row.reference,
        revision=row.revision,
        entries=subject.files,
        culprits=culprits - {""},
    )
