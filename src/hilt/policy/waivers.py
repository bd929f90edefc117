"""What waivers take out of a report before rules see it. Pure.

1. A waiver takes out the findings of its check on its path, if the digest is that of the bytes that were read, up to
   and including its last day.
2. With them goes what that check stated of that file in facts whose silence means that all is well, such as
   `inspect.unknown_calls`: rules over facts and rules over findings say the same. It goes only when nothing that
   the check found there is left. What a signature amounts to, or a licence grants, no waiver changes.
3. The report itself stays as it is, and so do its gaps: what was not looked at cannot be waived.
4. What cannot be told apart is not waived: without a digest, or where two files could be meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hilt.core.fact import Fact, FactSchema
from hilt.core.finding import Finding, any_inside
from hilt.core.report import Report
from hilt.core.subject import EntryKind
from hilt.core.waiver import Idle, Unwaived, Waived, Waiver
from hilt.core.wire import encode_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A report, and what of its findings and facts is `left` for rules to see."""

    report: Report
    left: Report
    waived: tuple[Waived, ...] = ()
    unwaived: tuple[Unwaived, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    """All that were given."""


def weigh(report: Report, waivers: Sequence[Waiver], *, today: date, schema: FactSchema) -> Weighed:
    """`report` without what `waivers` take out on the day `today` (UTC)."""
    naming: dict[tuple[str, str], list[Waiver]] = {}
    for waiver in waivers:
        naming.setdefault((waiver.check, waiver.path), []).append(waiver)
    files = _Files(report)
    left: list[Finding] = []
    waived: list[Waived] = []
    unwaived: list[Unwaived] = []
    for finding in report.findings:
        named = naming.get((finding.check, encode_text(finding.where.path)), [])
        said = files.ask(finding, named, today) if named else None
        match said:
            case Waived():
                waived.append(said)
                continue
            case Unwaived():
                unwaived.append(said)
        left.append(finding)
    facts = tuple(_facts(report, left, waived, schema)) if waived else report.facts
    return Weighed(
        report=report,
        left=replace(report, findings=tuple(left), facts=facts),
        waived=tuple(waived),
        unwaived=tuple(unwaived),
        waivers=tuple(waivers),
    )


def waiver_of(report: Report, finding: Finding, *, reason: str, expires: date) -> Waiver | None:
    """The waiver that takes out `finding`; None where nothing can: its file was not hashed, or is no file with bytes."""
    digest = _Files(report).needed(finding)
    path = encode_text(finding.where.path)
    return Waiver(check=finding.check, path=path, digest=digest, reason=reason, expires=expires) if digest else None


class _Files:
    """The files of a report, asked for their digests."""

    def __init__(self, report: Report) -> None:
        self._entries = {entry.path: entry for entry in report.subject.entries}
        self._subject = f"sha256:{digest}" if (digest := report.subject.digest) else ""

    def ask(self, finding: Finding, named: Sequence[Waiver], today: date) -> Waived | Unwaived | None:
        """What becomes of `finding`, which all of `named` name by check and path; the one that ends last counts."""
        path = finding.where.path
        own = self._digest(path) if path else self._subject
        if own is None:
            return None
        latest = sorted(named, key=lambda waiver: waiver.expires, reverse=True)
        if not own:
            return Unwaived(finding=finding, waiver=latest[0], why=Idle.NOT_HASHED)
        enough = {self._subject} if finding.whole else {own, self._subject}
        for waiver in latest:
            if waiver.digest in enough:
                if today > waiver.expires:
                    return Unwaived(finding=finding, waiver=waiver, why=Idle.EXPIRED)
                return Waived(finding=finding, waiver=waiver)
            if waiver.digest == own:
                return Unwaived(finding=finding, waiver=waiver, why=Idle.NEEDS_SUBJECT)
        return None

    def needed(self, finding: Finding) -> str | None:
        """The digest that a waiver of `finding` needs; empty or None where there is none."""
        own = self._digest(finding.where.path) if finding.where.path else self._subject
        return self._subject if own and finding.whole else own

    def _digest(self, path: str) -> str | None:
        """The digest of the file at `path`, or of the file of the subject that `path` is inside of.

        Empty where it was not hashed; None where there is no such file, or more than one that could be meant.
        """
        ends = [at for at in range(len(path)) if path.startswith("!/", at)]
        found = [self._entries[start] for start in (path, *(path[:at] for at in ends)) if start in self._entries]
        if len(found) != 1 or found[0].kind is not EntryKind.FILE:
            return None
        return f"sha256:{found[0].sha256}" if found[0].sha256 else ""


def _facts(report: Report, left: Sequence[Finding], waived: Sequence[Waived], schema: FactSchema) -> Iterator[Fact]:
    """The facts of `report` without what the waived checks stated of the waived files."""
    gone, kept = _places(one.finding for one in waived), _places(left)
    for fact in report.facts:
        if fact.key not in schema or not schema[fact.key].waivable:
            yield fact
            continue
        stated = [one for one in report.statements if one.key == fact.key]
        rest = [
            one
            for one in stated
            if not any_inside(gone.get(one.check, []), one.source) or any_inside(kept.get(one.check, []), one.source)
        ]
        yield schema[fact.key].merge(rest) if len(rest) < len(stated) else fact


def _places(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """The sorted paths at which each check found something."""
    places: dict[str, list[str]] = {}
    for path, check in sorted((finding.where.path, finding.check) for finding in findings):
        places.setdefault(check, []).append(path)
    return places
