"""Where a model runs and what it costs, as it is told in both columns and drawn on the page."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from generated_reports import NASTY
from hilt.core.running import BreakEven, Cost, Memory, Offer, Part, Running
from hilt.core.verdict import Verdict
from hilt.output import html, text
from hilt.output.burdens import burdens
from hilt.output.entry import Tone
from hilt.output.gains import gains
from hilt.output.pictures import cost_curve, memory_bars
from hilt.output.running_words import dollars, many, tokens
from output.goldens import is_as_expected
from sample_reports import CATALOGUE
from sample_running import A_DAY, ALL_RUNNING, FAST, NOT_TOLD, RUNNING, RUNS, SIGNED, TIGHT, TOO_BIG, UNMEASURED, UNTOLD


def gained(verdict: Verdict) -> dict[str, str]:
    return {entry.label: entry.text for entry in gains(verdict, CATALOGUE)}


def taken_on(verdict: Verdict) -> dict[str, str]:
    return {entry.label: entry.text for entry in burdens(verdict, CATALOGUE)}


def test_what_runs_is_gained_with_speed_cost_and_what_hosts_ask() -> None:
    told = gained(RUNNING)
    assert told["runs"] == "5.63 GB of 12 GB on desk 7, with 4k tokens in llama.cpp; up to 47k tokens fit"
    assert told["speed"] == "13 to 21 tokens a second, one answer at a time"
    assert told["cost"] == "$0.71 to $2.00 a million tokens when busy 25 % of the time"
    assert told["hosted"].startswith(
        "$0.028 to $0.30 a million tokens at 2 hosts; cheaper here than Dear Host from 4 million"
    )
    assert told["hosted"].endswith("at best; never cheaper here than Cheap Host")
    assert told["others"].endswith("than large from 150 thousand tokens a day")


def test_where_this_machine_is_not_measured_nothing_is_held_against_other_models() -> None:
    told = gained(UNMEASURED)
    assert told["cost"] == "`hilt fit` tells it: it measures how fast this machine is"
    assert told["hosted"] == "$0.028 to $0.30 a million tokens at 2 hosts"
    assert not {"speed", "others"} & told.keys()


def test_what_does_not_fit_is_taken_on() -> None:
    told = taken_on(TOO_BIG)
    assert told["memory"] == "does not fit: 5.63 GB are needed with 4k tokens in llama.cpp; desk 3 has 4 GB"
    assert "runs" not in gained(TOO_BIG)
    assert taken_on(TIGHT)["memory"].startswith("tight: 5.63 GB are reserved and 5.6 GB touched")
    assert "memory" not in taken_on(RUNNING)


def test_what_cannot_be_told_says_why() -> None:
    assert taken_on(NOT_TOLD)["memory"] == "cannot be told: no engine that hilt knows loads onnx"
    assert taken_on(UNTOLD)["memory"] == "cannot be told: its layers are of a kind that hilt does not know"
    silent = replace(UNTOLD, report=replace(UNTOLD.report, facts=UNTOLD.report.facts[1:]))  # it writes no text
    assert "memory" not in taken_on(silent)


def test_memory_that_nobody_can_tell_is_an_open_question_and_no_fault() -> None:
    for verdict in (TOO_BIG, TIGHT, NOT_TOLD, UNTOLD):
        (entry,) = (entry for entry in burdens(verdict, CATALOGUE) if entry.label == "memory")
        assert entry.tone is Tone.OPEN


def test_old_prices_say_of_what_and_how_old() -> None:
    machine = RUNS.machine._replace(name="desk 3", as_of="2026-03-01")
    rented = replace(RUNNING, running=RUNS._replace(machine=machine))
    assert taken_on(rented)["old prices"] == "desk 3 as of 2026-03-01, 265 days ago: look at today's before you decide"
    assert "old prices" not in taken_on(RUNNING)
    assert "old prices" not in taken_on(TOO_BIG)  # its machine is priced, and no price of it is told
    assert taken_on(replace(RUNNING, running=RUNS._replace(prices_of="2026-08-01")))["old prices"].startswith(
        "hosts as of 2026-08-01, 112 days ago"
    )


def test_nobody_has_signed_is_taken_on_and_a_signer_is_gained() -> None:
    assert taken_on(RUNNING)["signature"] == "nobody has signed these files"
    assert "signature" not in taken_on(SIGNED)
    assert gained(SIGNED)["signed"] == "by Acme Models, every file; the certificate ends on 2027-05-01"


@pytest.mark.parametrize(("name", "told"), [("running", RUNNING), ("too-big", TOO_BIG), ("signed", SIGNED)])
def test_the_text_is_the_one_that_was_looked_at(name: str, told: Verdict) -> None:
    assert is_as_expected(f"{name}.txt", text.render([told], CATALOGUE, width=100))


def places(drawn: str, kind: str, axis: str) -> list[float]:
    return [float(one) for one in re.findall(rf'<{kind} [^>]*?{axis}="([\d.]+)%?"', drawn)]


def test_the_bars_of_a_memory_add_up_to_what_is_reserved() -> None:
    drawn = memory_bars(TOO_BIG.running or RUNS, "m") or ""
    reserved = [float(width) for width in re.findall(r'y="20" width="([\d.]+)%" height="22" class="part-', drawn)]
    assert sum(reserved) == pytest.approx(100, abs=0.05)
    assert 'class="limit"' in drawn
    assert 'class="limit"' not in (memory_bars(RUNS, "m") or "")


def test_a_little_of_a_large_machine_is_drawn_larger() -> None:
    large = RUNS._replace(machine=RUNS.machine._replace(memory=10**12))
    drawn = memory_bars(large, "m") or ""
    assert drawn.count('class="guide"') == 2
    assert "guide" not in (memory_bars(RUNS, "m") or "")


def test_a_break_even_is_marked_where_the_curve_meets_the_line() -> None:
    drawn = str(cost_curve(RUNS, "c"))
    dots = list(zip(places(drawn, "circle", "cx"), places(drawn, "circle", "cy"), strict=True))
    (own, perhaps) = re.findall(r'<line x1="([\d.]+)%" y1="([\d.]+)" x2="([\d.]+)%" y2="([\d.]+)" class="own', drawn)
    x1, y1, _, _ = map(float, own)
    _, _, x2, y2 = map(float, perhaps)
    assert len(dots) == 3  # the dear host, and both others
    for x, y in dots:
        assert y == pytest.approx(y1 + (x - x1) / (x2 - x1) * (y2 - y1), abs=0.2)


def test_the_curve_ends_where_the_machine_writes_no_more() -> None:
    drawn = str(cost_curve(RUNS, "c"))
    assert f"{dollars(A_DAY * 1e6 / FAST)} with {many(FAST)}" in drawn
    assert max(places(drawn, "circle", "cx")) < max(places(drawn, "line", "x2"))


@pytest.mark.parametrize("figure", [0.0, -1.0, math.inf, -math.inf, 1e-300, 1e300])
def test_absurd_figures_draw_nothing_and_break_nothing(figure: float) -> None:
    offer = Offer("a", "b", figure, figure, same=True, as_of="")
    for told in (
        RUNS._replace(offers=(offer,), break_even=(BreakEven(offer, figure),)),
        RUNS._replace(costs=(Cost(1.0, figure, figure),)),
        RUNS._replace(machine=RUNS.machine._replace(price=figure)),
        RUNS._replace(break_even=tuple(BreakEven(one, figure) for one in RUNS.offers)),
    ):
        page = html.render([replace(RUNNING, running=told)], CATALOGUE)
        assert not re.search(r'="(-?inf|nan)', page)
    assert cost_curve(RUNS._replace(machine=RUNS.machine._replace(price=figure), offers=()), "c") is None


def test_nothing_is_drawn_of_what_is_not_known() -> None:
    running = NOT_TOLD.running
    assert running is not None
    assert memory_bars(running, "m") is None
    assert cost_curve(running, "c") is None
    assert memory_bars(RUNS._replace(machine=RUNS.machine._replace(memory=0)), "m") is None


def test_hostile_names_are_quoted_in_pictures() -> None:
    for nasty in NASTY:
        offer = Offer(nasty, nasty, 1.0, 1.0, same=False, as_of=nasty)
        memory = Memory(nasty, 4096, 1, (Part(nasty, 10**9, 10**9),))
        told = Running(
            memory,
            RUNS.machine._replace(name=nasty),
            RUNS.fits,
            costs=RUNS.costs,
            offers=(offer,),
            break_even=(BreakEven(offer, 1e6),),
            prices_of=nasty,
            why=(nasty,),
        )
        page = html.render([replace(RUNNING, running=told)], CATALOGUE)
        assert "<script" not in page
        assert "\u202e" not in page
        assert "\x1b" not in page


def test_every_picture_has_words_and_a_table_for_those_who_do_not_see_it() -> None:
    page = html.render(ALL_RUNNING, CATALOGUE)
    pictures = re.findall(r'<svg role="img" aria-labelledby="(\S+) (\S+)"', page)
    assert len(pictures) >= 8
    assert len({one for names in pictures for one in names}) == 2 * len(pictures)
    assert all(f'id="{one}"' in page for names in pictures for one in names)
    assert all("<table" in figure for figure in re.findall(r"<figure>.*?</figure>", page, re.DOTALL))


def test_small_figures_are_not_told_as_none() -> None:
    assert [dollars(one) for one in (0.00001, 0.0007, 0.0994, 0.1, 12345.678)] == [
        "under $0.001", "$0.001", "$0.099", "$0.10", "$12,345.68",
    ]  # fmt: skip
    assert [tokens(one) for one in (4096, 131072, 1000)] == ["4k", "128k", "1 000"]
    assert many(5_580_000) == "5.58 million"
