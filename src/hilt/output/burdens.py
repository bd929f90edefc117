"""What one takes on: what speaks against the subject, what nobody knows, what is to be done, what is worth knowing.

`BURDENS` is the list: each function tells its part of the column. The entries stand in the order of their tones, so that
an open question is read before anything that is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from hilt.core.catalogue import Catalogue
from hilt.core.fact import Known
from hilt.core.finding import Severity
from hilt.core.rights import DutyState
from hilt.core.running import WRITES, Fits
from hilt.core.verdict import Verdict
from hilt.output import running_words
from hilt.output.duties import Asked, Held, checklist, laws, terms
from hilt.output.entry import Entry, Tone
from hilt.output.figures import counted, grouped, some
from hilt.output.groups import Group, group

CODE = {
    "inspect.code_on_load": Entry("code", "loading it runs code that it brings or names", tone=Tone.BAD),
    "inspect.remote_code": Entry(
        "code", "it brings code that a loader imports when told to trust remote code", tone=Tone.OPEN
    ),
}
"""The facts that are a burden where they are true."""

OPEN = {
    "inspect.code_on_load": "whether loading it runs code",
    "inspect.unsafe_calls": "whether loading it runs code",
    "inspect.unknown_calls": "whether loading it runs code",
    "inspect.remote_code": "whether it asks for remote code",
    "inspect.pickles_clean": "whether its pickles are clean",
    "rights.licences_claimed": "licence",
    "rights.licences": "which licence it is under",
    "rights.licence_texts": "licence text",
    "provenance.signature": "whether its signature holds",
    "openness.class": "how open it is",
    "compute.flop_high": "training compute",
    "model.architectures": "architecture",
    "model.parameters": "parameters",
    "model.dtypes": "number format",
    "model.context_length": "context length",
    "inspect.embedded_programs": "whether a program hides in the weights (--search-bytes)",
}
"""What is not known where one of these facts is not: first what runs, then what is granted, then what the model is."""

IN_PARTS = ("rights.", "openness.", "compute.", "training.", "model.", "card.", "fit.", "provenance.", "lineage.")
"""Facts that say one thing in many parts: what is told of it stands in `OPEN`, or in an entry of its own."""

SEVERITY_TONES = {
    Severity.CRITICAL: Tone.BAD,
    Severity.HIGH: Tone.BAD,
    Severity.MEDIUM: Tone.OPEN,
    Severity.LOW: Tone.PLAIN,
    Severity.INFO: Tone.PLAIN,
}

MOST = 6
"""Entries of one kind; what is left out is counted, and stands below."""
SHORT = 32
"""Letters of a path that stands in a column; every path stands below."""


def _code(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    for key, entry in CODE.items():
        fact = verdict.report.fact(key)
        if fact and fact.value is True:
            yield entry


def _findings(verdict: Verdict, catalogue: Catalogue) -> Iterator[Entry]:
    """Each kind of finding by what it means; the places and the rest stand below."""
    groups = group(verdict.counted, catalogue)
    for told in groups[:MOST]:
        title = told.about.title.rstrip(".") or told.about.id
        yield Entry(told.severity.word, title, _places(told), SEVERITY_TONES[told.severity])
    if rest := groups[MOST:]:
        worst = SEVERITY_TONES[rest[0].severity]
        yield Entry("more", f"{counted(len(rest), 'kind')} of findings, told below", tone=worst)


def _places(told: Group) -> str:
    """The file where there is one and its path is short, otherwise how many."""
    files = list(dict.fromkeys(path.split("!/")[0] for finding in told.findings if (path := finding.where.path)))
    if not files:
        return ""
    return f"in {files[0]}" if len(files) == 1 and len(files[0]) <= SHORT else f"in {counted(len(files), 'file')}"


def _terms(verdict: Verdict, catalogue: Catalogue) -> Iterator[Entry]:
    """Terms that do not hold in full; of the others what they are about."""
    told = terms(verdict, catalogue)
    failed = [held for held in told if held.holds is False]
    for held in failed[:MOST]:
        yield Entry("not met", held.term.says, " · ".join(filter(None, (held.why, held.source))), Tone.BAD)
    if len(failed) > MOST:
        yield Entry("not met", f"{counted(len(failed) - MOST, 'term')} more, told below", tone=Tone.BAD)
    named = _also(verdict, catalogue)
    if open_terms := [held for held in told if held.holds is None and not held.conduct]:
        whys = list(dict.fromkeys(held.why for held in open_terms if held.why))
        how = " · ".join(filter(None, (whys[0] if len(whys) == 1 else "", named(open_terms))))
        yield Entry("open terms", _kinds(open_terms), how, Tone.OPEN)
    if conduct := [held for held in told if held.conduct]:
        how = " · ".join(filter(None, ("no profile decides it: read the licence", named(conduct))))
        yield Entry("to read", _kinds(conduct), how, Tone.OPEN)


def _duties(verdict: Verdict, catalogue: Catalogue) -> Iterator[Entry]:
    """What is due; what would be, of whom; what is done."""
    told = checklist(verdict, catalogue)
    named = _also(verdict, catalogue)
    for label, tone, state in (("to do", Tone.DUE, DutyState.DUE), ("done", Tone.GOOD, DutyState.DONE)):
        if duties := [one for one in told if one.state is state]:
            yield Entry(label, _kinds(duties), named(duties), tone)
    asked: dict[str, list[Asked]] = {}
    for one in told:
        if one.state is DutyState.UNKNOWN:
            asked.setdefault(one.obligation.who, []).append(one)
    for who, same in list(asked.items())[:MOST]:
        yield Entry("asked", f"{who}: {_kinds(same)}" if who else _kinds(same), named(same), Tone.DUE)
    if len(asked) > MOST:
        yield Entry("asked", "more of others, told below", tone=Tone.DUE)


def _kinds(told: Iterable[Asked | Held]) -> str:
    return some(list(dict.fromkeys(one.kind for one in told)), MOST)


def _also(verdict: Verdict, catalogue: Catalogue) -> Callable[[Iterable[Asked | Held]], str]:
    """Which licences ask for something, unless it is the one that the other column names."""
    own = [catalogue.licence(name) for name in verdict.report.texts("rights.licences")]

    def names(told: Iterable[Asked | Held]) -> str:
        licences = list(dict.fromkeys(one.licence for one in told))
        return "" if len(own) == 1 and licences == own else some(licences, 3)

    return names


def _laws(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """Duties under law that are the reader's own, and what cannot be told."""
    answers = laws(verdict)
    for answer in [answer for answer in answers if answer.holds and answer.whose == "you"][:MOST]:
        yield Entry("law", answer.title, f"{answer.law}, {answer.article}", Tone.DUE)
    if titles := [answer.title for answer in answers if answer.holds is None and not answer.for_people]:
        yield Entry("open laws", some(titles, 3), tone=Tone.OPEN)


def _unsigned(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """That nobody vouches for the files; whoever is expected to and does not is told as a finding."""
    fact = verdict.report.fact("provenance.signature")
    if fact and fact.value == "none":
        yield Entry("signature", "nobody has signed these files")


def _running(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """That it does not fit, or that nobody can tell; and prices that are old. The machine may be another tomorrow."""
    running = verdict.running
    if running is None:
        if _writes(verdict) and (untold := verdict.report.texts("fit.untold")):
            yield Entry("memory", f"cannot be told: {some(untold, 2)}", tone=Tone.OPEN)
        return
    if running.fits is not Fits.YES:
        told, how = running_words.takes(running), "reckoned, not measured"
        if told:
            yield Entry("memory", f"{running.fits.value}: {told}", how, Tone.OPEN)
        else:
            yield Entry(
                "memory", f"cannot be told: {some(running.why[1:2] or ('nobody says why',), 1)}", tone=Tone.OPEN
            )
    for what, day, age in running_words.old(running, verdict.judged_at):
        yield Entry("old prices", f"{what} as of {day}, {grouped(age)} days ago: look at today's before you decide")


def _writes(verdict: Verdict) -> bool:
    """Does it write tokens? Of all else, nobody asks for the memory of its cache."""
    return not WRITES.isdisjoint(verdict.report.texts("model.generates"))


def _safeguards(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """That nobody can tell whether they were cut out, of a model that writes and that was held against an index."""
    searched, cut = (verdict.report.fact(f"lineage.{key}") for key in ("searched", "safeguards"))
    if searched and searched.value is not None and cut and cut.value is None and _writes(verdict):
        yield Entry("safeguards", "nobody can tell from these weights whether a direction was cut out", tone=Tone.OPEN)


def _unknown(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    """What the facts leave open, in words where there are some, and by their keys where there are none."""
    report = verdict.report
    keys = {fact.key for fact in report.facts if fact.known is Known.UNKNOWN}
    # What it is under is open where nobody claims a licence, and a licence that its text shows needs no claim.
    claims, found = "rights.licences_claimed", report.fact("rights.licences")
    keys -= {"rights.licences"} if claims in keys else set()
    keys -= {claims} if found and found.value else set()
    told = dict.fromkeys(label for key, label in OPEN.items() if key in keys)
    rest = sorted(key for key in keys - OPEN.keys() if not key.startswith(IN_PARTS))
    if labels := [*told, *rest]:
        yield Entry("nobody knows", some(labels, 12), tone=Tone.OPEN)


def _gaps(verdict: Verdict, _: Catalogue) -> Iterator[Entry]:
    gaps = verdict.report.coverage.gaps
    files = {gap.path for gap in gaps if gap.path}
    checks = {gap.what for gap in gaps if not gap.path}
    told = [
        *([f"{counted(len(files), 'file')}, or not to the end"] if files else []),
        *([f"the whole subject by {counted(len(checks), 'check')}"] if checks else []),
    ]
    if told:
        yield Entry("not checked", "; ".join(told), tone=Tone.OPEN)


BURDENS: tuple[Callable[[Verdict, Catalogue], Iterator[Entry]], ...] = (
    _code,
    _findings,
    _terms,
    _duties,
    _laws,
    _unsigned,
    _running,
    _safeguards,
    _gaps,
    _unknown,
)


def burdens(verdict: Verdict, catalogue: Catalogue) -> tuple[Entry, ...]:
    told = [entry for tell in BURDENS for entry in tell(verdict, catalogue)]
    return tuple(sorted(told, key=lambda entry: entry.tone))
