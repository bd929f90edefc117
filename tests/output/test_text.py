from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from generated_reports import verdicts
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Coverage, Gap, Report, State
from hilt.core.subject import Subject
from hilt.core.verdict import Outcome, Reason, Verdict
from hilt.core.waiver import Waived
from hilt.output.text import coloured, render
from output.goldens import is_as_expected
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST, HOSTILE, LAPSED, REVIEWED, UNSURE, WAIVED
from sample_rights import APACHE, LLAMA_HELD, LLAMA_UNASKED, NON_COMMERCIAL, SPITEFUL, UNLICENSED

COLOUR = re.compile(r"\x1b\[[0-9;]+m")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("admit.txt", [HONEST]),
        ("block.txt", [BLOCKED]),
        ("review.txt", [UNSURE]),
        ("hostile.txt", [HOSTILE]),
        ("waived.txt", [WAIVED, LAPSED]),
        ("several.txt", [HONEST, BLOCKED, UNSURE]),
        ("llama-without-profile.txt", [LLAMA_UNASKED]),
        ("llama-with-profile.txt", [LLAMA_HELD]),
        ("non-commercial.txt", [NON_COMMERCIAL]),
        ("apache.txt", [APACHE]),
        ("unlicensed.txt", [UNLICENSED]),
        ("spiteful.txt", [SPITEFUL]),
    ],
)
def test_the_text_is_the_one_that_was_read_and_found_good(name: str, shown: list[Verdict]) -> None:
    assert is_as_expected(name, render(shown, CATALOGUE, seconds=0.31))


def test_the_verdict_stands_first() -> None:
    assert render([BLOCKED], CATALOGUE).startswith("BLOCK  ./free-upgrade")


@pytest.mark.parametrize("verdict", ALL)
def test_colour_adds_nothing_but_colour(verdict: Verdict) -> None:
    plain = render([verdict], CATALOGUE)
    coloured = render([verdict], CATALOGUE, colour=True)
    assert "\x1b" not in plain
    assert COLOUR.sub("", coloured).split() == plain.split()


@given(verdicts)
@settings(max_examples=50)
def test_whatever_a_subject_says_only_printable_lines_come_out(verdict: Verdict) -> None:
    text = render([verdict], CATALOGUE)
    assert all(line.isprintable() for line in text.split("\n"))
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    text.encode("utf-8")


@pytest.mark.parametrize("width", [40, 72, 100])
def test_lines_keep_to_the_width_where_words_allow_it(width: int) -> None:
    for line in render([HONEST, UNSURE], CATALOGUE, width=width).splitlines():
        assert len(line) <= width or len(line.split()) <= 2 or line.startswith(("ADMIT", "REVIEW")), line


def verdict_with(report: Report, outcome: Outcome = Outcome.REVIEW) -> str:
    return render([Verdict(outcome=outcome, report=report, policy="p", policy_digest="d")], CATALOGUE)


def test_many_like_findings_become_one_with_a_count() -> None:
    many = tuple(
        Finding(check="c", severity=Severity.HIGH, where=Where(path=f"{n}.bin"), message="the same")
        for n in range(5000)
    )
    text = verdict_with(Report(subject=Subject(reference="r"), findings=many))
    assert "0.bin, 1.bin, 2.bin and 4997 more: the same" in " ".join(text.split())
    assert len(text.splitlines()) < 12


def test_many_different_findings_of_a_check_are_counted_not_hidden() -> None:
    many = tuple(
        Finding(check="c", severity=Severity.HIGH, where=Where(path="a.bin"), message=f"saw {n}") for n in range(40)
    )
    text = verdict_with(Report(subject=Subject(reference="r"), findings=many))
    assert "a.bin: saw 2" in text
    assert "and 37 more like these in 1 file" in text


def test_gaps_are_counted_not_hidden() -> None:
    gaps = tuple(Gap(what="read", path=f"{n}", state=State.SKIPPED, why=f"because {n}") for n in range(20))
    text = verdict_with(Report(subject=Subject(reference="r"), coverage=Coverage(gaps=gaps)))
    assert "because 7" in text
    assert "and 12 more for other reasons" in text


def test_what_failed_stands_before_what_was_skipped() -> None:
    gaps = (
        Gap(what="read", path="a", state=State.SKIPPED, why="unknown"),
        Gap(what="read", path="b", state=State.FAILED, why="killed"),
    )
    text = verdict_with(Report(subject=Subject(reference="r"), coverage=Coverage(gaps=gaps)))
    assert text.index("killed") < text.index("unknown")


def test_a_finding_that_the_policy_lets_pass_is_something_one_takes_on() -> None:
    finding = Finding(check="pickle-calls", severity=Severity.CRITICAL, message="calls")
    text = verdict_with(Report(subject=Subject(reference="r"), findings=(finding,)), Outcome.ADMIT)
    assert text.index("What you take on") < text.index("pickle-calls")
    assert "Why" not in text


def test_many_waivers_are_counted_not_hidden() -> None:
    finding = Finding(check="c", severity=Severity.HIGH, where=Where(path="a"), message="m")
    waivers = [replace(REVIEWED, path=f"{n}.bin") for n in range(40)]
    text = render(
        [replace(WAIVED, waived=tuple(Waived(finding=finding, waiver=waiver) for waiver in waivers))], CATALOGUE
    )
    assert "11.bin" in text
    assert "12.bin" not in text
    assert "and 28 more: see --output json" in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_whose_owners_want_it() -> None:
    assert coloured(Terminal(), {})
    assert coloured(Terminal(), {"NO_COLOR": "", "TERM": "xterm"})
    assert not coloured(Terminal(), {"NO_COLOR": "1"})
    assert not coloured(Terminal(), {"TERM": "dumb"})
    assert not coloured(io.StringIO(), {})


def test_rules_that_one_unread_file_leaves_open_are_told_as_one() -> None:
    open_rules = tuple(
        Reason(rule=rule, policy="default", outcome=Outcome.REVIEW, why=(f"{fact} is unknown",), unknown=True)
        for rule, fact in (("no-code-on-load", "inspect.code_on_load"), ("no-remote-code", "inspect.remote_code"))
    )
    gap = Gap(what="read", path="blob", state=State.SKIPPED, why="no reader knows this file")
    report = Report(subject=Subject(reference="x"), coverage=Coverage(gaps=(gap,)))
    unread = Verdict(outcome=Outcome.REVIEW, report=report, policy="default", policy_digest="", reasons=open_rules)
    told = render([unread], CATALOGUE, width=120)
    assert "no-code-on-load, no-remote-code: this cannot be decided" in told
    assert "not known while it was not read: blob (inspect.code_on_load, inspect.remote_code)" in " ".join(told.split())
    read = replace(unread, report=replace(report, coverage=Coverage()))
    assert render([read], CATALOGUE).count("this cannot be decided") == 2
