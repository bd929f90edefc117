"""regulations and form: the rules of law that hilt knows, and forms of law filled as far as a report knows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from os import PathLike, fspath
from typing import Any

from hilt.core.errors import UsageError
from hilt.core.fact import Fact, Known
from hilt.core.report import Report
from hilt.core.rights import Obligation, Term
from hilt.core.version import __version__
from hilt.gate.check import check
from hilt.gate.settings import Settings
from hilt.knowledge.regulation.forms import CHANNEL, DIGEST, FILES, FORMS, NAME, USE_POLICY, Field, Form
from hilt.knowledge.regulation.rules import READ, Rule, rules
from hilt.output.quote import quote

NOT_ADVICE = "This is how hilt reads the law, and no legal advice."
NOT_KNOWN = "not known"


def regulations(today: date | None = None) -> tuple[dict[str, Any], ...]:
    """Every rule as plain data, in the order of the pack; `state` is told for `today`."""
    day = today or datetime.now(UTC).date()
    return tuple(_as_data(rule, day) for rule in rules())


def _as_data(rule: Rule, today: date) -> dict[str, Any]:
    state = "in force" if rule.in_force(today) else "not yet" if today < rule.since else "over"
    return {
        "id": rule.id,
        "title": rule.title,
        "law": rule.law,
        "article": rule.article,
        "from": rule.since.isoformat(),
        "until": rule.until.isoformat() if rule.until else None,
        "state": state,
        "needs": list(rule.needs),
        "unless": list(rule.unless),
        "yes": rule.yes,
        "no": rule.no,
        "whose": rule.whose,
        "says": rule.says,
        "source": rule.source,
        "read": rule.read,
        "how_read": READ[rule.read],
        "as_of": rule.as_of.isoformat(),
    }


def form(reference: str | PathLike[str], name: str, *, settings: Settings | None = None) -> str:
    """The form of this name (a key of `FORMS`) in Markdown, filled with what a check of `reference` knows.

    Raises `UsageError` where there is no such form, and what `check` raises.
    """
    if name not in FORMS:
        raise UsageError(f"--form {name}: there are {', '.join(FORMS)}")
    report = check(fspath(reference), settings=settings).report
    return "\n".join(_lines(FORMS[name], report)) + "\n"


def _lines(chosen: Form, report: Report) -> Iterator[str]:
    fields = [field for _, section in chosen.sections for field in section]
    known = sum(bool(list(_values(field, report))) for field in fields)
    yield f"# {chosen.title}"
    yield ""
    day = datetime.now(UTC).date().isoformat()
    yield f"Of {_cell(report.subject.reference)}, filled by hilt {__version__} on {day} as far as its files tell:"
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
            yield f"{key}: {_shown(fact)}", fact.known.word, _cell(fact.source)


def _reference(report: Report, *, whole: bool) -> Iterator[tuple[str, str, str]]:
    """The name by which the subject was asked for, or its whole address; a path of this machine is no address."""
    reference = report.subject.reference
    if not whole or reference.startswith(("hf:", "https:")):
        shown = reference if whole else reference.rstrip("/").rsplit("/", 1)[-1].removeprefix("hf:")
        yield _cell(shown), Known.CLAIMED.word, "as it was asked for"


def _digest(report: Report) -> Iterator[tuple[str, str, str]]:
    if report.subject.digest:
        known = Known.CLAIMED if report.subject.claimed else Known.VERIFIED
        yield f"SHA-256 {report.subject.digest}", known.word, "over paths, sizes and SHA-256 of all files"


def _formats(report: Report) -> Iterator[tuple[str, str, str]]:
    counted = Counter(report.formats.values())
    if counted:
        told = ", ".join(f"{_cell(name)} ({number})" for name, number in sorted(counted.items()))
        yield f"formats of files: {told}", Known.VERIFIED.word, "read by their bytes"


def _use_policies(report: Report) -> Iterator[tuple[str, str, str]]:
    asked: list[Term | Obligation] = [*report.terms, *report.obligations]
    for one in asked:
        if one.id == USE_POLICY:
            yield f"{_cell(one.licence)}: {_cell(one.says)}", one.known.word, _cell(one.source)


def _shown(fact: Fact) -> str:
    value = fact.value
    if isinstance(value, tuple):
        return "; ".join(_cell(item) for item in value)
    if isinstance(value, float):
        return two_digits(value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else _cell(str(value))


def two_digits(value: float) -> str:
    """A number as forms want it: two significant digits, `6.5 x 10^23`."""
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits} x 10^{int(power)}" if abs(int(power)) > 3 else f"{value:,.4g}"


def _cell(text: str) -> str:
    """Text of a subject, safe inside a cell of a Markdown table."""
    shown = quote(text)
    for character in "\\`*_[]<>|":
        shown = shown.replace(character, f"\\{character}")
    return shown
