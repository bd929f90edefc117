"""The part of the page that tells what the organisation's waivers took out, and which of them do nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hilt.output.markup import Html, code, tag
from hilt.output.quote import quote
from hilt.output.waivers import WaiverGroup

MESSAGES = 12
"""Findings told of one waiver."""


def waivers(groups: Sequence[WaiverGroup]) -> Iterator[Html]:
    counting = [group for group in groups if not group.idle]
    idle = [group for group in groups if group.idle]
    if counting:
        note = "Your organisation decided not to hold these findings against this subject. No rule counted them."
        yield _section("Waived by your settings", note, counting)
    if idle:
        yield _section("Waivers that do nothing", "These name findings that count all the same.", idle)


def _section(title: str, note: str, groups: Sequence[WaiverGroup]) -> Html:
    return tag("section", tag("h2", title), tag("p", note, class_="note"), *(_waiver(group) for group in groups))


def _waiver(group: WaiverGroup) -> Html:
    """The decision in sight, what it is about folded below it."""
    waiver, worst = group.waiver, max(finding.severity for finding in group.findings).word
    heading = tag(
        "h3",
        tag("span", worst, class_=f"badge {worst}"),
        code(quote(waiver.check)),
        " in ",
        code(quote(waiver.path)) if waiver.path else "the whole subject",
    )
    idle = [tag("p", tag("strong", f"{group.idle[:1].upper()}{group.idle[1:]}."))] if group.idle else []
    said = [tag("p", tag("bdi", quote(waiver.reason, 1000))), tag("p", group.until, class_="own"), *idle]
    messages = [tag("li", tag("bdi", quote(finding.message, 1000))) for finding in group.findings[:MESSAGES]]
    rest = len(group.findings) - MESSAGES
    more = [tag("li", f"and {rest} more; the JSON output has them all", class_="more")] if rest > 0 else []
    count = f"{len(group.findings)} finding{'' if len(group.findings) == 1 else 's'}"
    bytes_ = tag("p", tag("code", quote(waiver.digest), class_="digest"))
    folded = tag("details", tag("summary", count), tag("ul", *messages, *more, class_="likes"), bytes_)
    return tag("div", heading, tag("div", *said, folded, class_="told"), class_=f"group {worst}")
