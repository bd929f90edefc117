"""What one gains: what the subject is, its rights and openness, how cleanly it loads, who signed it, where it runs, what it costs.

`GAINS` is the list: each function tells its part of the column, in this order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from hilt.core.catalogue import Catalogue
from hilt.core.fact import Fact
from hilt.core.report import Report
from hilt.core.running import Fits
from hilt.core.verdict import Verdict
from hilt.output import running_words
from hilt.output.entry import Entry, Tone
from hilt.output.figures import counted, how_known, listed, some, tally, value_text

MODEL = {
    "model.architectures": "architecture",
    "model.parameters": "parameters",
    "model.dtypes": "numbers",
    "model.context_length": "context",
    "rights.bases": "made from",
}
"""The facts that say what a model is, in the order they are told, and how they are called there."""

UNITS = {"model.context_length": "tokens"}

GRANTED = {"use": "used", "modify": "changed", "share": "passed on", "sell": "sold"}
"""What may be done with it, for the words of the pack that people ask about."""


class _Class(NamedTuple):
    name: str
    next: str


CLASSES = {
    0: _Class("unclassified by the Model Openness Framework", "Class III"),
    3: _Class("Class III of the Model Openness Framework, Open Model", "Class II"),
    2: _Class("Class II of the Model Openness Framework, Open Tooling", "Class I"),
    1: _Class("Class I of the Model Openness Framework, Open Science", ""),
}
"""What `openness.class` means, and which class is next."""

PICKLED = frozenset(
    {
        "pickle",
        "joblib",
        "torch-legacy",
        "torch-tar",
        "torch-zip",
        "torchscript",
        "npy",
        "npz",
        "equinox",
        "msgpack",
        "arrow",
        "parquet",
    }
)
"""Formats that hold pickles."""

BESIDE = frozenset(
    {
        "described", "unknown", "text", "licence", "model-card", "json", "yaml", "xml", "python", "script", "jinja", "tokenizer",
        "json-lines", "ini", "package-metadata", "tfrecord", "sqlite", "sentencepiece", "lfs-pointer", "elf", "pe", "image",
        "sigstore-bundle",
    }
)  # fmt: skip
"""Formats of what stands beside the weights; they are no reason to take a model."""


def _known(report: Report, key: str) -> Fact | None:
    """The fact of this key where it says something."""
    fact = report.fact(key)
    return fact if fact and fact.value not in (None, ()) else None


def _formats(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    weights = [format_id for format_id in verdict.report.formats.values() if format_id not in BESIDE]
    if weights:
        yield Entry("formats", tally(weights))


def _model(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    for key, label in MODEL.items():
        if fact := _known(verdict.report, key):
            yield Entry(label, f"{value_text(fact.value)} {UNITS.get(key, '')}".rstrip(), how_known(fact))


def _licence(verdict: Verdict, catalogue: Catalogue) -> Iterator[Entry]:
    """By its full name; as it is spelled where no licence that is known was found under that spelling."""
    if (fact := _known(verdict.report, "rights.licences")) and isinstance(fact.value, tuple):
        yield Entry("licence", some([catalogue.licence(licence) for licence in fact.value], 6), how_known(fact))
    elif fact := _known(verdict.report, "rights.licences_claimed"):
        yield Entry("licence", value_text(fact.value), how_known(fact))


def _rights(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """What may be done with it, whether for money too, and whether on terms."""
    fact = _known(verdict.report, "rights.grants")
    if fact is None or not isinstance(fact.value, tuple):
        return
    may = [word for grant, word in GRANTED.items() if grant in fact.value]
    text = f"may be {listed(may)}" if may else "nothing of use is granted"
    if may and "sell" not in fact.value:
        text += ", but not commercially"
    held = [one.holds for one in verdict.terms]
    if False in held:
        yield Entry("rights", f"{text}, on terms that you do not meet", tone=Tone.BAD)
    elif None in held:
        yield Entry("rights", f"{text}, on terms: whether you meet them cannot be told", tone=Tone.OPEN)
    else:
        yield Entry("rights", f"{text}, on terms that you meet" if held else text, tone=Tone.GOOD)


def _openness(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """The class that it reaches, and what it lacks for the next."""
    fact = _known(verdict.report, "openness.class")
    reached = CLASSES.get(fact.value) if fact and isinstance(fact.value, int) else None
    if fact is None or reached is None:
        return
    missing = _known(verdict.report, "openness.missing")
    text = reached.name
    if reached.next and missing and isinstance(missing.value, tuple):
        text += f"; for {reached.next} it lacks {_together(missing.value)}"
    if (osaid := _known(verdict.report, "openness.osaid")) and osaid.value == "met":
        text += "; open source AI as the OSI defines it"
    yield Entry("openness", text, fact.known.word)


def _together(missing: Sequence[str]) -> str:
    """`data card; a licence for: architecture, model card`: what is said of several things is said once."""
    groups: dict[str, list[str]] = {}
    for item in missing:
        said, colon, of = item.partition(": ")
        groups.setdefault(said if colon else "", []).append(of if colon else said)
    absent = groups.pop("", [])
    parts = [", ".join(absent)] if absent else []
    return "; ".join([*parts, *(f"{said}: {', '.join(of)}" for said, of in groups.items())])


def _loading(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    report = verdict.report
    code = report.fact("inspect.code_on_load")
    if code and code.value is False:
        yield Entry("loading", "runs no code", how_known(code), Tone.GOOD)
    clean = report.fact("inspect.pickles_clean")
    if clean and clean.value and PICKLED & set(report.formats.values()):
        yield Entry("pickles", "clean: every call known, every byte accounted for", how_known(clean), Tone.GOOD)


def _provenance(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """Whose files these are, and that they are as a hub stated them."""
    report = verdict.report
    signers = _known(report, "provenance.signed_by")
    if signers and isinstance(signers.value, tuple):
        left_out, until = _known(report, "provenance.left_out"), _known(report, "provenance.signed_until")
        missing = len(left_out.value) if left_out and isinstance(left_out.value, tuple) else 0
        text = f"by {some(signers.value, 3)}" + (f", but for {counted(missing, 'file')}" if missing else ", every file")
        text += f"; the certificate ends on {until.value}" if until else ""
        yield Entry("signed", text, how_known(signers), Tone.GOOD)
    same, commit = _known(report, "provenance.hub_digests"), _known(report, "provenance.commit")
    if same and same.value:
        text = f"{same.value} of {counted(len(report.subject.files), 'file')} as the hub stated them"
        text += f", at commit {str(commit.value)[:12]}" if commit else ""
        yield Entry("download", text, how_known(same))


def _descent(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """What the weights themselves say that they come from, where they were held against an index."""
    bases, hidden = _known(verdict.report, "lineage.bases"), verdict.report.fact("lineage.undeclared")
    if bases and isinstance(bases.value, tuple):
        named = ", as the files say" if hidden and hidden.value == () else ""
        yield Entry("descends from", f"{some(bases.value, 3)}{named}", how_known(bases))
    cut = _known(verdict.report, "lineage.safeguards")
    if cut and cut.value == "no cut seen":
        yield Entry("safeguards", "no direction was cut out of it, as far as weights tell", how_known(cut))


def _running(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """Where it runs, how fast, and what that costs against having it hosted."""
    running = verdict.running
    if running is None:
        return
    if running.fits is Fits.YES:
        yield Entry("runs", running_words.takes(running), "reckoned, not measured", Tone.GOOD)
    if speed := running_words.speed(running):
        slower = "; so small a model may be slower" if running_words.small(running) else ""
        yield Entry("speed", f"{speed}, one answer at a time", f"estimated for {running.machine.name}{slower}")
    busy = next((cost for cost in running.costs if cost.utilisation == running_words.BUSY), None)
    if busy is not None:
        hour = f"{running_words.dollars(running.machine.price)} an hour" if running.machine.price is not None else ""
        yield Entry("cost", running_words.cost(busy), hour)
    elif running_words.unmeasured(running):
        yield Entry("cost", "`hilt fit` tells it: it measures how fast this machine is")
    prices = f"as of {running.prices_of}" if running.prices_of else ""
    for label, text in running_words.against(running):
        yield Entry(label, text, prices)


GAINS: tuple[Callable[[Verdict, Catalogue], Iterator[Entry]], ...] = (
    _formats,
    _model,
    _licence,
    _rights,
    _openness,
    _loading,
    _provenance,
    _descent,
    _running,
)


def gains(verdict: Verdict, catalogue: Catalogue) -> tuple[Entry, ...]:
    return tuple(entry for tell in GAINS for entry in tell(verdict, catalogue))
