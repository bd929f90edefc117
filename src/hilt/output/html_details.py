"""The part of the page that is looked up rather than read: every fact, every file, and what the report rests on."""

from __future__ import annotations

from collections.abc import Iterator

from hilt.core.catalogue import Catalogue
from hilt.core.fact import Known
from hilt.core.report import Report
from hilt.core.subject import EntryKind
from hilt.core.verdict import Verdict
from hilt.output.figures import counted, grouped, size_text, transfer_text, value_text
from hilt.output.markup import Html, code, table, tag
from hilt.output.quote import quote


def details(verdict: Verdict, catalogue: Catalogue, *, files: int) -> Html:
    report = verdict.report
    parts = (*_facts(report, catalogue), *_files(report, files), _rests_on(verdict))
    return tag("section", tag("h2", "To look up"), *parts, class_="details")


def _folded(title: str, *parts: Html) -> Html:
    return tag("details", tag("summary", title), *parts)


def _facts(report: Report, catalogue: Catalogue) -> Iterator[Html]:
    if not report.facts:
        return
    rows = []
    for fact in sorted(report.facts, key=lambda fact: fact.key):
        spec = catalogue.fact(fact.key)
        meaning = tag("small", spec.about) if spec else Html()
        value = (
            tag("span", "unknown", class_="unknown") if fact.known is Known.UNKNOWN else _value(value_text(fact.value))
        )
        rows.append([tag("span", code(fact.key), meaning), value, fact.known.word, _value(fact.source)])
    yield _folded(counted(len(rows), "fact"), table(("Fact", "Value", "Known", "Source"), rows, class_="facts"))


def _value(text: str) -> Html:
    return tag("bdi", quote(text))


def _files(report: Report, most: int) -> Iterator[Html]:
    entries = report.subject.entries
    if not entries:
        return
    rows = [
        [
            code(quote(entry.path)),
            quote(
                report.formats.get(entry.path, "")
                if entry.kind is EntryKind.FILE
                else f"{entry.kind.value} {entry.note}"
            ),
            size_text(entry.size),
            tag("code", quote(entry.sha256), class_="digest"),
        ]
        for entry in entries[:most]
    ]
    more = (
        [tag("p", f"and {grouped(len(entries) - most)} more; the JSON output has them all")]
        if len(entries) > most
        else []
    )
    title = f"{counted(len(entries), 'file')}, {size_text(report.subject.size)}"
    yield _folded(title, table(("File", "Format", "Size", "SHA-256"), rows, class_="files"), *more)


def _rests_on(verdict: Verdict) -> Html:
    """What somebody needs who wants to come to the same verdict."""
    report = verdict.report
    rows = [
        ("Subject digest", tag("code", report.subject.digest or "not hashed", class_="digest")),
        *(
            [("Digests", tag("span", "in part as stated by the hub: they bind once the bytes match"))]
            if report.subject.digest and report.subject.claimed
            else []
        ),
        *([("Transfer", tag("span", transfer_text(report.transfer)))] if report.transfer else []),
        ("Policy", tag("span", quote(verdict.policy))),
        ("Policy digest", tag("code", quote(verdict.policy_digest), class_="digest")),
        ("Judged", tag("span", quote(verdict.judged_at) or "at an unknown time")),
        *((quote(name), tag("span", quote(version))) for name, version in sorted(report.versions.items())),
    ]
    ran = ", ".join(f"{quote(ran.check)} ({grouped(ran.files)})" for ran in report.coverage.ran)
    checks = tag("p", tag("strong", "Checks that ran, and on how many files: "), ran or "none")
    passed = tag("p", tag("strong", "Rules that hold: "), ", ".join(quote(rule) for rule in verdict.passed) or "none")
    return _folded("What this verdict rests on", table(("Part", "Version"), rows), checks, passed)
