"""What a changed policy would say of everything that is recorded, before it counts: stored reports are judged by it.

Nothing is recorded, and nothing comes into force: policies are files that the settings name, and whoever keeps those puts it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks.run import SCHEMA
from hilt.core.errors import HiltError, UsageError
from hilt.core.events import VerdictGiven
from hilt.core.progress import Progress, Silent
from hilt.core.verdict import Outcome, Verdict
from hilt.gate.judge import policies
from hilt.gate.record import opened
from hilt.gate.recording.pages import pages
from hilt.gate.reviewing.judging import Judging, RecordedVerdict
from hilt.gate.reviewing.todays_verdict import newest_verdict
from hilt.gate.settings import Settings
from hilt.policy.document import Policy, read_policy

if TYPE_CHECKING:
    from hilt.record.record import Record

ALL, BESIDE = "all", "beside"
"""What a tried policy takes the place of, beside the number of one in force: of all of them, or of none."""
TYPED = "the policy that you try"
MOST_NAMED, MOST_EXAMPLES = 300, 5
"""Models that are named of those that change, and of those for each rule; all are counted."""
_BATCH = 500


class NamedModel(NamedTuple):
    """A model."""

    subject: str
    reference: str


class TurnedModel(NamedTuple):
    """A model of which the tried policy says something else than its newest recorded verdict. `rules` do not pass now and passed then."""

    model: NamedModel
    before: Outcome
    now: Outcome
    rules: tuple[str, ...]


class RuleTried(NamedTuple):
    """How many models a rule stops or sends to people, by the recorded verdicts and by the tried policy; `examples` are new."""

    rule: str
    before: int
    now: int
    examples: tuple[NamedModel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of a policy that was tried. `moves` counts the models by what they were and what they would be.

    `unjudged` are those that cannot be judged, with why, `MOST_EXAMPLES` of them; `text` is what was tried.
    """

    name: str
    text: str
    instead: str
    judged: int
    moves: tuple[tuple[Outcome, Outcome, int], ...]
    turned: tuple[TurnedModel, ...]
    rules: tuple[RuleTried, ...]
    unjudged: tuple[str, ...]
    not_judged: int

    @property
    def changed(self) -> int:
        return sum(count for before, now, count in self.moves if before is not now)


class _Tried(NamedTuple):
    """What the tried policy says of a model, and its rules that do not pass."""

    outcome: Outcome
    rules: Mapping[str, Outcome]


class _Counts:
    """What is counted while reports are judged."""

    def __init__(self) -> None:
        self.moves, self.not_judged = Counter[tuple[Outcome, Outcome]](), 0
        self.before, self.now = Counter[str](), Counter[str]()
        self.turned: list[TurnedModel] = []
        self.examples: dict[str, list[NamedModel]] = {}
        self.unjudged: list[str] = []

    def add(self, was: VerdictGiven, now: _Tried) -> None:
        model = NamedModel(was.subject, was.reference)
        before, after = {one.rule: one.outcome for one in was.questions}, now.rules
        new = tuple(rule for rule, outcome in after.items() if outcome > before.get(rule, Outcome.ADMIT))
        self.before.update(before.keys())
        self.now.update(after.keys())
        self.moves[was.outcome, now.outcome] += 1
        for rule in new:
            if len(some := self.examples.setdefault(rule, [])) < MOST_EXAMPLES:
                some.append(model)
        if was.outcome is not now.outcome and len(self.turned) < MOST_NAMED:
            self.turned.append(TurnedModel(model, was.outcome, now.outcome, new))

    def fail(self, was: VerdictGiven, error: HiltError) -> None:
        self.not_judged += 1
        if len(self.unjudged) < MOST_EXAMPLES:
            self.unjudged.append(f"{was.reference}: {error}")


def layers(text: str, instead: str, settings: Settings) -> list[Policy]:
    """The policies in force with the one in `text`: `instead` of the one with that number, of `ALL` or `BESIDE` them.

    Raises `PolicyInvalid` with the line and the key of what is wrong in the text.
    """
    tried = read_policy(text.encode("utf-8", "surrogateescape"), SCHEMA, file=TYPED)
    if instead == ALL:
        return [tried]
    there = policies(None, settings)
    if instead == BESIDE:
        return [*there, tried]
    if not instead.isdecimal() or len(instead) > 3 or int(instead) >= len(there):
        raise UsageError("say in the place of which policy it is tried")
    return [tried if number == int(instead) else one for number, one in enumerate(there)]


def try_policy(text: str, instead: str, settings: Settings, progress: Progress | None = None) -> Trial:
    """Judges every recorded report by `layers`. Raises `PolicyInvalid`, `RecordError`."""
    chosen, counts, progress = layers(text, instead, settings), _Counts(), progress or Silent()
    with opened(settings) as record:
        subjects = [one.subject for page in pages(record.registry.models) for one in page]
        progress.start(files=len(subjects), size=0)
        with Judging(chosen, settings, _tried, expected=len(subjects)) as judging:
            for at in range(0, len(subjects), _BATCH):
                before = list(_newest(record, subjects[at : at + _BATCH]))
                for was, after in zip(before, judging.each(before), strict=True):
                    if isinstance(after, HiltError):
                        counts.fail(was.event, after)
                    else:
                        counts.add(was.event, after)
                    progress.advance(files=1)
    return _told(text, instead, chosen, counts)


def _tried(_: RecordedVerdict, __: Verdict, now: Verdict) -> _Tried:
    """All that is counted: to write each new verdict as it would be recorded takes a quarter of the time."""
    failing = {one.rule: one.outcome for one in now.reasons if one.outcome is not Outcome.ADMIT}
    return _Tried(now.outcome, failing)


def _told(text: str, instead: str, chosen: Sequence[Policy], counts: _Counts) -> Trial:
    order = sorted(counts.moves.items(), key=lambda one: (one[0][0] is one[0][1], -one[0][1], one[0][0]))
    rules = {rule.name for policy in chosen for rule in policy.rules} | set(counts.before)
    tried = (
        RuleTried(rule, counts.before[rule], counts.now[rule], tuple(counts.examples.get(rule, ())))
        for rule in sorted(rules)
    )
    return Trial(
        name=next((one.name for one in chosen if one.file == TYPED), ""),
        text=text,
        instead=instead,
        judged=counts.moves.total(),
        moves=tuple((before, now, count) for (before, now), count in order),
        turned=tuple(sorted(counts.turned, key=lambda one: (-one.now, one.before, one.model.reference))),
        rules=tuple(sorted(tried, key=lambda one: (-abs(one.now - one.before), -one.now, one.rule))),
        unjudged=tuple(counts.unjudged),
        not_judged=counts.not_judged,
    )


def _newest(record: Record, subjects: Sequence[str]) -> Iterable[RecordedVerdict]:
    """Our own newest verdict of each, as the log proves it."""
    found = [event for one in record.histories(subjects).values() if (event := newest_verdict(one)) is not None]
    documents = record.documents([digest for event in found for digest in (event.report, event.verdict)])
    return (RecordedVerdict(event, documents[event.report], documents[event.verdict]) for event in found)
