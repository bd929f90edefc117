"""How deciding goes, and which exceptions end when, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.review import QUICK, HeldException, HowDecided, Share, Stats, Times
from hilt.core.verdict import Outcome
from hilt.output.figures import counted, duration_text
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import person
from hilt.output.text import TONE

COLUMN = 32


def write_stats(page: Page, stats: Stats) -> None:
    """All together first, then each person or rule."""
    began = f" since {stats.since}" if stats.since else ""
    page.line(page.styled(f"{counted(stats.total.decisions, 'decision')}{began}", "bold"))
    _deciding(page, stats.total)
    _row(page, "several people said the same", _share(stats.alike))
    waits = f", waiting {_time(stats.queue.median)} in the middle, all but a twentieth {_time(stats.queue.p95)} at most"
    _row(page, "open cases", f"{stats.waiting}{waits if stats.waiting else ''}")
    _row(page, "exceptions that are over", str(stats.expired), "yellow" if stats.expired else "")
    for one in stats.groups:
        page.blank()
        page.line(f"{page.styled(quote(one.name), 'bold')}  {counted(one.decisions, 'decision')}")
        _deciding(page, one)


def write_exceptions(page: Page, exceptions: Sequence[HeldException]) -> None:
    """What ends soonest first."""
    for one in exceptions:
        over = one.left < 0
        ends = f"ended {counted(-one.left, 'day')} ago" if over else f"ends in {counted(one.left, 'day')}"
        holds = one.standing.outcome is Outcome.ADMIT
        page.flow(
            [
                (f"#{one.decision.index}", "bold"),
                (quote(one.reference), "bold"),
                ("for", "dim"),
                (quote(one.standing.use), ""),
                (f"{ends} ({one.until})", "yellow" if over or one.left < 30 else ""),
                (f"by {person(one.decision, one.names)}", "dim"),
                *(() if holds or over else ((quote(one.standing.why[0], 300), "yellow"),)),
            ],
            indent=12,
            label=(one.standing.outcome.word, TONE[one.standing.outcome]),
        )
    if exceptions:
        page.blank()
        page.line(page.styled("hilt exceptions renew NUMBER --until DATE --why TEXT", "cyan"))
    else:
        page.flow([("there are no exceptions", "")])


def _deciding(page: Page, one: HowDecided) -> None:
    for label, share in (
        ("said yes", one.yes),
        ("evidence was not opened", one.unopened),
        (f"within {QUICK} seconds, or unopened", one.quick),
        ("yes to what hilt blocks", one.looser),
        ("no to what hilt admits", one.stricter),
        ("yes that was taken back", one.reversed),
    ):
        _row(page, label, _share(share))
    _row(page, "from request to decision", _times(one.waited))
    _row(page, "from evidence to decision", _times(one.looked))
    for alarm in one.alarms:
        _row(page, "look at this", alarm, "bold red")


def _row(page: Page, label: str, text: str, style: str = "") -> None:
    page.flow([(text, style)], indent=COLUMN, label=(label, "dim"))


def _share(share: Share) -> str:
    if share.low is None or share.high is None:
        return "none"
    between = f"between {share.low:.0%} and {share.high:.0%}"
    return f"{share.part} of {share.whole} ({share.part / share.whole:.0%}; {between} with 95 % confidence)"


def _times(times: Times) -> str:
    if times.median is None:
        return "not known"
    return f"{_time(times.median)} in the middle, a tenth within {_time(times.p10)}"


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration_text(seconds)
