from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from expressions import findings as drawn_findings
from hypothesis import given, settings
from hypothesis import strategies as st
from policies import NOW, policy

from hilt.checks.inspect.facts import CODE_ON_LOAD, UNKNOWN_CALLS
from hilt.checks.run import SCHEMA as EVERY_FACT
from hilt.core.fact import Fact, FactSchema, Known, Value
from hilt.core.finding import Finding, Severity, Where, any_inside
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.report_v1 import dump_verdicts, load_verdicts
from hilt.core.subject import Entry, EntryKind, Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.core.waiver import Idle, Waiver
from hilt.policy import load
from hilt.policy.engine import judge

CHECK = "pickle-unknown-call"
SCHEMA = FactSchema([CODE_ON_LOAD, UNKNOWN_CALLS])
FINDINGS = policy("quiet: {require: '!findings.exists(f, f.severity >= MEDIUM)', else: review}")
ENTRIES = (
    Entry(path="a.zip", size=1, sha256="a" * 64),
    Entry(path="link", kind=EntryKind.LINK_OUT, target="/etc"),
    Entry(path="m.pkl", size=2, sha256="b" * 64),
)


def seen(path: str = "m.pkl", check: str = CHECK, **more: Any) -> Finding:
    return Finding(check=check, severity=Severity.MEDIUM, where=Where(path=path, offset=7), message="m", **more)


def stated(key: str, value: Value, path: str, check: str = CHECK) -> Fact:
    known = Known.UNKNOWN if value is None else Known.VERIFIED
    return Fact(key=key, value=value, known=known, source=path, check=check)


def report(*findings: Finding, entries: tuple[Entry, ...] = ENTRIES, **more: Any) -> Report:
    return Report(subject=Subject(reference="m", entries=entries), findings=findings, **more)


def waiver(path: str = "m.pkl", digest: str = "b" * 64, check: str = CHECK, expires: str = "2027-01-31") -> Waiver:
    return Waiver(check=check, path=path, digest=f"sha256:{digest}", reason="read", expires=date.fromisoformat(expires))


def judged(of: Report, *waivers: Waiver, now: datetime = NOW) -> Verdict:
    return judge(of, [FINDINGS], env={}, now=now, schema=SCHEMA, waivers=waivers)


def test_a_waived_finding_counts_in_no_rule_and_stays_in_the_report() -> None:
    finding, other = seen(), replace(seen(), severity=Severity.LOW)
    verdict = judged(report(finding, other), waiver())
    assert verdict.outcome is Outcome.ADMIT
    assert [(one.finding, one.waiver) for one in verdict.waived] == [(finding, waiver()), (other, waiver())]
    assert verdict.report.findings == (finding, other)
    assert verdict.counted == ()


@pytest.mark.parametrize(
    "other",
    [
        waiver(check="pickle-code"),
        waiver(path="n.pkl"),
        waiver(path="M.PKL"),
        waiver(path="*.pkl"),
        waiver(path="m.pkl!/"),
        waiver(digest="c" * 64),
        waiver(digest="a" * 64),
    ],
)
def test_another_check_path_or_digest_changes_nothing(other: Waiver) -> None:
    verdict = judged(report(seen()), other)
    assert (verdict.outcome, verdict.waived, verdict.unwaived) == (Outcome.REVIEW, (), ())


def test_a_member_is_waived_by_the_digest_of_the_file_that_lies_outside() -> None:
    path = "a.zip!/inner.tar!/m.pkl"
    verdict = judged(report(seen(path), seen("a.zip!/n.pkl")), waiver(path, "a" * 64))
    assert [one.finding.where.path for one in verdict.waived] == [path]
    assert verdict.outcome is Outcome.REVIEW


def test_a_path_that_could_be_two_files_is_not_waived() -> None:
    both = (Entry(path="a", size=1, sha256="a" * 64), Entry(path="a!/m.pkl", size=2, sha256="b" * 64))
    of = report(seen("a!/m.pkl"), entries=both)
    for digest in ("a" * 64, "b" * 64, of.subject.digest):
        assert judged(of, waiver("a!/m.pkl", digest)).waived == ()


def test_a_link_has_no_bytes_that_a_digest_could_hold_on_to() -> None:
    of = report(seen("link", "links"))
    assert judged(of, waiver("link", of.subject.digest, "links")).waived == ()


def test_the_digest_of_the_subject_waives_what_is_in_it_and_what_is_said_of_all_of_it() -> None:
    of = report(seen(), seen(""))
    verdict = judged(of, waiver(digest=of.subject.digest), waiver(path="", digest=of.subject.digest))
    assert len(verdict.waived) == 2


def test_what_rests_on_more_files_than_its_own_needs_the_digest_of_the_subject() -> None:
    of = report(seen(whole=True))
    verdict = judged(of, waiver())
    assert (verdict.waived, [one.why for one in verdict.unwaived]) == ((), [Idle.NEEDS_SUBJECT])
    assert len(judged(of, waiver(digest=of.subject.digest)).waived) == 1


def test_a_name_that_is_no_text_is_spelled_as_the_json_spells_it() -> None:
    entries = (Entry(path="m\udcff.pkl", size=2, sha256="b" * 64),)
    assert len(judged(report(seen("m\udcff.pkl"), entries=entries), waiver(r"m\udcff.pkl")).waived) == 1


def test_a_waiver_counts_on_its_last_day_and_not_after_it() -> None:
    last = datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert len(judged(report(seen()), waiver(), now=last).waived) == 1
    verdict = judged(report(seen()), waiver(), now=datetime(2027, 2, 1, tzinfo=UTC))
    assert (verdict.outcome, verdict.waived) == (Outcome.REVIEW, ())
    assert [(one.finding, one.why) for one in verdict.unwaived] == [(seen(), Idle.EXPIRED)]


def test_of_two_waivers_the_one_that_ends_last_counts() -> None:
    of = report(seen())
    old, new = waiver(digest=of.subject.digest, expires="2026-01-01"), waiver()
    verdict = judged(of, old, new)
    assert ([one.waiver for one in verdict.waived], verdict.unwaived) == ([new], ())


def test_without_digests_nothing_is_waived_and_that_is_told() -> None:
    entries = (Entry(path="m.pkl", size=2),)
    verdict = judged(report(seen(), entries=entries), waiver())
    assert (verdict.outcome, verdict.waived) == (Outcome.REVIEW, ())
    assert [one.why for one in verdict.unwaived] == [Idle.NOT_HASHED]


def test_gaps_are_never_waived() -> None:
    gap = Gap(what=CHECK, path="m.pkl", state=State.FAILED, why="timed out")
    of = report(seen(), coverage=Coverage(gaps=(gap,)))
    verdict = judge(of, [load("default", EVERY_FACT)], env={}, now=NOW, schema=EVERY_FACT, waivers=[waiver()])
    assert len(verdict.waived) == 1
    assert "everything-was-read" in [reason.rule for reason in verdict.reasons]


def calls(*kept: str, waived: tuple[str, ...], gap: bool = False) -> Verdict:
    """Two unknown calls in each of these files, judged by the facts that the check states of them."""
    paths = (*kept, *waived)
    unknown = None if gap else False
    statements = (
        *(stated("inspect.unknown_calls", 2, path) for path in paths),
        stated("inspect.unknown_calls", 0, "", check=""),
        *(stated("inspect.code_on_load", None, path) for path in paths),
        stated("inspect.code_on_load", unknown, "", check=""),
    )
    facts = (
        stated("inspect.unknown_calls", 2 * len(paths), "", check=""),
        stated("inspect.code_on_load", None, "", check=""),
    )
    digits = "0123456789"
    entries = tuple(Entry(path=path, sha256=digit * 64) for path, digit in zip(paths, digits, strict=False))
    of = report(*map(seen, paths), entries=entries, facts=facts, statements=statements)
    rules = policy(
        "counted: {require: 'inspect.unknown_calls <= 0', else: block}\nloaded: {require: '!inspect.code_on_load', else: block}",
        schema=SCHEMA,
    )
    waivers = [waiver(entry.path, entry.sha256) for entry in entries if entry.path in waived]
    return judge(of, [rules], env={}, now=NOW, schema=SCHEMA, waivers=waivers)


def said(verdict: Verdict) -> dict[str, str]:
    return {reason.rule: reason.outcome.word for reason in verdict.reasons}


def test_what_the_check_stated_of_the_file_goes_with_its_findings() -> None:
    assert said(calls("a.pkl", "b.pkl", waived=())) == {"counted": "block", "loaded": "review"}
    assert said(calls("a.pkl", waived=("b.pkl",))) == {"counted": "block", "loaded": "review"}
    assert said(calls(waived=("a.pkl", "b.pkl"))) == {}


def test_what_is_unknown_for_another_reason_stays_unknown() -> None:
    assert said(calls(waived=("a.pkl",), gap=True)) == {"loaded": "review"}


def test_while_something_that_the_check_found_there_counts_what_it_stated_counts() -> None:
    statements = (stated("inspect.unknown_calls", 2, "a.zip"), stated("inspect.unknown_calls", 0, "", check=""))
    facts = (stated("inspect.unknown_calls", 2, "", check=""),)
    of = report(seen("a.zip!/m"), seen("a.zip!/n"), facts=facts, statements=statements)
    rules = policy("counted: {require: 'inspect.unknown_calls == 0', else: block}", schema=SCHEMA)
    both = (waiver("a.zip!/m", "a" * 64), waiver("a.zip!/n", "a" * 64))
    outcomes = [
        judge(of, [rules], env={}, now=NOW, schema=SCHEMA, waivers=waivers).outcome for waivers in (both[:1], both)
    ]
    assert outcomes == [Outcome.BLOCK, Outcome.ADMIT]


def test_a_policy_may_ask_what_was_waived() -> None:
    rules = policy("told: {require: '!waived.exists(f, f.check == \"pickle-unknown-call\")', else: review}")
    verdict = judge(report(seen()), [rules], env={}, now=NOW, schema=SCHEMA, waivers=[waiver()])
    assert verdict.reasons[0].why == ("1 of 1 in waived: pickle-unknown-call m.pkl@7",)


def test_the_digest_covers_the_waivers_that_were_given_whatever_their_order() -> None:
    one, other = waiver(), waiver(path="n.pkl")
    digests = [judged(report(), *given).policy_digest for given in ((), (one,), (one, other), (other, one))]
    assert len(set(digests)) == 3
    assert digests[2] == digests[3]
    for changed in (replace(one, reason="other"), replace(one, expires=date(2028, 1, 1)), waiver(digest="c" * 64)):
        assert judged(report(), changed).policy_digest != digests[1]


def test_a_stored_report_is_judged_again_with_other_waivers_and_at_another_time() -> None:
    (stored,) = load_verdicts(dump_verdicts([calls("a.pkl", waived=())]))
    rules = policy("counted: {require: 'inspect.unknown_calls == 0', else: block}", schema=SCHEMA)
    again = waiver("a.pkl", "0" * 64)
    outcomes = [
        judge(stored.report, [rules], env={}, now=now, schema=SCHEMA, waivers=[again]).outcome
        for now in (NOW, datetime(2030, 1, 1, tzinfo=UTC))
    ]
    assert outcomes == [Outcome.ADMIT, Outcome.BLOCK]


paths = st.sampled_from(["", "a", "a!/b", "m.pkl", "m.pkl!/x"])


@settings(max_examples=200)
@given(
    st.lists(drawn_findings, max_size=4),
    st.lists(
        st.builds(waiver, path=paths, digest=st.sampled_from(["a" * 64, "b" * 64]), check=st.just("x")), max_size=4
    ),
)
def test_what_no_waiver_names_counts(findings: list[Finding], waivers: list[Waiver]) -> None:
    verdict = judged(report(*findings), *waivers)
    assert (verdict.counted, verdict.waived) == (tuple(findings), ())
    assert verdict.outcome is judged(report(*findings)).outcome


@given(st.lists(paths, max_size=4), paths)
def test_what_is_inside_a_file_is_found_in_any_order(listed: list[str], file: str) -> None:
    inside = any(path == file or path.startswith(f"{file}!/") for path in listed)
    assert any_inside(sorted(listed), file) is inside
