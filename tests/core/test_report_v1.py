from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from generated_reports import facts, findings, gaps, reports, texts, verdicts
from hilt.core import report_v1 as wire
from hilt.core.errors import ReportInvalid
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity
from hilt.core.report import Gap, Report, State
from hilt.core.subject import Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.core.wire import decode_text, encode_text


def through_json(value: Any) -> Any:
    """As it arrives behind a strict reader of UTF-8 JSON."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return json.loads(text.encode("utf-8"))


@given(texts)
def test_every_text_crosses_as_utf8_and_comes_back(text: str) -> None:
    assert decode_text(encode_text(text).encode("utf-8").decode("utf-8")) == text


@given(findings)
def test_findings_come_back_as_they_were(finding: Finding) -> None:
    assert wire.decode_finding(through_json(wire.encode_finding(finding))) == finding


@given(facts)
def test_facts_come_back_as_they_were(fact: Fact) -> None:
    back = wire.decode_fact(through_json(wire.encode_fact(fact)))
    assert back == fact
    assert type(back.value) is type(fact.value)


@given(gaps)
def test_gaps_come_back_as_they_were(gap: Gap) -> None:
    assert wire.decode_gap(through_json(wire.encode_gap(gap))) == gap


@given(reports)
def test_reports_come_back_as_they_were(report: Report) -> None:
    assert wire.load_report(wire.dump_report(report)) == report


@given(verdicts, verdicts)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_verdicts_come_back_as_they_were(one: Verdict, two: Verdict) -> None:
    assert wire.load_verdicts(wire.dump_verdicts([one, two])) == (one, two)


def test_not_a_number_comes_back_as_not_a_number() -> None:
    fact = Fact(key="k", value=math.nan, known=Known.CLAIMED, source="s")
    value = wire.decode_fact(through_json(wire.encode_fact(fact))).value
    assert isinstance(value, float)
    assert math.isnan(value)


def test_an_integer_beyond_the_decimal_limit_of_python_crosses() -> None:
    fact = Fact(key="k", value=-(10**9000), known=Known.VERIFIED, source="s")
    assert wire.decode_fact(through_json(wire.encode_fact(fact))) == fact


def test_a_byte_of_a_path_that_is_not_utf8_is_readable_in_the_json() -> None:
    gap = Gap(what="read", path="weights\udcff.bin", state=State.FAILED, why="")
    assert r"weights\\udcff.bin" in json.dumps(wire.encode_gap(gap))


def test_long_runs_of_backslashes_cost_linear_time() -> None:
    text = "\\" * 400_000 + "\udcff"
    assert decode_text(encode_text(text)) == text


FINDING = wire.encode_finding(Finding(check="c", severity=Severity.HIGH, message="m"))
REPORT = wire.encode_report(Report(subject=Subject(reference="r"), findings=()))
VERDICT = wire.encode_verdict(
    Verdict(outcome=Outcome.ADMIT, report=Report(subject=Subject(reference="r")), policy="p", policy_digest="d")
)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ("[]", "an object is needed here"),
        ('{"schema": "hilt.report/2"}', "schema: one of hilt.report/1 is needed here, not 'hilt.report/2'"),
        ({"verdicts": [VERDICT | {"outcome": "perhaps"}]}, "verdicts[0].outcome: one of admit, review, block"),
        (
            {"verdicts": [{**VERDICT, "report": REPORT | {"findings": [1]}}]},
            "verdicts[0].report.findings[0]: an object",
        ),
        ({"verdicts": [VERDICT | {"reasons": {}}]}, "verdicts[0].reasons: a list is needed"),
        ({"verdicts": [VERDICT | {"passed": [1]}]}, "verdicts[0].passed[0]: a text is needed"),
        ({"verdicts": [VERDICT | {"\x1b[2J": 1}]}, r"keys that this version does not know: '\x1b[2J'"),
        ({"verdicts": [{**VERDICT, "policy": 5}]}, "verdicts[0].policy: a text is needed here, not 5"),
        ({"verdicts": []} | {"more": 1}, "keys that this version does not know: 'more'"),
    ],
)
def test_what_is_no_document_of_hilt_is_refused_with_its_place(document: Any, words: str) -> None:
    text = document if isinstance(document, str) else json.dumps({"schema": wire.SCHEMA} | document)
    with pytest.raises(ReportInvalid) as caught:
        wire.load_verdicts(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"severity": 3}, "finding.severity: one of info, low, medium, high, critical is needed here, not 3"),
        ({"where": {"path": "p", "offset": -1}}, "finding.where.offset: a whole number from 0"),
        ({"where": {"path": "p", "line": True}}, "finding.where.line: a whole number from 0"),
        ({"where": {"path": "p", "offset": {"int": "9"}}}, "finding.where.offset: no value that a fact can hold"),
        ({"where": {}}, "finding.where.path: this key is missing"),
    ],
)
def test_a_finding_with_a_wrong_part_is_refused_with_its_place(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ReportInvalid) as caught:
        wire.decode_finding(FINDING | change)
    assert words in str(caught.value)


def test_a_digest_that_is_not_that_of_the_entries_is_refused() -> None:
    with pytest.raises(ReportInvalid, match=r"report\.subject\.digest: the digest is not that of the entries"):
        wire.decode_report(REPORT | {"subject": {"reference": "r", "digest": "ab", "entries": []}})


def test_a_coverage_with_gaps_that_calls_itself_complete_is_refused() -> None:
    gap = {"what": "read", "path": "p", "state": "failed", "why": "w"}
    with pytest.raises(ReportInvalid, match="complete is true exactly when there are no gaps"):
        wire.decode_report(REPORT | {"coverage": {"complete": True, "ran": [], "gaps": [gap]}})


def test_a_fact_without_a_value_that_claims_to_be_known_is_refused() -> None:
    with pytest.raises(ReportInvalid, match="a value is missing exactly when the fact is unknown"):
        wire.decode_fact({"key": "k", "value": None, "known": "verified", "source": "s"})


def test_a_list_of_numbers_is_no_value_of_a_fact() -> None:
    with pytest.raises(ReportInvalid, match=r"fact\.value: no value that a fact can hold"):
        wire.decode_fact({"key": "k", "value": [1], "known": "verified", "source": "s"})


def test_a_waiver_that_never_ends_is_no_waiver() -> None:
    waived = {"finding": wire.encode_finding(Finding(check="c", severity=Severity.LOW, message="m"))}
    waiver = {"check": "c", "path": "", "digest": "", "reason": "", "expires": "never"}
    with pytest.raises(ReportInvalid, match=r"waived\.waiver\.expires: a day such as 2027-01-31 is needed"):
        wire.decode_waived(waived | {"waiver": waiver})
