"""Tests that an organisation writes for its policy: evidence, and what the policy should say of it.

    cases:
      a pickle that runs code is blocked:
        findings:
          - {check: pickle-code, severity: critical, path: model.pkl}
        facts: {inspect.code_on_load: true}
        env: {stage: production}
        profile: {territories: [DE], commercial: true}
        terms: [{licence: cc-by-nc-4.0, id: commercial, needs: "!profile.commercial"}]
        obligations: [{licence: cc-by-nc-4.0, id: attribution, when: profile.distributes}]
        expect: block
        rules: {no-code-on-load: block, no-remote-code: admit}

What a case leaves out is quiet: no findings, nothing left unread, and every fact as a run says it that saw nothing.
Under `waived` stand findings that a waiver of the settings took out, written as those under `findings`; under `terms`
and `obligations` what the checks would state, with `met` where the settings say that it is met. `unknown` as the value of a
fact or of a part of the profile makes it unknown. Under `rules` admit means that the rule does not stand in the way.
"""

from __future__ import annotations

from collections import abc
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from hilt.core.fact import Fact, FactSchema, Known, Value
from hilt.core.finding import Confidence, Finding, Severity, Where
from hilt.core.profile import NO_PROFILE, Profile, Settled
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.rights import Obligation, Term
from hilt.core.subject import Subject
from hilt.core.territories import with_unions
from hilt.core.verdict import Outcome, Verdict
from hilt.core.waiver import Waived, Waiver
from hilt.policy import strict_yaml
from hilt.policy.document import Policy
from hilt.policy.engine import judge_weighed
from hilt.policy.kinds import BOOL, ENV, FINDING, FLOAT, GAP, INT, PROFILE, STRINGS, Kind, nearest
from hilt.policy.reading import Reading, join
from hilt.policy.strict_yaml import Sequence, Table, Text, Tree
from hilt.policy.waivers import Weighed

_CASE_KEYS = (
    *(
        "reference",
        "env",
        "profile",
        "facts",
        "findings",
        "waived",
        "terms",
        "obligations",
        "coverage",
        "expect",
        "rules",
    ),
)
_TYPES: abc.Mapping[Kind, type] = {BOOL: bool, INT: int, FLOAT: float, STRINGS: tuple}
_ASKED_KEYS = ("licence", "id", "says", "of", "source", "met")
_NO_WORDS = ("false", "true", "no", "yes", "null", "~", "unknown")
"""What says nothing of how something is met; in settings, where YAML reads them, they are no texts either."""


class Case(NamedTuple):
    """Evidence, the outcome that is expected of it, and the outcomes that are expected of single rules."""

    name: str
    evidence: Weighed
    env: dict[str, str]
    expect: Outcome
    rules: dict[str, Outcome]
    profile: Profile = NO_PROFILE
    settled: tuple[Settled, ...] = ()


class Result(NamedTuple):
    """What became of a case; without `differences` it passed."""

    case: Case
    verdict: Verdict
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


def read_cases(data: bytes, policies: Iterable[Policy], schema: FactSchema, *, file: str = "") -> tuple[Case, ...]:
    """The cases in `data`. Raises `PolicyInvalid` with the key path."""
    reader = _Reader(file, policies, schema)
    root = reader.table(strict_yaml.load(data, file=file), "", ("cases",))
    cases = reader.needed(root, "", "cases")
    if not isinstance(cases, Table) or not cases.entries:
        raise reader.wrong("a test has at least one case", "cases", cases)
    return tuple(reader.case(name, tree) for name, tree in cases.entries.items())


def run(
    cases: Iterable[Case], policies: abc.Sequence[Policy], *, now: datetime, schema: FactSchema
) -> tuple[Result, ...]:
    """Each case judged by all `policies` together."""
    results = []
    for case in cases:
        verdict = judge_weighed(
            case.evidence, policies, env=case.env, now=now, schema=schema, profile=case.profile, settled=case.settled
        )
        results.append(Result(case, verdict, tuple(_differences(case, verdict))))
    return tuple(results)


def _differences(case: Case, verdict: Verdict) -> list[str]:
    found = []
    if verdict.outcome is not case.expect:
        found.append(f"{case.expect.word} was expected, the verdict is {verdict.outcome.word}")
    for rule, expected in case.rules.items():
        said = [reason for reason in verdict.reasons if reason.rule == rule]
        outcome = max((reason.outcome for reason in said), default=Outcome.ADMIT)
        if outcome is not expected:
            why = f": {'; '.join(line for reason in said for line in reason.why)}" if said else ""
            found.append(f"{rule}: {expected.word} was expected, it says {outcome.word}{why}")
    return found


def _waived(finding: Finding) -> Waived:
    waiver = Waiver(check=finding.check, path=finding.where.path, digest="", reason="a test", expires=date.max)
    return Waived(finding=finding, waiver=waiver)


class _Reader(Reading):
    def __init__(self, file: str, policies: Iterable[Policy], schema: FactSchema) -> None:
        super().__init__(file)
        self.schema = schema
        self.rules = tuple(dict.fromkeys(rule.name for policy in policies for rule in policy.rules))

    def case(self, name: str, tree: Tree) -> Case:
        where = f"cases.{name}"
        table = self.table(tree, where, _CASE_KEYS)
        coverage = self.section(table, where, "coverage", ("failed", "skipped"))
        report = Report(
            subject=Subject(reference=self.optional(table, where, "reference", name)),
            findings=tuple(self.finding(item, path) for item, path in self.listed(table, where, "findings")),
            facts=self.facts(self.section(table, where, "facts", tuple(self.schema.keys())), f"{where}.facts"),
            coverage=Coverage(
                gaps=tuple(
                    self.gap(item, path, state)
                    for state in (State.FAILED, State.SKIPPED)
                    for item, path in self.listed(coverage, f"{where}.coverage", state.value)
                )
            ),
            terms=tuple(self.term(item, path) for item, path in self.listed(table, where, "terms")),
            obligations=tuple(self.obligation(item, path) for item, path in self.listed(table, where, "obligations")),
        )
        waived = (_waived(self.finding(item, path)) for item, path in self.listed(table, where, "waived"))
        env = self.section(table, where, "env", tuple(ENV.fields)).entries
        rules = self.section(table, where, "rules", self.rules).entries
        return Case(
            name=name,
            evidence=Weighed(report=report, left=report, waived=tuple(waived)),
            env={key: self.text(value, f"{where}.env.{key}") for key, value in env.items()},
            expect=self.outcome(self.needed(table, where, "expect"), f"{where}.expect"),
            rules={key: self.outcome(value, f"{where}.rules.{key}") for key, value in rules.items()},
            profile=self.profile(table, where),
            settled=tuple(self.settled(table, where, report.subject.reference)),
        )

    def profile(self, table: Table, where: str) -> Profile:
        """The profile of a case; a part that it does not tell is unknown."""
        if "profile" not in table.entries:
            return NO_PROFILE
        kinds = {name: spec.kind for name, spec in PROFILE.fields.items() if name != "given"}
        told = self.section(table, where, "profile", tuple(kinds)).entries
        parts: dict[str, Any] = {
            name: self.value(_TYPES[kinds[name]], tree, f"{where}.profile.{name}") for name, tree in told.items()
        }
        try:
            if isinstance(codes := parts.get("territories"), tuple):
                parts["territories"] = with_unions(codes)
        except ValueError as error:
            raise self.wrong(str(error), f"{where}.profile.territories", told["territories"]) from None
        return Profile(given=True, **parts)

    def term(self, tree: Tree, where: str) -> Term:
        table = self.table(tree, where, (*_ASKED_KEYS, "needs"))
        return Term(**self.asked(table, where), needs=self.optional(table, where, "needs"), known=Known.CLAIMED)

    def obligation(self, tree: Tree, where: str) -> Obligation:
        table = self.table(tree, where, (*_ASKED_KEYS, "who", "when"))
        who, when = (self.optional(table, where, key) for key in ("who", "when"))
        return Obligation(**self.asked(table, where), who=who, when=when, known=Known.CLAIMED)

    def asked(self, table: Table, where: str) -> dict[str, Any]:
        """What terms and obligations share."""
        named = {key: self.text(self.needed(table, where, key), join(where, key)) for key in ("licence", "id")}
        return named | {key: self.optional(table, where, key) for key in ("says", "of", "source")}

    def settled(self, case: Table, where: str, reference: str) -> Iterator[Settled]:
        """What is met, of the terms and obligations of a case, which are read."""
        for item, path in (*self.listed(case, where, "terms"), *self.listed(case, where, "obligations")):
            table = self.table(item, path, (*_ASKED_KEYS, "needs", "who", "when"))
            if "met" not in table.entries:
                continue
            asked, done = self.asked(table, path), self.optional(table, path, "met")
            if done.lower() in _NO_WORDS:
                raise self.wrong(
                    f"say how it is met, and not {done}; leave the key out where it is not", f"{path}.met", item
                )
            yield Settled(licence=asked["licence"], id=asked["id"], of=asked["of"] or reference, done=done)

    def finding(self, tree: Tree, where: str) -> Finding:
        table = self.table(tree, where, tuple(FINDING.fields))
        confidence = self.level(table, where, "confidence", "high")
        if confidence.name not in Confidence.__members__:
            raise self.wrong("confidence is low, medium or high", join(where, "confidence"), table)
        return Finding(
            check=self.text(self.needed(table, where, "check"), join(where, "check")),
            severity=self.level(table, where, "severity"),
            confidence=Confidence[confidence.name],
            where=Where(path=self.optional(table, where, "path")),
            message=self.optional(table, where, "message"),
        )

    def level(self, table: Table, where: str, key: str, default: str = "") -> Severity:
        words = {severity.word: severity for severity in Severity}
        word = default if default and key not in table.entries else ""
        word = word or self.text(self.needed(table, where, key), join(where, key))
        if word.lower() not in words:
            hint = nearest(word.lower(), tuple(words))
            raise self.wrong(f"{word!r} is none of {', '.join(words)}{hint}", join(where, key), table)
        return words[word.lower()]

    def gap(self, tree: Tree, where: str, state: State) -> Gap:
        table = self.table(tree, where, tuple(GAP.fields))
        what, path, why = (self.optional(table, where, key) for key in ("what", "path", "why"))
        return Gap(what=what or "read", path=path, state=state, why=why)

    def facts(self, table: Table, where: str) -> tuple[Fact, ...]:
        found = []
        for spec in self.schema:
            tree = table.entries.get(spec.key)
            value = spec.otherwise if tree is None else self.value(spec.type, tree, join(where, spec.key))
            known = Known.UNKNOWN if value is None else Known.VERIFIED
            found.append(Fact(key=spec.key, value=value, known=known, source="test"))
        return tuple(found)

    def value(self, kind: type, tree: Tree, where: str) -> Value:
        if isinstance(tree, Text) and tree.value == "unknown":
            return None
        if kind is tuple:
            return self.texts(tree, where) if tree != Sequence((), tree.line) else ()
        text = self.text(tree, where)
        try:
            if kind is bool:
                return {"true": True, "false": False}[text]
            return text if kind is str else int(text) if kind is int else float(text)
        except (KeyError, ValueError):
            needed = {bool: "true or false", int: "a whole number", float: "a number"}[kind]
            raise self.wrong(f"{text[:80]!r} is not {needed}", where, tree) from None
