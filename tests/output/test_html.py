from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
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
from output.chromium import opened, shown
from output.goldens import is_as_expected
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST, HOSTILE, UNSURE, WAIVED
from sample_rights import LLAMA_HELD, NON_COMMERCIAL
from sample_running import RUNNING

ELEMENTS = set(
    "html head meta title style body main nav article section header footer details summary h1 h2 h3 p ul li dl div dt dd "
    "table thead tbody tr th td a span bdi code small strong pre "
    "figure figcaption svg rect line circle text desc".split()
)
ATTRIBUTES = {"class", "id", "href", "scope", "lang", "charset", "name", "content", "http-equiv", "aria-label", "open"}
ATTRIBUTES |= set("x y x1 y1 x2 y2 cx cy r width height text-anchor role aria-labelledby aria-hidden".split())
"""Of pictures: where things stand, and what they are called. What could fetch or run is not among them."""


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
        ("running.html", [RUNNING]),
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
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
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


SIDE_BY_SIDE = """
(() => { const [one, other] = [...document.querySelectorAll(".columns > section")].map(e => e.getBoundingClientRect());
         return one.right <= other.left && Math.abs(one.top - other.top) < 2 })()
"""
CUT_OFF = """
[...document.querySelectorAll("body *")]
  .filter(e => e.getClientRects().length && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(e => e.tagName + " " + e.className + ": " + e.textContent.slice(0, 80))
"""
FAINT = """
(() => {
  const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const parts = c => c.match(/[\\d.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor);
                        if (c.length < 4 || c[3] > 0) return c.slice(0, 3) } return [255, 255, 255] };
  return [...document.querySelectorAll("body *")].filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
    .filter(e => { const [a, b] = [light(parts(getComputedStyle(e).color).slice(0, 3)), light(behind(e))];
                   return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5 })
    .map(e => e.tagName + " " + e.className + ": " + e.textContent.slice(0, 80));
})()
"""


def test_in_chromium_the_page_reads_well_on_a_phone_on_a_desk_and_on_paper(tmp_path: Path) -> None:
    with shown(html.render(ALL, CATALOGUE), tmp_path) as page:
        page.value("document.querySelectorAll('details').forEach(folded => folded.open = true)")
        for width, media, beside in ((360, "screen", False), (1280, "screen", True), (680, "print", True)):
            page.look(width=width, media=media)
            assert page.value("document.documentElement.scrollWidth <= innerWidth"), (width, media)
            assert page.value(CUT_OFF) == [], (width, media)
            assert page.value(SIDE_BY_SIDE) is beside, (width, media)
        assert page.paper().startswith(b"%PDF")


@pytest.mark.parametrize(("media", "dark"), [("screen", False), ("screen", True), ("print", False)])
def test_in_chromium_every_letter_stands_out_from_what_is_behind_it(media: str, dark: bool, tmp_path: Path) -> None:
    with shown(html.render(ALL, CATALOGUE), tmp_path) as page:
        page.look(width=1280, media=media, dark=dark)
        assert page.value(FAINT) == []


def test_every_table_names_its_columns_and_rows_and_headings_leave_no_level_out() -> None:
    page = html.render(ALL, CATALOGUE)
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        head, body = table.split("<tbody>")
        assert head.count('<th scope="col">') == head.count("<th") - head.count("<thead")
        assert body.count('<th scope="row">') == body.count("<tr>")
    levels = [int(level) for level in re.findall(r"<h([1-6])>", page)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_no_advice_is_said_once_and_only_where_licences_or_laws_are_told() -> None:
    assert html.render([LLAMA_HELD, NON_COMMERCIAL], CATALOGUE).count("not legal advice") == 1
    assert "not legal advice" not in html.render([HONEST], CATALOGUE)
