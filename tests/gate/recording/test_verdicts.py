"""Verdicts as the record keeps them: what gives the same evidence, what gives another, and the way back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given as for_all

from generated_reports import verdicts
from hilt.core.errors import ReportInvalid, UsageError
from hilt.core.fact import Known
from hilt.core.report import Gap, Ran, Report, State, Transfer
from hilt.core.rights import Answer
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.gate.check import check
from hilt.gate.recording.verdicts import given, verdict_of
from sample_reports import ALL, BLOCKED, HONEST, LAPSED, REBUILD, WAIVED, fact


def evidence(verdict: Verdict) -> str:
    return given(verdict)[0].evidence


def with_report(verdict: Verdict, **changes: object) -> Verdict:
    return replace(verdict, report=replace(verdict.report, **changes))


def with_gap(report: Report, gap: Gap) -> Report:
    return replace(report, coverage=replace(report.coverage, gaps=(*report.coverage.gaps, gap)))


def test_the_same_bytes_at_another_path_give_the_same_evidence(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "elsewhere" / "renamed"
    here.mkdir()
    (here / "README.md").write_text("---\nlicense: mit\n---\n# A model\n\nIt answers.\n")
    (here / "old.pkl").write_bytes(b"\x80\x02cacme.layers\nRebuild\n)R.")
    (here / "config.json").write_text('{"architectures": ["LlamaForCausalLM"]}')
    shutil.copytree(here, there)
    one, other = given(check(here))[0], given(check(there))[0]
    assert (one.evidence, one.subject) == (other.evidence, other.subject)
    assert (one.reference, other.reference) == (str(here), str(there))


def test_a_path_is_recorded_such_that_it_means_the_same_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    near = with_report(HONEST, subject=replace(HONEST.report.subject, reference="./a/../model"))
    assert given(near)[0].reference == str(tmp_path / "model")
    hub = with_report(HONEST, subject=replace(HONEST.report.subject, reference="hf:acme/chat"))
    assert given(hub)[0].reference == "hf:acme/chat"
    assert given(near, reference="hf:acme/chat")[0].reference == "hf:acme/chat"


@pytest.mark.parametrize("verdict", [verdict for verdict in ALL if verdict.report.subject.digest])
def test_another_day_version_order_or_way_to_read_gives_the_same_evidence(verdict: Verdict) -> None:
    report = verdict.report
    later = replace(
        verdict,
        judged_at="2031-05-05T05:05:05+00:00",
        organisation="another",
        reasons=verdict.reasons[::-1],
        report=replace(
            report,
            subject=replace(report.subject, entries=report.subject.entries[::-1], revision="another"),
            findings=tuple(replace(one, why="in other words", fix="mend it") for one in report.findings[::-1]),
            facts=(*report.facts[::-1], fact("model.invented_later", None, Known.UNKNOWN, "")),
            coverage=replace(report.coverage, gaps=report.coverage.gaps[::-1], ran=(Ran(check="new", files=3),)),
            versions={"hilt": "99.9", "callables": "2031-01-01"},
            transfer=Transfer(bytes=5, requests=1),
        ),
    )
    assert evidence(later) == evidence(verdict)


MORE = {
    "a finding": with_report(HONEST, findings=(*HONEST.report.findings, REBUILD)),
    "the same finding twice": with_report(HONEST, findings=HONEST.report.findings * 2),
    "a fact": with_report(HONEST, facts=(*HONEST.report.facts, fact("model.new", 1, Known.CLAIMED, "x"))),
    "a fact known better": with_report(
        HONEST, facts=tuple(replace(one, known=Known.VERIFIED) for one in HONEST.report.facts)
    ),
    "a fact that is not known any more": with_report(HONEST, facts=HONEST.report.facts[1:]),
    "a statement": with_report(HONEST, statements=(fact("model.new", 1, Known.CLAIMED, "x"),)),
    "a gap": replace(
        HONEST, report=with_gap(HONEST.report, Gap(what="read", path="a", state=State.FAILED, why="it ended"))
    ),
    "a format": with_report(HONEST, formats={**HONEST.report.formats, "x.bin": "pickle"}),
    "a waiver": WAIVED,
    "a waiver that has expired": LAPSED,
    "a law that has come into force": replace(
        HONEST, answers=(Answer("a", "A", "law", "1", True, "says", "you", "why", "2026-01-01"),)
    ),
}


def test_whatever_a_verdict_rests_on_gives_another_evidence() -> None:
    digests = {name: evidence(verdict) for name, verdict in MORE.items()}
    assert len({*digests.values(), evidence(HONEST)}) == len(digests) + 1


def test_questions_are_what_did_not_pass() -> None:
    asking = Reason(rule="terms", policy="acme", outcome=Outcome.REVIEW, by=("legal",), approvals=2, ask="May we?")
    told = Reason(rule="colour", policy="acme", outcome=Outcome.ADMIT)
    event, _ = given(replace(BLOCKED, reasons=(*BLOCKED.reasons, asking, told)))
    assert [one.rule for one in event.questions] == [*(reason.rule for reason in BLOCKED.reasons), "terms"]
    assert (event.questions[-1].by, event.questions[-1].approvals, event.questions[-1].ask) == (
        ("legal",),
        2,
        "May we?",
    )


@for_all(verdicts)
def test_a_verdict_comes_back_from_its_documents(verdict: Verdict) -> None:
    if not verdict.report.subject.digest:
        return
    event, documents = given(verdict)
    kept = {sha256(one).hexdigest(): one for one in documents}
    assert {event.report, event.verdict} == set(kept)
    assert verdict_of(event, kept.__getitem__) == verdict


@pytest.mark.parametrize("document", [b"", b"[]", b'{"schema": "hilt.verdict/2"}', b'{"schema": "hilt.verdict/1"}'])
def test_documents_of_another_kind_are_told(document: bytes) -> None:
    event, _ = given(HONEST)
    with pytest.raises(ReportInvalid):
        verdict_of(event, lambda digest: document)


def test_a_verdict_that_is_bound_to_no_bytes_is_not_recorded(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# A model\n")
    with pytest.raises(UsageError, match="leave out --no-hash"):
        given(check(tmp_path, hashed=False))
