from __future__ import annotations

from dataclasses import replace

from hilt.core.rechecked import Change
from hilt.core.review import Alike, LastDecision, ShownCase
from hilt.output.layout import Page
from hilt.output.text_review import write_case, write_list, write_remarked
from sample_reports import CATALOGUE
from sample_reports import HOSTILE as HOSTILE_VERDICT
from told_of_records import HOSTILE, REQUEST, SUBJECT, WAITING, YES, case, shown, status


def text_of(told: ShownCase, *, recommendation: bool = False) -> str:
    page = Page(100, colour=False)
    write_case(page, told, CATALOGUE, recommendation=recommendation)
    return str(page)


def test_a_case_is_told_in_the_order_in_which_it_is_decided() -> None:
    text = text_of(shown())
    titles = (
        "#5 May hf:acme/chat be used for support chatbot, EU?",
        "Since the last decision",
        "What speaks against it",
        "What nobody knows",
        "The evidence itself",
        "Cases that are alike",
        "What hilt would say",
        "What you would sign",
    )
    places = [text.index(title) for title in titles]
    assert places == sorted(places)
    assert f"sha256:{SUBJECT}" in text


def test_what_hilt_would_say_stays_folded_until_it_is_asked_for() -> None:
    assert "(folded: have a view of your own first" in text_of(shown())
    unfolded = text_of(shown(), recommendation=True)
    assert "(folded" not in unfolded


def test_what_changed_since_the_last_decision_is_told_up_to_a_few() -> None:
    changes = tuple(Change("fact", f"fact.{number}", "1", "2") for number in range(12))
    text = text_of(
        shown(before=LastDecision(decision=YES, subject="b" * 64, reference="hf:acme/chat", changes=changes))
    )
    assert "about other bytes under this name" in text
    assert "and 4 more (--json tells all)" in text
    unreadable = LastDecision(decision=YES, subject=SUBJECT, reference="", changes=None)
    assert "cannot be read by this version of hilt" in text_of(shown(before=unreadable))


def test_an_exception_says_that_it_needs_an_end() -> None:
    text = " ".join(text_of(shown(exception=True)).split())
    assert "is an exception to what the policy blocks: it needs an end" in text
    assert "hilt admit '#5' --why TEXT --answer RULE=TEXT --until DATE" in text


def test_a_case_that_is_decided_offers_nothing_to_sign() -> None:
    text = text_of(shown(is_open=False))
    assert "not open" in text
    assert "hilt refuse" not in text


def test_cases_that_are_alike_tell_how_they_ended() -> None:
    alike = Alike(case=2, reference="hf:acme/other", use="search", rules=("licence",), decision=YES, undone=REQUEST)
    text = " ".join(text_of(replace(shown(), alike=(alike,))).split())
    assert "hf:acme/other for search: said yes to case #5" in text
    assert "; then asked to use it" in text


def test_open_cases_are_told_a_line_each_with_whom_they_wait_for() -> None:
    page = Page(100, colour=False)
    nobody = replace(WAITING, may_decide=())
    anybody = replace(nobody, standing=replace(WAITING.standing, waits_for=()))
    write_list(page, [case(), case(nobody), case(anybody)])
    text = " ".join(str(page).split())
    assert "#5 hf:acme/chat for support chatbot, EU waits 3 days for legal (Lena, Otto)" in text
    assert "legal: nobody here has that role" in text
    assert "for anybody in the record" in text
    empty = Page(100, colour=False)
    write_list(empty, [])
    assert str(empty).strip() == "no case waits for anybody"


def test_a_remark_is_told_by_its_place() -> None:
    page = Page(100, colour=False)
    write_remarked(page, REQUEST)
    assert str(page).strip() == "recorded: entry 5 of the log"


def test_no_control_character_reaches_the_terminal() -> None:
    hostile = replace(WAITING, standing=replace(WAITING.standing, use=HOSTILE), may_decide=())
    told = replace(shown(), verdict=HOSTILE_VERDICT, status=status(hostile, reference=HOSTILE))
    page = Page(100, colour=False)
    write_list(page, [case(hostile, reference=HOSTILE)])
    assert not {"\x1b", "\u202e"} & set(text_of(told, recommendation=True) + str(page))
