from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings

from generated_reports import verdicts
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity
from hilt.core.report import Report
from hilt.core.subject import Subject
from hilt.core.verdict import Verdict
from sample_reports import BLOCKED, HONEST, UNSURE
from sample_rights import LLAMA_HELD, LLAMA_UNASKED, NON_COMMERCIAL


def test_a_verdict_is_one_line_that_says_what_and_why() -> None:
    assert repr(BLOCKED) == (
        "<Verdict block './free-upgrade' by policy default because of no-code-on-load, everything-checked; "
        "3 files, 12 critical, 1 medium, 1 low, 4 gaps>"
    )
    assert repr(HONEST) == ("<Verdict admit './llama-small' by policy default; 3 files, 1 low, nothing left unchecked>")


def test_a_report_is_one_line_that_counts() -> None:
    assert repr(UNSURE.report) == "<Report 'hf:acme/tiny': 1 file, no findings, nothing left unchecked>"


def test_a_notebook_shows_the_reasons_and_then_the_worst() -> None:
    table = BLOCKED._repr_html_()
    assert table.startswith("<table><caption>block: &#x27;./free-upgrade&#x27; by policy default</caption>")
    assert table.index("no-code-on-load") < table.index("pickle-calls")
    assert "<td>and 4 more</td>" in table
    assert "killed: more than 1 GB of memory" in table


def test_a_notebook_shows_what_is_known_of_a_report() -> None:
    assert "<td>claimed</td><td>model.context_length</td><td>config.json</td><td>131072</td>" in (
        HONEST.report._repr_html_()
    )


@given(verdicts)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_a_subject_says_it_stays_text(verdict: Verdict) -> None:
    for told in (repr(verdict), repr(verdict.report), verdict._repr_html_(), verdict.report._repr_html_()):
        assert told.isprintable()
    for page in (verdict._repr_html_(), verdict.report._repr_html_()):
        assert set(re.findall(r"<[^>]*>", page)) <= {
            f"<{end}{name}>" for name in ("table", "caption", "tbody", "tr", "td") for end in ("", "/")
        }


def test_a_long_message_is_cut() -> None:
    finding = Finding(check="c", severity=Severity.LOW, message="x" * 10_000)
    assert len(Report(subject=Subject(reference="r"), findings=(finding,))._repr_html_()) < 600


def test_a_figure_of_five_thousand_digits_is_told_too() -> None:
    fact = Fact(key="model.parameters", value=10**5000, known=Known.CLAIMED, source="s")
    assert "<td>0x" in Report(subject=Subject(reference="r"), facts=(fact,))._repr_html_()


def test_a_notebook_shows_what_licences_and_laws_ask_and_nothing_that_is_settled() -> None:
    table = LLAMA_UNASKED._repr_html_()
    assert "<td>cannot tell</td><td>llama3.1: users</td><td>README.md</td>" in table
    assert "<td>unknown</td><td>llama3.1: display</td>" in table
    assert "<td>applies</td><td>EU AI Act: a general-purpose AI model</td>" in table
    assert "systemic" not in table
    assert "<td>not met</td><td>cc-by-nc-4.0: commercial</td>" in NON_COMMERCIAL._repr_html_()
    assert "let the name of the model" not in LLAMA_HELD._repr_html_()
