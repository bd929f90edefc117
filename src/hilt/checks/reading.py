"""Reads one file and runs checks on it, in whatever process it is called."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hilt.checks.check import ReadFile, Repository
from hilt.checks.examined import EMPTY, RAISE_BUGS, UNKNOWN, Examined
from hilt.checks.line import ANY, Check
from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, SourceError
from hilt.core.fact import Fact
from hilt.core.finding import Finding, Where
from hilt.core.limits import Limits
from hilt.core.report import Gap, Ran, State
from hilt.core.rights import Obligation, Term
from hilt.formats import READERS
from hilt.formats.reader import HEAD, Head, Reader, recognise


def read(path: str, source: ByteSource, limits: Limits) -> ReadFile[Any]:
    """Recognises `source` by its content and reads it. A `FormatError` is kept in the result.

    Raises `SourceError` where the bytes could not be had.
    """
    file: ReadFile[Any] = ReadFile(path=path, format=UNKNOWN, value=None, source=source, limits=limits)
    if source.size == 0:
        return replace(file, format=EMPTY)
    try:
        start = source.read(0, HEAD)
    except FormatError as error:  # what an archive says of its member is false
        raise SourceError(str(error)) from None
    head = Head(name=file.name, data=start, source=source, limits=limits)
    try:
        reader = recognise(READERS, head)
    except (FormatError, RecursionError) as error:
        return replace(file, error=_format_error(error))
    return file if reader is None else _read_as(reader, file)


def _read_as(reader: Reader, file: ReadFile[Any]) -> ReadFile[Any]:
    file = replace(file, format=reader.id)
    try:
        return replace(file, value=reader.module.read(file.source, file.limits))
    except (FormatError, RecursionError) as error:
        return replace(file, error=_format_error(error))


def _format_error(error: FormatError | RecursionError) -> FormatError:
    return error if isinstance(error, FormatError) else FormatError("nested too deeply to be read")


def examine(file: ReadFile[Any], checks: Iterable[Check]) -> Examined:
    """Runs every check that reads this file's format on it."""
    wanted = [check for check in checks if _reads(check, file)]
    result = Examined(format=file.format)
    if file.error is not None:
        place = "" if file.error.offset is None else f" (at byte {file.error.offset})"
        why = f"as {file.format}: {file.error.message}{place}"
        result = replace(result, gaps=(Gap(what="read", path=file.path, state=State.FAILED, why=why),))
    for check in wanted:
        result = _add(result, run_check(check, file, file.path, file.limits))
    return result


def _reads(check: Check, file: ReadFile[Any]) -> bool:
    return check.reads == ANY or (file.error is None and file.format in check.reads)


def run_check(check: Check, given: ReadFile[Any] | Repository, path: str, limits: Limits) -> Examined:
    """What `check` says of `given`, its findings counted and every failure in the gaps."""
    findings: list[Finding] = []
    facts: list[Fact] = []
    gaps: list[Gap] = []
    terms: list[Term] = []
    obligations: list[Obligation] = []
    try:
        for seen in check.run(given):
            match seen:
                case Term():
                    terms.append(seen)
                case Obligation():
                    obligations.append(seen)
                case Fact():
                    facts.append(replace(seen, check=check.id))
                case Gap():
                    gaps.append(seen)
                case Finding():
                    findings.append(_placed(seen))
                    if len(findings) > 2 * limits.findings_per_check:
                        findings = _fold(findings, limits.findings_per_check)
        ran: tuple[Ran, ...] = (Ran(check=check.id, files=1),)
    except (FormatError, SourceError) as error:
        gaps.append(Gap(what=check.id, path=path, state=State.FAILED, why=str(error)))
        ran = ()
    except Exception as error:
        if os.environ.get(RAISE_BUGS):
            raise
        gaps.append(Gap(what=check.id, path=path, state=State.FAILED, why=bug(error)))
        ran = ()
    findings = _fold(findings, limits.findings_per_check)
    return Examined(
        findings=tuple(findings),
        facts=tuple(facts),
        gaps=tuple(gaps),
        ran=ran,
        terms=tuple(terms),
        obligations=tuple(obligations),
    )


def _placed(finding: Finding) -> Finding:
    """Without its offset where that is one that a file states and cannot have: no report takes it."""
    if (finding.where.offset or 0) >= 0:
        return finding
    return replace(finding, where=replace(finding.where, offset=None))


def bug(error: BaseException) -> str:
    """An exception that hilt did not raise on purpose, as the reason of a gap."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else ""  # noqa: PTH119
    return f"a bug in hilt, please report it: {type(error).__name__}{place}: {str(error)[:200]}"


def _fold(findings: list[Finding], most: int) -> list[Finding]:
    """At most `most` findings, the worst kept; one more, as severe as the worst of the rest, counts the rest."""
    if len(findings) <= most:
        return findings
    findings = sorted(findings, key=lambda finding: -finding.severity)
    kept, rest = findings[:most], findings[most:]
    counted = sum(_count(finding) for finding in rest)
    where = Where(path=rest[0].where.path)
    message = f"{counted} more findings of this check {_MORE}"
    return [*kept, replace(rest[0], where=where, message=message)]


_MORE = "are not listed (limit findings_per_check)"


def _count(finding: Finding) -> int:
    return int(finding.message.split()[0]) if finding.message.endswith(_MORE) else 1


def _add(one: Examined, other: Examined) -> Examined:
    return replace(
        one,
        findings=one.findings + other.findings,
        facts=one.facts + other.facts,
        gaps=one.gaps + other.gaps,
        ran=one.ran + other.ran,
        terms=one.terms + other.terms,
        obligations=one.obligations + other.obligations,
    )
