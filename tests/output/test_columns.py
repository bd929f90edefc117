"""The two columns: what stands in them, in which order, and how a terminal shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Coverage, Gap, State
from hilt.core.rights import DutyState
from hilt.core.verdict import Outcome, Verdict
from hilt.output import html
from hilt.output.burdens import burdens
from hilt.output.entry import Entry, Tone
from hilt.output.gains import gains
from hilt.output.layout import Page, cells
from hilt.output.text import render
from hilt.output.text_columns import columns
from sample_reports import ALL, BLOCKED, CATALOGUE, HONEST
from sample_rights import (
    APACHE,
    LLAMA_HELD,
    LLAMA_UNASKED,
    NON_COMMERCIAL,
    RIGHTS,
    UNLICENSED,
    claimed,
    counted,
    unknown,
    verdict,
)


def gained(told: Verdict) -> dict[str, Entry]:
    return {entry.label: entry for entry in gains(told, CATALOGUE)}


def taken_on(told: Verdict) -> list[tuple[str, str]]:
    return [(entry.label, entry.text) for entry in burdens(told, CATALOGUE)]


def of(*facts: Fact) -> Verdict:
    return verdict("acme/x", Outcome.ADMIT, facts)


@pytest.mark.parametrize("told", ALL)
def test_what_speaks_against_it_and_what_nobody_knows_stand_before_what_is_settled(told: Verdict) -> None:
    tones = [entry.tone for entry in burdens(told, CATALOGUE)]
    assert tones == sorted(tones)


def test_rights_are_told_in_words_with_the_terms_they_hang_on() -> None:
    assert gained(APACHE)["rights"].text == "may be used, changed, passed on and sold"
    assert gained(LLAMA_HELD)["rights"].text.endswith("on terms that you meet")
    assert gained(LLAMA_UNASKED)["rights"].text.endswith("whether you meet them cannot be told")
    refused = gained(NON_COMMERCIAL)["rights"]
    assert refused.text == "may be used, changed and passed on, but not commercially, on terms that you do not meet"
    assert refused.tone is Tone.BAD
    assert "rights" not in gained(UNLICENSED)
    assert gained(of(claimed("rights.grants", ("patents",))))["rights"].text == "nothing of use is granted"


def test_a_licence_bears_its_full_name_and_says_how_it_is_known() -> None:
    licence = gained(APACHE)["licence"]
    assert (licence.text, licence.how) == ("Apache License 2.0", "claimed by README.md")
    assert gained(HONEST)["licence"].text == "apache-2.0"  # only claimed, and not recognised


def test_the_gap_list_is_told_in_one_entry_and_no_component_of_it_as_unknown() -> None:
    lacks = ("data card", "a licence for: architecture", "a licence for: model card", "technical report")
    told = gained(of(counted("openness.class", 0), counted("openness.missing", lacks)))["openness"]
    assert told.text.endswith(
        "for Class III it lacks data card, technical report; a licence for: architecture, model card"
    )
    assert gained(of(counted("openness.class", 1), claimed("openness.osaid", "met")))["openness"].text == (
        "Class I of the Model Openness Framework, Open Science; open source AI as the OSI defines it"
    )
    assert not any("openness." in text for told in RIGHTS for _, text in taken_on(told))


def test_the_unknown_of_an_unlicensed_model_is_one_line() -> None:
    assert taken_on(UNLICENSED) == [("nobody knows", "licence, licence text, how open it is, training compute")]


def test_a_licence_that_is_known_by_its_text_needs_no_claim() -> None:
    by_text = of(claimed("rights.licences", ("apache-2.0",), "LICENSE"), unknown("rights.licences_claimed"))
    assert taken_on(by_text) == []
    claimed_only = of(unknown("rights.licences"), claimed("rights.licences_claimed", ("acme-1.0",)))
    assert taken_on(claimed_only) == [("nobody knows", "which licence it is under")]


def test_a_fact_that_no_label_names_is_told_by_its_key() -> None:
    assert taken_on(of(unknown("acme.reviewed"))) == [("nobody knows", "acme.reviewed")]


def test_a_term_that_fails_is_told_in_full_and_duties_by_their_kinds() -> None:
    told = taken_on(NON_COMMERCIAL)
    assert told[0] == ("not met", "no use that is primarily meant for commercial advantage or money")
    assert ("to do", "attribution") in told
    held = taken_on(LLAMA_HELD)
    assert ("to do", "a notice, words to display") in held
    assert held[-1] == ("done", "a copy of the licence")
    assert "to read" not in dict(held)
    assert not any("a name to begin with" in text for _, text in held)  # not due


def test_what_cannot_be_told_says_of_whom_it_would_be_asked() -> None:
    assert ("asked", "whoever passes it on: a copy of the licence, attribution") in taken_on(APACHE)
    assert ("open terms", "number of users") in taken_on(LLAMA_UNASKED)
    assert ("to read", "limits of use") in taken_on(LLAMA_UNASKED)


def test_a_duty_that_comes_with_several_works_is_one_duty() -> None:
    other = tuple(duty._replace(obligation=duty.obligation._replace(of="acme/other")) for duty in LLAMA_HELD.duties)
    text = render([replace(LLAMA_HELD, duties=(*LLAMA_HELD.duties, *other))], CATALOGUE)
    assert text.count("carry this notice") == 1
    assert "of meta-llama/Llama-3.1-8B-Instruct, acme/other" in " ".join(text.split())


def test_only_duties_under_law_that_are_yours_stand_in_the_column() -> None:
    laws = [text for label, text in taken_on(LLAMA_HELD) if label == "law"]
    assert len(laws) == 1
    assert laws[0].startswith("you become the provider")


def test_many_kinds_of_findings_are_counted_not_hidden() -> None:
    findings = tuple(Finding(check=f"c{n}", severity=Severity.HIGH, message="m") for n in range(9))
    told = taken_on(replace(HONEST, report=replace(HONEST.report, findings=findings)))
    assert told[-1] == ("more", "3 kinds of findings, told below")
    assert [label for label, _ in told].count("high") == 6


def test_a_finding_says_in_which_file_where_there_is_room_for_it() -> None:
    def place(*paths: str) -> str:
        findings = tuple(
            Finding(check="c", severity=Severity.HIGH, where=Where(path=path), message="m") for path in paths
        )
        return burdens(replace(HONEST, report=replace(HONEST.report, findings=findings)), CATALOGUE)[0].how

    assert place("model.bin!/data.pkl", "model.bin!/more.pkl") == "in model.bin"
    assert place("a.bin", "b.bin") == "in 2 files"
    assert place("very/" * 20) == "in 1 file"
    assert place("") == ""


def test_gaps_are_something_one_takes_on() -> None:
    gaps = (
        Gap(what="read", path="a", state=State.FAILED, why="w"),
        Gap(what="c", path="", state=State.SKIPPED, why="w"),
    )
    report = replace(HONEST.report, findings=(), coverage=Coverage(gaps=gaps))
    assert taken_on(replace(HONEST, report=report)) == [
        ("not checked", "1 file, or not to the end; the whole subject by 1 check")
    ]


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("told", [LLAMA_UNASKED, APACHE, BLOCKED])
def test_from_100_columns_on_the_two_stand_side_by_side(told: Verdict, colour: bool) -> None:
    def headings(width: int) -> list[str]:
        lines = render([told], CATALOGUE, width=width, colour=colour).splitlines()
        return [line for line in lines if "What you gain" in line]

    assert "What you take on" in headings(100)[0]
    assert "What you take on" not in headings(99)[0]


def test_wide_letters_keep_the_columns_in_line() -> None:
    page = Page(100, colour=False)
    left = [Entry("made from", "模型/" + "大" * 10), Entry("licence", "กำหนดสิทธิ์ e\u0301"), Entry("rights", "all")]
    columns(page, left, [Entry("low", f"line {n}") for n in range(3)])
    starts = [cells(line[: line.index("low")]) for line in str(page).splitlines() if "low" in line]
    assert starts == [starts[0]] * 3


def test_a_name_that_fits_no_column_is_kept_whole_and_the_columns_stand_one_below_the_other() -> None:
    name = "organisation/" + "very-long-name-" * 5
    page = Page(100, colour=False)
    columns(page, [Entry("made from", name)], [Entry("low", "a")])
    lines = str(page).splitlines()
    assert any(name in line for line in lines)
    assert lines.index("What you gain") < lines.index("What you take on")


def test_a_name_that_fits_the_column_but_not_behind_its_label_starts_further_left() -> None:
    name = "organisation/" + "n" * 28
    page = Page(100, colour=False)
    columns(page, [Entry("architecture", name)], [Entry("low", "a")])
    assert any(line.startswith("  ") and line.split()[0] == name for line in str(page).splitlines())
    assert "What you gain" + " " * 38 + "What you take on" in str(page)


def test_a_checklist_on_which_nothing_is_left_is_not_told_twice() -> None:
    done = tuple(duty for duty in LLAMA_HELD.duties if duty.state in (DutyState.DONE, DutyState.NOT_DUE))
    text = render([replace(LLAMA_HELD, duties=done)], CATALOGUE)
    assert "What is to be done" not in text
    assert "a copy of the licence" in text


def test_no_advice_is_said_once_and_only_where_licences_or_laws_are_told() -> None:
    assert render([LLAMA_HELD, APACHE], CATALOGUE).count("not legal advice") == 1
    assert "not legal advice" not in render([HONEST, UNLICENSED], CATALOGUE)


def test_words_that_are_to_be_carried_keep_their_lines_and_many_are_counted() -> None:
    words = "\n".join(f"Copyright {year} Acme" for year in range(2000, 2100))
    duty = LLAMA_HELD.duties[1]
    long = replace(LLAMA_HELD, duties=(duty._replace(obligation=duty.obligation._replace(words=words)),))
    text = render([long], CATALOGUE)
    assert "\n                    Copyright 2005 Acme\n" in text
    assert "Copyright 2006 Acme" not in text
    assert "and 94 lines more: see hilt notice" in text
    page = html.render([long], CATALOGUE)
    assert "<bdi>Copyright 2059 Acme</bdi>" in page
    assert "and 40 lines more: see hilt notice" in page


def verified(key: str, value: object) -> Fact:
    return Fact(key=f"provenance.{key}", value=value, known=Known.VERIFIED, source="model.sig")  # type: ignore[arg-type]


def test_who_signed_is_told_as_a_gain_and_that_nobody_did_as_a_burden() -> None:
    signed = of(verified("signature", "verified"), verified("signed_by", ("Acme",)), verified("left_out", ()))
    assert gained(signed)["signed"] == Entry("signed", "by Acme, every file", "verified", Tone.GOOD)
    assert not [label for label, _ in taken_on(signed) if label == "signature"]
    assert ("signature", "nobody has signed these files") in taken_on(of(verified("signature", "none")))
    for state in ("untrusted", "broken"):
        told = of(verified("signature", state), verified("signed_by", ()))
        assert "signed" not in gained(told)
        assert not [label for label, _ in taken_on(told) if label == "signature"], "a finding tells it"


def test_what_a_signature_leaves_out_and_when_it_ends_stands_beside_it() -> None:
    told = of(
        verified("signed_by", ("Acme", "Ours")),
        verified("left_out", ("a.py", "b.py")),
        verified("signed_until", "2027-01-01"),
    )
    assert gained(told)["signed"].text == "by Acme, Ours, but for 2 files; the certificate ends on 2027-01-01"


def test_a_signature_that_could_not_be_verified_is_an_open_question() -> None:
    told = of(Fact(key="provenance.signature", value=None, known=Known.UNKNOWN, source=""))
    assert ("nobody knows", "whether its signature holds") in taken_on(told)


def test_files_that_are_as_the_hub_stated_them_are_a_gain() -> None:
    told = of(verified("hub_digests", 2), claimed("provenance.commit", "0123456789abcdef" * 2 + "01234567"))
    assert gained(told)["download"].text.endswith("as the hub stated them, at commit 0123456789ab")
    assert "download" not in gained(of(verified("hub_digests", 0)))
