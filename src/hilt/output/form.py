"""A form of law in Markdown, filled as far as a report knows: each field with its value, how that is known, and from where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from hilt.core.fact import Fact, Known
from hilt.core.form import CHANNEL, DIGEST, FILES, NAME, USE_POLICY, Field, Form
from hilt.core.report import Report
from hilt.core.rights import Obligation, Term
from hilt.core.version import __version__
from hilt.output.markdown import text

NOT_ADVICE = "This is how hilt reads the law, and no legal advice."
NOT_KNOWN = "not known"


def render(chosen: Form, report: Report) -> str:
    """The form as one text."""
    return "\n".join(_lines(chosen, report)) + "\n"


def _lines(chosen: Form, report: Report) -> Iterator[str]:
    fields = [field for _, section in chosen.sections for field in section]
    known = sum(bool(list(_values(field, report))) for field in fields)
    yield f"# {chosen.title}"
    yield ""
    day = datetime.now(UTC).date().isoformat()
    yield f"Of {text(report.subject.reference)}, filled by hilt {__version__} on {day} as far as its files tell:"
    yield f"{known} of {len(fields)} fields have something in them. *Claimed* is what the publisher says, *verified* what was"
    yield "computed from the bytes; what only the publisher knows stays *not known*."
    yield from ("", f"Source of the form: {chosen.source}. {NOT_ADVICE}")
    for title, section in chosen.sections:
        yield from ("", f"## {title}", "", "| field | value | how known | evidence |", "|---|---|---|---|")
        for field in section:
            asks = f"{field.place} {field.asks}".strip()
            rows = list(_values(field, report)) or [(NOT_KNOWN, "unknown", "")]
            for index, row in enumerate(rows):
                yield f"| {asks if not index else ''} | {' | '.join(row)} |"


def _values(field: Field, report: Report) -> Iterator[tuple[str, str, str]]:
    """What is known of a field, as (value, how known, evidence), each safe in a cell."""
    for key in field.facts:
        if key in (NAME, CHANNEL):
            yield from _reference(report, whole=key == CHANNEL)
        elif key == DIGEST:
            yield from _digest(report)
        elif key == FILES:
            yield from _formats(report)
        elif key == USE_POLICY:
            yield from _use_policies(report)
        elif (fact := report.fact(key)) is not None and fact.known is not Known.UNKNOWN:
            yield f"{key}: {_shown(fact)}", fact.known.word, text(fact.source)


def _reference(report: Report, *, whole: bool) -> Iterator[tuple[str, str, str]]:
    """The name by which the subject was asked for, or its whole address; a path of this machine is no address."""
    reference = report.subject.reference
    if not whole or reference.startswith(("hf:", "https:")):
        shown = reference if whole else reference.rstrip("/").rsplit("/", 1)[-1].removeprefix("hf:")
        yield text(shown), Known.CLAIMED.word, "as it was asked for"


def _digest(report: Report) -> Iterator[tuple[str, str, str]]:
    if report.subject.digest:
        known = Known.CLAIMED if report.subject.claimed else Known.VERIFIED
        yield f"SHA-256 {report.subject.digest}", known.word, "over paths, sizes and SHA-256 of all files"


def _formats(report: Report) -> Iterator[tuple[str, str, str]]:
    counted = Counter(report.formats.values())
    if counted:
        told = ", ".join(f"{text(name)} ({number})" for name, number in sorted(counted.items()))
        yield f"formats of files: {told}", Known.VERIFIED.word, "read by their bytes"


def _use_policies(report: Report) -> Iterator[tuple[str, str, str]]:
    asked: list[Term | Obligation] = [*report.terms, *report.obligations]
    for one in asked:
        if one.id == USE_POLICY:
            yield f"{text(one.licence)}: {text(one.says)}", one.known.word, text(one.source)


def _shown(fact: Fact) -> str:
    value = fact.value
    if isinstance(value, tuple):
        return "; ".join(text(item) for item in value)
    if isinstance(value, float):
        return two_digits(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else text(str(value))


def two_digits(value: float) -> str:
    """A number as forms want it: two significant digits, `6.5 x 10^23`."""
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} x 10^{int(power)}" if abs(int(power)) > 3 else f"{value:,.4g}"
