"""What a bundle says, on a terminal: by whom and until when, how the subject stands by it, and what it cannot show."""

from __future__ import annotations

from hilt.core.bundled import Bundled
from hilt.core.verdict import Outcome
from hilt.output.figures import moment_text
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import recorded_at
from hilt.output.text import CHIP
from hilt.output.text_status import COLUMN, write_history


def write(page: Page, told: Bundled) -> None:
    trust = "whose key is trusted here" if told.trusted else "whose key you named to look: nothing of it counts here"
    page.flow([("A bundle of", ""), (quote(told.log), "bold"), (trust, "" if told.trusted else "bold yellow")])
    when = moment_text(told.at)
    rows = [
        ("about", f"sha256:{told.history.subject}"),
        ("for", quote(told.use) or "every use"),
        ("complete", f"so the log says of its first {told.size} entries, on {when}"),
        ("counts until", told.until),
        (
            "seen by",
            ", ".join(f"{quote(name)} at {moment_text(time)}" for name, time in told.seen) or _UNSEEN,
        ),
        (
            "words",
            "" if told.words else "what people said and who they are did not come along; below it reads as erased",
        ),
    ]
    for label, text in rows:
        if text:
            page.flow([(text, "")], indent=COLUMN, label=(label, "dim"))
    for standing in told.standings:
        page.blank()
        outcome = standing.outcome
        page.flow([(outcome.word.upper(), CHIP[outcome]), ("for", ""), (quote(standing.use), "bold")])
        for why in standing.why:
            page.flow([(quote(why, 600), "")], indent=COLUMN)
        if standing.until and outcome is Outcome.ADMIT:
            page.flow([(standing.until, "")], indent=COLUMN, label=("until", "dim"))
        for condition in standing.conditions:
            page.flow([(quote(condition, 600), "")], indent=COLUMN, label=("on condition", "dim"))
    page.blank()
    write_history(page, [told.history])
    page.blank()
    page.flow([(f"It cannot show what was recorded after {when}, nor what whoever keeps the log left out.", "dim")])
    if told.entry >= 0:
        page.flow([(recorded_at(told.entry), "")])


_UNSEEN = "no witness that is trusted here: whether the log shows others the same cannot be told"
