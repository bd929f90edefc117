"""The fields of a bill of materials that are told of the files: digests, sizes, formats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hilt.core.fact import Known, Value
from hilt.core.report import Report
from hilt.core.subject import Entry
from hilt.core.verdict import Verdict
from hilt.output.bom_told import UNTOLD, Told, computed
from hilt.output.gains import BESIDE

TOKENIZERS = frozenset({"tokenizer", "sentencepiece"})


def digest(verdict: Verdict) -> Told:
    """The SHA-256 of the list of all files; what a hub states of one of them, it states of the whole."""
    subject = verdict.report.subject
    return _hashed(f"sha256:{subject.digest}", claimed=subject.claimed) if subject.digest else UNTOLD


def hashes(verdict: Verdict) -> Told:
    return _all_of(verdict.report.subject.files)


def weight_hashes(verdict: Verdict) -> Told:
    return _all_of(weights(verdict.report))


def size(verdict: Verdict) -> Told:
    return computed(verdict.report.subject.size)


def formats(verdict: Verdict) -> Told:
    told = tuple(sorted({verdict.report.formats[entry.path] for entry in weights(verdict.report)}))
    return computed(told) if told else UNTOLD


def tokenizer(verdict: Verdict) -> Told:
    """Paths of what a tokenizer is read from. That there is none is known only where every file was read."""
    report = verdict.report
    paths = tuple(sorted(path for path, format_id in report.formats.items() if format_id in TOKENIZERS))
    return computed(paths) if paths or report.coverage.complete else UNTOLD


def weights(report: Report) -> tuple[Entry, ...]:
    """The files that hold weights, by their formats."""
    return tuple(entry for entry in report.subject.files if report.formats.get(entry.path, "unknown") not in BESIDE)


def _all_of(files: Iterable[Entry]) -> Told:
    files = tuple(files)
    if not files or any(not entry.sha256 for entry in files):
        return UNTOLD
    return _hashed(tuple(_lines(files)), claimed=any(entry.claimed for entry in files))


def _lines(files: Iterable[Entry]) -> Iterator[str]:
    for entry in files:
        yield f"{entry.path} sha256:{entry.sha256}"


def _hashed(value: Value, *, claimed: bool) -> Told:
    """Digests that nobody here computed are what the hub states."""
    return Told(value, Known.CLAIMED, "the hub") if claimed else computed(value)
