"""A model card: what is known of a model, in the form in which the Hugging Face Hub wants it.

Specification: Hugging Face Hub, "Model Cards": front matter in YAML, then Markdown. Every statement has a note that says how it
is known and where from, and what nobody has stated is named. Read again by hilt, the card states what it was written from.

Words of the subject stay words: in the front matter they are strings of JSON, which YAML reads as they are; in the text
whatever would be markup is escaped. Several subjects make one page without front matter, since that is of one model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hilt.core.catalogue import Catalogue
from hilt.core.fact import Known
from hilt.core.verdict import Verdict
from hilt.core.version import __version__
from hilt.output.bom import Cluster, Field, fields
from hilt.output.bom_properties import ITEMS, LONGEST
from hilt.output.bom_told import of
from hilt.output.card_front_matter import front_matter, string
from hilt.output.cyclonedx_card import metric
from hilt.output.markdown import text
from hilt.output.quote import quote

SECTIONS = (
    ("Intended use", "system.intended_use"),
    ("Intended users", "system.users"),
    ("Out-of-scope use", "system.out_of_scope"),
    ("Limitations", "model.limitations"),
    ("Risks", "security.risks"),
    ("Training data", "data.description"),
    ("Personal data", "data.personal"),
    ("Hardware", "infrastructure.hardware"),
    ("Evaluation", "kpi.evaluations"),
)
"""Headings under which hilt itself looks for the same, and the fields that stand there."""
_ABOVE = frozenset({"model.description", *(field for _, field in SECTIONS)})
_OF_THE_WRITER = frozenset({"infrastructure.machine", "kpi.speed", "security.verdict", "security.policy"})
"""What is of whoever has the card written, and not of the model."""


class _Notes:
    """Footnotes: how each statement is known, and who says so."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._told: dict[str, str] = {}

    def of(self, known: Known, source: str) -> str:
        said = f"{known.word}: {source}" if source else known.word
        return f"[^{self._told.setdefault(said, f'{self._prefix}{len(self._told) + 1}')}]"

    def lines(self) -> Iterator[str]:
        for said, mark in self._told.items():
            yield f"[^{mark}]: {text(said)}"


def render(verdicts: Sequence[Verdict], catalogue: Catalogue) -> str:  # noqa: ARG001 - every output takes both
    """One card, or a page with one for each subject."""
    alone = len(verdicts) == 1
    cards = ["\n".join(_card(verdict, "" if alone else f"{number}-")) for number, verdict in enumerate(verdicts, 1)]
    return (front_matter(verdicts[0]) if alone else "") + "\n\n".join(cards) + "\n"


def _card(verdict: Verdict, prefix: str) -> Iterator[str]:
    told = fields(verdict)
    field = {one.id: one for one in told}
    notes = _Notes(prefix)
    called = of(verdict.report, "card.name")
    name = called if called.value is not None else field["model.name"]
    yield f"# {text(str(name.value or 'Model card'))}"
    if field["model.description"].texts:
        yield from ("", _stated(field["model.description"], notes))
    for heading, field_id in SECTIONS:
        if field[field_id].texts:
            yield from ("", f"## {heading}", "")
            yield from (
                _results(field[field_id], notes) if heading == "Evaluation" else [_stated(field[field_id], notes)]
            )
    of_model = [one for one in told if one.cluster is not Cluster.METADATA and one.id not in _OF_THE_WRITER]
    yield from ("", "## What else is known", "", "```yaml")
    yield from _block(one for one in of_model if one.known is not Known.UNKNOWN and one.id not in _ABOVE)
    yield from ("```", "", "## What nobody has stated", "", "```yaml", "nobody-has-stated:")
    unknown = [one for one in of_model if one.known is Known.UNKNOWN]
    yield from (f"  - {string(f'{one.title} ({one.id})')}" for one in unknown)
    yield from ("```", "", "## About this card", "", *_about(verdict))
    if lines := list(notes.lines()):
        yield from ("", *lines)


def _stated(field: Field, notes: _Notes) -> str:
    return text(" ".join(field.texts)) + notes.of(field.known, field.source)


def _results(field: Field, notes: _Notes) -> Iterator[str]:
    for told in field.texts[:ITEMS]:
        one = metric(told)
        measured_on = f" ({one['slice']})" if "slice" in one else ""
        value = f": {text(one['value'])}" if "value" in one else ""
        yield f"- {text(one.get('type', 'unknown') + measured_on)}{value}{notes.of(field.known, field.source)}"
    if len(field.texts) > ITEMS:
        yield f"- {len(field.texts) - ITEMS} more"


def _block(told: Iterable[Field]) -> Iterator[str]:
    """A mapping in YAML: for each field what it says, its value, how that is known and where from."""
    for field in told:
        yield f"{field.id}:  # {field.title}"
        if isinstance(field.value, tuple):
            shown = [quote(one, LONGEST) for one in field.texts[:ITEMS]]
            shown += [f"{len(field.texts) - ITEMS} more"] if len(field.texts) > ITEMS else []
            yield f"  value: [{', '.join(map(string, shown))}]"
        else:
            number = isinstance(field.value, int | float)
            yield f"  value: {field.texts[0] if number else string(quote(field.texts[0], LONGEST))}"
        yield f"  known: {field.known.word}"
        if field.source:
            yield f"  source: {string(quote(field.source))}"


def _about(verdict: Verdict) -> Iterator[str]:
    """Where the card comes from, in a block as well: it is no statement of the model."""
    subject = verdict.report.subject
    yield "```yaml"
    yield f"written-by: hilt {__version__}, which read the files and ran none"
    yield f"from: {string(quote(subject.reference))}"
    if subject.digest:
        yield f"digest: sha256:{subject.digest}"
    if verdict.judged_at:
        yield f"date: {string(quote(verdict.judged_at))}"
    gaps = len(verdict.report.coverage.gaps)
    yield f"not-read-or-not-checked: {gaps}"
    for one in Known:
        yield f"{one.word}: {_MEANS[one]}"
    yield "```"


_MEANS = {
    Known.UNKNOWN: "nobody says so",
    Known.CLAIMED: "somebody says so, and nobody looked whether it is true",
    Known.CONSISTENT: "two independent sources agree",
    Known.VERIFIED: "computed from the bytes, or a signature that verifies",
}
