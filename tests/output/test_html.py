from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from generated_reports import NASTY, verdicts
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Report
from hilt.core.subject import Entry, Subject
from hilt.core.verdict import Outcome, Verdict
from hilt.core.version import __version__
from hilt.output import html
from hilt.output.markup import Html, join, tag
from hilt.output.quote import quote
from output.chromium import opened
from output.goldens import is_as_expected
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST, HOSTILE, UNSURE, WAIVED
from sample_rights import LLAMA_HELD, NON_COMMERCIAL

ELEMENTS = set(
    "html head meta title style body main nav article section header footer details summary h1 h2 h3 p ul li dl div dt dd "
    "table thead tbody tr th td a span bdi code small strong pre".split()
)
ATTRIBUTES = {"class", "id", "href", "scope", "lang", "charset", "name", "content", "http-equiv", "aria-label", "open"}


class Seen(HTMLParser):
    """Elements, attributes, links, ids and text of a page, and whether its elements close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "href":
                self.links.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def is_inert(page: str) -> bool:
    seen = Seen(page)
    assert seen.open == []
    assert seen.elements <= ELEMENTS
    assert seen.attributes <= ATTRIBUTES
    assert all(link.removeprefix("#") in seen.ids for link in seen.links)
    return True


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("admit.html", [HONEST]),
        ("block.html", [BLOCKED]),
        ("several.html", [HONEST, UNSURE]),
        ("waived.html", [WAIVED]),
        ("llama-with-profile.html", [LLAMA_HELD]),
        ("non-commercial.html", [NON_COMMERCIAL]),
    ],
)
def test_the_page_is_the_one_that_was_looked_at(name: str, told: list[Verdict]) -> None:
    page = html.render(told, CATALOGUE).replace(__version__, "VERSION")
    without_style = re.sub(r"<style>.*?</style>|sha256-[\w+/=]+", "", page, flags=re.DOTALL)
    assert is_as_expected(name, without_style.replace("><", ">\n<"))


def test_a_page_of_every_kind_of_verdict_has_only_plain_elements() -> None:
    assert is_inert(html.render(ALL, CATALOGUE))
    assert is_inert(html.render([], CATALOGUE))


@given(verdicts)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_a_subject_says_the_page_has_only_plain_elements(verdict: Verdict) -> None:
    assert is_inert(html.render([verdict], CATALOGUE))


def test_the_page_fetches_nothing() -> None:
    page = html.render(ALL, CATALOGUE)
    assert not re.search(r"<[^>]*\s(src|srcset|action|background|ping)=", page)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_worst_strings_stand_on_the_page_as_they_are_quoted() -> None:
    text = Seen(html.render([HOSTILE], CATALOGUE)).text
    for nasty in NASTY:
        assert quote(nasty) in text


def test_a_plain_string_is_quoted_on_its_way_into_markup() -> None:
    assert tag("p", "<b>", Html("<i></i>"), class_='"x') == '<p class="&quot;x">&lt;b&gt;<i></i></p>'
    assert join(["a\x1b", tag("b")]) == r"a\x1b<b></b>"


def test_a_table_of_very_many_files_is_cut_and_says_so() -> None:
    entries = tuple(Entry(path=f"{n:05}.bin", size=1) for n in range(5_000))
    report = Report(subject=Subject(reference="r", entries=entries))
    page = html.render([Verdict(outcome=Outcome.ADMIT, report=report, policy="p", policy_digest="d")], CATALOGUE)
    assert "00999.bin" in page
    assert "01000.bin" not in page
    assert "and 4 000 more" in page


def test_very_many_findings_are_cut_and_counted() -> None:
    findings = tuple(
        Finding(check="c", severity=Severity.HIGH, where=Where(path="a"), message=f"saw {n}.") for n in range(500)
    )
    report = Report(subject=Subject(reference="r"), findings=findings)
    page = html.render([Verdict(outcome=Outcome.BLOCK, report=report, policy="p", policy_digest="d")], CATALOGUE)
    assert "saw 99." in page
    assert "saw 100." not in page
    assert "and 400 more" in page


def test_in_chromium_hostile_strings_are_text_and_nothing_complains(tmp_path: Path) -> None:
    page = opened(html.render(ALL, CATALOGUE), tmp_path)
    assert page.console == ()
    assert is_inert(page.dom)
    text = Seen(page.dom).text
    assert all(quote(nasty) in text for nasty in NASTY)


def test_in_chromium_the_policy_of_the_page_stops_what_would_run(tmp_path: Path) -> None:
    page = html.render([HONEST], CATALOGUE)
    attack = "<script>document.title='owned'</script><p style='color:red' onclick='x()'>"
    tampered = opened(page.replace("</body>", f"{attack}</body>"), tmp_path)
    assert len(tampered.console) == 3  # the script, the style and the handler
    assert all("Content Security Policy" in said for said in tampered.console)
    assert "<title>admit: ./llama-small · hilt</title>" in tampered.dom
