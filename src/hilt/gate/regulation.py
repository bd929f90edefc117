"""regulations and form: the rules of law that hilt knows, and forms of law filled as far as a report knows them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from os import PathLike, fspath
from typing import Any

from hilt.core.errors import UsageError
from hilt.gate.check import verdict_on
from hilt.gate.settings import Settings
from hilt.knowledge.regulation.forms import FORMS
from hilt.knowledge.regulation.rules import READ, Rule, rules
from hilt.output.form import render


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
    report = verdict_on(fspath(reference), settings=settings).report
    return render(FORMS[name], report)
