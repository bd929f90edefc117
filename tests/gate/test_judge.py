"""Stored reports, judged again for other organisations and by other policies."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

import hilt
from hilt.core.errors import PolicyInvalid, ReportInvalid, UsageError
from hilt.core.profile import Profile, Settled
from hilt.core.report_v1 import dump_report, dump_verdicts
from hilt.core.rights import DutyState
from hilt.gate.judge import judge_stored, stored
from hilt.gate.settings import Settings
from sample_reports import ALL, HONEST

CARD = "---\nlicense: cc-by-nc-4.0\n---\n# A model\n"


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """What `hilt check --json` wrote about a model that may not be used commercially."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "README.md").write_text(CARD)
    file = tmp_path / "report.json"
    file.write_text(dump_verdicts([hilt.check(model)]))
    (model / "README.md").unlink()
    return file


def outcome(file: Path, profile: Profile, *settled: Settled) -> tuple[str, list[str]]:
    verdict = hilt.judge(file, settings=Settings(profile=profile, settled=settled))
    return verdict.outcome.word, [reason.rule for reason in verdict.reasons]


def test_a_stored_report_is_judged_for_each_organisation_without_the_model(checked: Path) -> None:
    assert outcome(checked, Profile()) == ("review", ["licence-fits-us"])
    assert outcome(checked, Profile(given=True, commercial=True)) == ("block", ["licence-fits-us"])
    assert outcome(checked, Profile(given=True, commercial=False)) == ("admit", [])
    agreed = Settled(licence="cc-by-nc-4.0", id="commercial", done="agreement of 2026-03-01")
    assert outcome(checked, Profile(given=True, commercial=True), agreed) == ("admit", [])


def test_the_verdict_holds_what_is_asked_and_why(checked: Path) -> None:
    given = Settings(profile=Profile(given=True, commercial=True, distributes=True))
    verdict = hilt.judge(str(checked), settings=given)
    assert [(one.term.id, one.holds, one.why) for one in verdict.terms] == [
        ("commercial", False, "profile.commercial is true, the licence needs false")
    ]
    assert {duty.obligation.id: duty.state for duty in verdict.duties}["attribution"] is DutyState.DUE
    assert verdict.judged_at
    assert hilt.judge(checked, settings=Settings(organisation="Acme Ltd")).organisation == "Acme Ltd"


def test_what_the_file_says_of_an_outcome_counts_for_nothing(checked: Path) -> None:
    document = json.loads(checked.read_text())
    document["verdicts"][0] |= {"outcome": "admit", "reasons": [], "terms": [], "policy": "mine"}
    checked.write_text(json.dumps(document))
    assert outcome(checked, Profile(given=True, commercial=True)) == ("block", ["licence-fits-us"])


def test_reports_verdicts_and_both_kinds_of_files_are_judged_alike(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(dump_report(HONEST.report))
    said = [hilt.judge(one, policy="strict") for one in (HONEST, HONEST.report, file, str(file))]
    assert len({(one.outcome, one.reasons, one.policy_digest) for one in said}) == 1
    assert said[0].report == HONEST.report


def test_several_reports_are_judged_together_and_not_one_by_one(tmp_path: Path) -> None:
    file = tmp_path / "all.json"
    file.write_text(dump_verdicts(ALL))
    assert len(judge_stored([str(file), str(file)], settings=Settings())) == 2 * len(ALL)
    with pytest.raises(UsageError, match=f"holds {len(ALL)} reports"):
        hilt.judge(file)


def test_a_report_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(dump_report(HONEST.report).encode())))
    assert stored("-") == (HONEST.report,)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "this is not JSON"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (b"[" * 100_000, "this is not JSON"),
        (b"[]", "an object is needed here"),
        (b"{}", "schema: this key is missing"),
        (b'{"schema": "hilt.report/2", "report": {}}', "schema: one of hilt.report/1 is needed here"),
        (b'{"schema": "hilt.report/1"}', "verdicts: this key is missing"),
        (b'{"schema": "hilt.report/1", "report": {}}', "report.subject: this key is missing"),
        (b'{"schema": "hilt.report/1", "verdicts": [], "x": 1}', "keys that this version does not know: 'x'"),
    ],
)
def test_what_is_no_report_is_refused_with_file_and_key_path(tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(data)
    with pytest.raises(ReportInvalid) as caught:
        hilt.judge(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert words in str(caught.value)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file or directory; give the path of what `hilt check --json` wrote"):
        hilt.judge(tmp_path / "nothing.json")
    with pytest.raises(PolicyInvalid, match="there is no such file and no such pack; did you mean strict"):
        hilt.judge(HONEST, policy="stric")


def test_a_stored_report_with_hostile_terms_is_unknown_and_no_error(checked: Path) -> None:
    document = json.loads(checked.read_text())
    hostile = ["x" * 3_000_000, "(" * 100_000, "!has(profile.users)", "!profile.given", "!inspect.code_on_load", "1 <"]
    terms = document["verdicts"][0]["report"]["terms"]
    document["verdicts"][0]["report"]["terms"] = [{**terms[0], "needs": needs} for needs in hostile]
    checked.write_text(json.dumps(document))
    verdict = hilt.judge(checked, settings=Settings(profile=Profile(given=True, commercial=False)))
    assert verdict.outcome is hilt.Outcome.REVIEW
    assert {one.holds for one in verdict.terms} == {None}
    assert all(len(reason.why) < 5 and len(reason.why[0]) < 5000 for reason in verdict.reasons)
