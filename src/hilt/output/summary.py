"""What there is to tell of a verdict, in the order it is told: the text and the page share it.

Nothing here is quoted yet: every string is as the subject brought it, and the outputs pass it through `quote`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hilt.core.catalogue import About, Catalogue
from hilt.core.fact import Fact, Known, Value
from hilt.core.finding import Finding, Severity
from hilt.core.report import Gap, Report, State, Transfer
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.output.waivers import WaiverGroup, group_waivers

LABELS = {
    "model.architectures": "architecture",
    "model.parameters": "parameters",
    "model.dtypes": "number format",
    "model.context_length": "context length",
    "rights.licences_claimed": "licence",
    "rights.licence_texts": "licence text",
}
"""The facts that say what a model gives, in the order they are told, and how they are called there."""

BURDENS = {
    "inspect.code_on_load": "loading it runs code that it brings or names",
    "inspect.remote_code": "it brings code that a loader imports when told to trust remote code",
}
"""The facts that are a burden where they are true."""


OPEN = {
    "inspect.code_on_load": "whether loading it runs code",
    "inspect.unsafe_calls": "whether loading it runs code",
    "inspect.unknown_calls": "whether loading it runs code",
    "inspect.remote_code": "whether it asks for remote code",
    "inspect.pickles_clean": "whether its pickles are clean",
}
"""What is not known where one of these facts is not."""

UNSEARCHED = {"inspect.embedded_programs": "whether a program hides in the weights (--search-bytes)"}
"""What nobody has looked for where one of these facts is not known."""

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
    }
)  # fmt: skip
"""Formats of what stands beside the weights; they are no reason to take a model."""


class Like(NamedTuple):
    """Findings of one check that say the same, at the places where it was seen."""

    message: str
    findings: tuple[Finding, ...]


class Group(NamedTuple):
    """All findings of one check and severity."""

    about: About
    severity: Severity
    likes: tuple[Like, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for like in self.likes for finding in like.findings)


class GapGroup(NamedTuple):
    """Gaps that have the same reason; `what` are the checks, `paths` the files, both without repetition."""

    state: State
    why: str
    what: tuple[str, ...]
    paths: tuple[str, ...]


class Gain(NamedTuple):
    """A fact worth having, or several said as one."""

    label: str
    value: str
    how: str = ""
    """How it is known; empty where that goes without saying."""


class Summary(NamedTuple):
    """`against` stands behind the outcome; `burdens` and `minor` are what one takes on; `unknown` are labels.

    `reasons` are those of the verdict, with one for all that cannot be decided because something was not read. What a
    waiver takes out stands in `waivers` only.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    against: tuple[Group, ...]
    waivers: tuple[WaiverGroup, ...]
    gains: tuple[Gain, ...]
    burdens: tuple[str, ...]
    minor: tuple[Group, ...]
    unknown: tuple[str, ...]
    gaps: tuple[GapGroup, ...]


def summarise(verdict: Verdict, catalogue: Catalogue) -> Summary:
    """Where the verdict is admit nothing stands against it, and every finding that counts is something one takes on."""
    report = verdict.report
    heavy: list[Finding] = []
    light: list[Finding] = []
    for finding in verdict.counted:
        weighs = finding.severity >= Severity.MEDIUM and verdict.outcome is not Outcome.ADMIT
        (heavy if weighs else light).append(finding)
    return Summary(
        verdict=verdict,
        reasons=_reasons(verdict),
        against=group(heavy, catalogue),
        waivers=group_waivers(verdict),
        gains=tuple(_gains(report)),
        burdens=tuple(told for key, told in BURDENS.items() if (fact := report.fact(key)) and fact.value is True),
        minor=group(light, catalogue),
        unknown=_unknown(report),
        gaps=group_gaps(report.coverage.gaps),
    )


def _reasons(verdict: Verdict) -> tuple[Reason, ...]:
    """One unread file leaves open whatever is to be true of all: that is one thing to say, not one for each rule."""
    unread = dict.fromkeys(gap.path for gap in verdict.report.coverage.gaps if gap.what == "read")
    told: dict[object, list[Reason]] = {}
    for place, reason in enumerate(verdict.reasons):
        open_only = reason.unknown and reason.why and all(line.endswith(_OPEN) for line in reason.why)
        told.setdefault((reason.outcome, reason.policy) if unread and open_only else place, []).append(reason)
    return tuple(like[0] if len(like) == 1 else _as_one(like, list(unread)) for like in told.values())


_OPEN = " is unknown"


def _as_one(reasons: Sequence[Reason], unread: Sequence[str]) -> Reason:
    facts = dict.fromkeys(line.removesuffix(_OPEN) for reason in reasons for line in reason.why)
    why = f"not known while it was not read: {some(unread, 3)} ({some(list(facts), 6)})"
    return Reason(
        rule=", ".join(reason.rule for reason in reasons),
        policy=reasons[0].policy,
        outcome=reasons[0].outcome,
        why=(why,),
        unknown=True,
        maps_to=tuple(dict.fromkeys(name for reason in reasons for name in reason.maps_to)),
    )


def group(findings: Iterable[Finding], catalogue: Catalogue) -> tuple[Group, ...]:
    """Worst first; within one severity in the order of the report."""
    groups: dict[tuple[Severity, str], dict[str, list[Finding]]] = {}
    for finding in findings:
        likes = groups.setdefault((finding.severity, finding.check), {})
        likes.setdefault(finding.message, []).append(finding)
    return tuple(
        Group(
            about=catalogue.check(check),
            severity=severity,
            likes=tuple(Like(message=message, findings=tuple(like)) for message, like in likes.items()),
        )
        for (severity, check), likes in sorted(groups.items(), key=lambda item: -item[0][0])
    )


def group_gaps(gaps: Iterable[Gap]) -> tuple[GapGroup, ...]:
    """What failed first, then what was skipped."""
    groups: dict[tuple[State, str], list[Gap]] = {}
    for gap in gaps:
        groups.setdefault((gap.state, gap.why), []).append(gap)
    return tuple(
        GapGroup(
            state=state,
            why=why,
            what=tuple(dict.fromkeys(gap.what for gap in like)),
            paths=tuple(dict.fromkeys(gap.path for gap in like)),
        )
        for (state, why), like in sorted(groups.items(), key=lambda item: item[0][0] is not State.FAILED)
    )


def _unknown(report: Report) -> tuple[str, ...]:
    """What runs comes first, then what the model gives, then the rest by their keys."""
    open_keys = {fact.key for fact in report.facts if fact.known is Known.UNKNOWN}
    named = {**OPEN, **LABELS, **UNSEARCHED}
    told = [label for key, label in named.items() if key in open_keys]
    return tuple(dict.fromkeys([*told, *sorted(open_keys - named.keys())]))


def _gains(report: Report) -> Iterable[Gain]:
    weights = [format_id for format_id in report.formats.values() if format_id not in BESIDE]
    if formats := _counted(weights):
        yield Gain(label="formats", value=formats)
    for key, label in LABELS.items():
        fact = report.fact(key)
        if fact and fact.value not in (None, ()):
            yield Gain(label=label, value=value_text(fact.value), how=how_known(fact))
    code = report.fact("inspect.code_on_load")
    if code and code.value is False:
        yield Gain(label="loading", value="runs no code", how=how_known(code))
    clean = report.fact("inspect.pickles_clean")
    if clean and clean.value and PICKLED & set(report.formats.values()):
        yield Gain(label="pickles", value="clean: every call known, every byte accounted for", how=how_known(clean))


def _counted(words: Iterable[str]) -> str:
    """`2 safetensors, 1 gguf`, the most frequent first."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def value_text(value: Value) -> str:
    """A fact's value as people write it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return count_text(value)
        case float():
            return f"{value:.4g}"
        case tuple():
            return some(value, 6) if value else "none"
        case None:
            return "unknown"
    return value


def count_text(number: int) -> str:
    """`131 072`, from a million on `1.24 billion`; what is larger than any model is told as a power of two."""
    if number.bit_length() > 60:
        return f"about {'-' if number < 0 else ''}2^{number.bit_length() - 1}"
    for size, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if abs(number) >= size:
            return f"{number / size:.3g} {word}" if abs(number) < 1000 * size else grouped(number)
    return grouped(number)


def grouped(number: int) -> str:
    """Digits in groups of three, the same in every language."""
    return f"{number:,}".replace(",", " ")


def size_text(size: int) -> str:
    """Bytes in decimal units, as hubs and disks count them."""
    if size < 1000:
        return f"{size} byte{'' if size == 1 else 's'}"
    for power, unit in enumerate(("kB", "MB", "GB", "TB", "PB"), 1):
        if size < 999.5 * 1000**power:
            return f"{size / 1000**power:.3g} {unit}"
    return f"about 2^{size.bit_length() - 1} bytes"


def transfer_text(transfer: Transfer) -> str:
    """What had to come over the network."""
    return f"{size_text(transfer.bytes)} fetched in {counted(transfer.requests, 'request')}"


def counted(number: int, noun: str) -> str:
    """`1 file`, `12 files`."""
    return f"{grouped(number)} {noun}{'' if number == 1 else 's'}"


def some(items: Sequence[str], limit: int) -> str:
    """The first few of many, and how many more there are."""
    more = len(items) - limit
    return ", ".join(items) if more <= 0 else f"{', '.join(items[:limit])} and {more} more"


def severity_counts(verdict: Verdict) -> str:
    """`1 critical, 3 low, 2 waived`, worst first; empty where there are none."""
    severities = [finding.severity for finding in verdict.counted]
    present = [severity for severity in sorted(Severity, reverse=True) if severity in severities]
    counts = [f"{severities.count(severity)} {severity.word}" for severity in present]
    return ", ".join([*counts, *([f"{len(verdict.waived)} waived"] if verdict.waived else [])])


def how_known(fact: Fact) -> str:
    """`verified`, or who it is that says so: `claimed by config.json`."""
    return f"claimed by {fact.source}" if fact.known is Known.CLAIMED and fact.source else fact.known.word
