"""The two columns of the page that are read first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.output.entry import Entry
from hilt.output.markup import Html, tag
from hilt.output.quote import quote


def columns(gains: Sequence[Entry], burdens: Sequence[Entry]) -> Iterator[Html]:
    told = (("What you gain", gains), ("What you take on", burdens))
    both = [tag("section", tag("h2", title), _entries(entries)) for title, entries in told if entries]
    if both:
        yield tag("div", *both, class_="columns")


def _entries(entries: Sequence[Entry]) -> Html:
    return tag("dl", *(_entry(entry) for entry in entries), class_="entries")


def _entry(entry: Entry) -> Html:
    how = [" ", tag("small", tag("bdi", quote(entry.how, 600)))] if entry.how else []
    return tag(
        "div",
        tag("dt", tag("span", entry.label, class_="badge")),
        tag("dd", tag("bdi", quote(entry.text, 1000)), *how),
        class_=f"entry {entry.tone.name.lower()}",
    )
