"""What is read in ten seconds: the verdict, what one gains, what one takes on; and below it all that this rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TextIO

from hilt.core.catalogue import Catalogue
from hilt.core.finding import Severity, Where
from hilt.core.report import State
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.output import text_rights
from hilt.output.commands import parts
from hilt.output.duties import NO_ADVICE, is_legal
from hilt.output.figures import counted, size_text, some, transfer_text
from hilt.output.groups import GapGroup, Group
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.summary import Summary, severity_counts, summarise, who_decides
from hilt.output.text_columns import columns
from hilt.output.waivers import WaiverGroup

CHIP = {Outcome.ADMIT: "on green", Outcome.REVIEW: "on yellow", Outcome.BLOCK: "on red"}
TONE = {Outcome.ADMIT: "bold green", Outcome.REVIEW: "bold yellow", Outcome.BLOCK: "bold red"}
SHADE = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}

COLUMN = 18
SUBJECT = Where()
"""The subject as a whole, which the heading has named already."""
LIKES = 3
"""Different messages told of one check."""
PLACES = 3
"""Places told of one message."""
WAIVERS = 12
"""Waivers told."""
GAPS = 8
"""Different reasons told for what was not checked."""


def coloured(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Colour is for terminals, and for people who have not asked to be spared (no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def render(
    verdicts: Sequence[Verdict],
    catalogue: Catalogue,
    *,
    colour: bool = False,
    width: int = 100,
    seconds: float | None = None,
) -> str:
    """`seconds` is how long it all took, where somebody measured it."""
    page = Page(max(40, min(width, 120)), colour=colour)
    for number, verdict in enumerate(verdicts):
        if number:
            page.blank()
            page.blank()
        _verdict(page, summarise(verdict, catalogue), None if len(verdicts) > 1 else seconds)
    if len(verdicts) > 1:
        _overview(page, verdicts, seconds)
    if any(is_legal(verdict) for verdict in verdicts):
        page.blank()
        page.flow([(NO_ADVICE, "dim")])
    return f"{page}\n"


def _verdict(page: Page, told: Summary, seconds: float | None) -> None:
    verdict = told.verdict
    subject = verdict.report.subject
    revision = f" @ {quote(subject.revision)}" if subject.revision else ""
    chip = f" {verdict.outcome.word.upper()} "
    said = page.styled(chip, CHIP[verdict.outcome]) if page.colour else chip.strip()
    reference = page.styled(quote(subject.reference) + revision, "bold")
    waived = f", {counted(len(verdict.waived), 'finding')} waived" if verdict.waived else ""
    page.line(
        f"{said}  {reference}  {page.styled(f'by policy {quote(verdict.policy)}', 'dim')}{page.styled(waived, 'yellow')}"
    )
    columns(page, told.gains, told.burdens)
    _why(page, told)
    _findings(page, told)
    _waivers(page, told)
    text_rights.checklist(page, told.checklist)
    text_rights.terms(page, told.terms)
    text_rights.laws(page, told.laws)
    _gaps(page, told.gaps)
    _closing(page, told, seconds)


def _title(page: Page, title: str) -> None:
    page.blank()
    page.line(page.styled(title, "bold"))


def _why(page: Page, told: Summary) -> None:
    if told.reasons:
        _title(page, "Why")
    for reason in told.reasons:
        _reason(page, reason)


def _findings(page: Page, told: Summary) -> None:
    if told.findings:
        _title(page, "What was found")
    for group in told.findings:
        _group(page, group)


def _reason(page: Page, reason: Reason) -> None:
    """What a rule says is true where it does not hold; where it cannot be decided, only that is told."""
    said = "this cannot be decided" if reason.unknown else " ".join(reason.say.split()) or "this rule does not hold"
    label = (reason.outcome.word, TONE[reason.outcome])
    page.flow([(quote(reason.rule) + ":", "bold"), (quote(said, 600), "")], indent=COLUMN, label=label)
    for line in reason.why[:LIKES]:
        page.flow([(quote(line), "dim")], indent=COLUMN)
    if len(reason.why) > LIKES:
        page.flow([(f"and {len(reason.why) - LIKES} more", "dim")], indent=COLUMN)
    if reason.change and not reason.unknown:
        page.flow([(quote(reason.change), "dim")], indent=COLUMN)
    if reason.by:
        page.flow([(quote(who_decides(reason)), "dim")], indent=COLUMN)


def _group(page: Page, group: Group) -> None:
    title = group.about.title.rstrip(".")
    page.flow(
        [(quote(group.about.id), "bold"), (f"· {title}" if title else "", "dim")],
        indent=COLUMN,
        label=(group.severity.word, SHADE[group.severity]),
    )
    for like in group.likes[:LIKES]:
        places = [quote(str(finding.where)) for finding in like.findings if finding.where != SUBJECT]
        place = some(places, PLACES) + ":" if places else ""
        page.flow([(place, "cyan"), (quote(like.message), "")], indent=COLUMN)
    rest = [finding for like in group.likes[LIKES:] for finding in like.findings]
    if rest:
        files = len({finding.where.path for finding in rest})
        page.flow([(f"and {len(rest)} more like these in {counted(files, 'file')}", "dim")], indent=COLUMN)
    if group.severity >= Severity.MEDIUM:
        _fix(page, next((finding.fix for finding in group.findings if finding.fix), "") or group.about.fix)


def _fix(page: Page, fix: str) -> None:
    """What to do, its commands each on a line of its own."""
    heading = "What to do:"
    for text, command in parts(fix[:1].upper() + fix[1:]):
        if command:
            page.line(" " * COLUMN + page.styled(quote(text, 1000), "cyan"))
        else:
            page.flow([(heading, "bold"), (quote(text, 1000), "")], indent=COLUMN)
        heading = ""


def _waivers(page: Page, told: Summary) -> None:
    """What was waived, by whose word and for how long; and which waivers do nothing."""
    for title, idle in (("Waived by your settings", False), ("Waivers that do nothing", True)):
        groups = [group for group in told.waivers if bool(group.idle) is idle]
        if groups:
            _title(page, title)
        for group in groups[:WAIVERS]:
            _waiver(page, group)
        if len(groups) > WAIVERS:
            page.flow([(f"and {len(groups) - WAIVERS} more: see --output json", "yellow")], indent=COLUMN)


def _waiver(page: Page, group: WaiverGroup) -> None:
    worst = max(finding.severity for finding in group.findings)
    waiver = group.waiver
    place = quote(waiver.path) or "the whole subject"
    page.flow(
        [(quote(waiver.check), "bold"), ("in", ""), (place, "cyan")], indent=COLUMN, label=(worst.word, SHADE[worst])
    )
    messages = list(dict.fromkeys(finding.message for finding in group.findings))
    for message in messages[:LIKES]:
        page.flow([(quote(message), "dim")], indent=COLUMN)
    if len(messages) > LIKES:
        page.flow([(f"and {len(messages) - LIKES} more", "dim")], indent=COLUMN)
    page.flow([(quote(waiver.reason, 600), ""), (f"· {group.until}", "yellow")], indent=COLUMN)
    if group.idle:
        page.flow([(group.idle, "yellow")], indent=COLUMN)


def _gaps(page: Page, gaps: tuple[GapGroup, ...]) -> None:
    if not gaps:
        return
    _title(page, "Not checked")
    for gap in gaps[:GAPS]:
        tone = "bold yellow" if gap.state is State.FAILED else "yellow"
        paths = [quote(path) or "the whole subject" for path in gap.paths]
        checks = "" if gap.what == ("read",) else f"({quote(some(gap.what, 4))})"
        page.flow(
            [(some(paths, PLACES) + ":", "cyan"), (quote(gap.why), ""), (checks, "dim")],
            indent=COLUMN,
            label=(gap.state.value, tone),
        )
    more = sum(len(gap.paths) for gap in gaps[GAPS:])
    if more:
        page.flow([(f"and {more} more for other reasons: see --output json", "yellow")], indent=COLUMN)


def _closing(page: Page, told: Summary, seconds: float | None) -> None:
    report = told.verdict.report
    digest = f"sha256:{report.subject.digest[:16]}…" if report.subject.digest else "not hashed"
    if report.subject.digest and report.subject.claimed:
        digest += " as stated by the hub"
    parts = [
        digest,
        f"{counted(len(report.subject.files), 'file')}, {size_text(report.subject.size)}",
        transfer_text(report.transfer) if report.transfer else "",
        severity_counts(told.verdict) or "no findings",
        f"{counted(len(report.coverage.ran), 'check')} ran"
        + ("" if report.coverage.complete else f", {counted(len(report.coverage.gaps), 'gap')}"),
        f"{seconds:.2f} s" if seconds is not None else told.verdict.judged_at[:19],
    ]
    page.blank()
    page.flow([(quote(" · ".join(filter(None, parts))), "dim")])


def _overview(page: Page, verdicts: Sequence[Verdict], seconds: float | None) -> None:
    outcomes = [verdict.outcome for verdict in verdicts]
    counts = [f"{outcomes.count(outcome)} {outcome.word}" for outcome in sorted(set(outcomes), reverse=True)]
    page.blank()
    took = f" · {seconds:.2f} s" if seconds is not None else ""
    _title(page, f"{counted(len(verdicts), 'subject')}: {', '.join(counts)}{took}")
    for verdict in sorted(verdicts, key=lambda verdict: -verdict.outcome):
        rules = some([quote(reason.rule) for reason in verdict.reasons], 3)
        waived = f"{len(verdict.waived)} waived" if verdict.waived else ""
        page.flow(
            [(quote(verdict.report.subject.reference), ""), (rules, "dim"), (waived, "yellow")],
            indent=COLUMN,
            label=(verdict.outcome.word, TONE[verdict.outcome]),
        )
