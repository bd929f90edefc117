"""Verdicts as one page, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from hilt.core.catalogue import Catalogue
from hilt.core.verdict import Reason, Verdict
from hilt.output import html_rights
from hilt.output.commands import parts
from hilt.output.duties import NO_ADVICE, is_legal
from hilt.output.figures import counted, some
from hilt.output.groups import GapGroup, Group, Like
from hilt.output.html_columns import columns
from hilt.output.html_details import details
from hilt.output.html_page import made, page
from hilt.output.html_running import running
from hilt.output.html_waivers import waivers
from hilt.output.markup import Html, code, tag
from hilt.output.quote import quote
from hilt.output.summary import Summary, severity_counts, summarise, who_decides

PLACES = 12
"""Places told of one message."""


class Room(NamedTuple):
    """How much is told: `likes` are different messages of one check, `files` those that are listed. The JSON output has them all."""

    likes: int
    files: int


OWN_PAGE, PART = Room(likes=100, files=1000), Room(likes=20, files=100)
"""A page that is read in peace, and a part of one that comes over a slow line."""


def render(verdicts: Sequence[Verdict], catalogue: Catalogue) -> str:
    articles = [_article(number, verdict, catalogue) for number, verdict in enumerate(verdicts, 1)]
    contents = [_contents(verdicts)] if len(verdicts) > 1 else []
    return page(_page_title(verdicts), *contents, tag("main", *articles), _footer(verdicts))


def _page_title(verdicts: Sequence[Verdict]) -> str:
    if len(verdicts) != 1:
        return f"hilt: {counted(len(verdicts), 'subject')}"
    return f"{verdicts[0].outcome.word}: {quote(verdicts[0].report.subject.reference, 100)} · hilt"


def _contents(verdicts: Sequence[Verdict]) -> Html:
    """All subjects, strictest first, each leading to its article."""
    numbered = sorted(enumerate(verdicts, 1), key=lambda pair: -pair[1].outcome)
    items = (
        tag(
            "li",
            tag("span", verdict.outcome.word, class_=f"badge {verdict.outcome.word}"),
            tag("a", code(verdict.report.subject.reference), href=f"#subject-{number}"),
            tag("small", quote(some([reason.rule for reason in verdict.reasons], 3))),
            *([tag("small", f"{len(verdict.waived)} waived")] if verdict.waived else []),
        )
        for number, verdict in numbered
    )
    return tag(
        "nav", tag("h1", counted(len(verdicts), "subject")), tag("ul", *items), class_="contents", aria_label="Subjects"
    )


def _article(number: int, verdict: Verdict, catalogue: Catalogue) -> Html:
    name = f"subject-{number}"
    return tag("article", _hero(verdict), *explained(verdict, catalogue, name, OWN_PAGE), id=name)


def explained(verdict: Verdict, catalogue: Catalogue, name: str, room: Room = PART) -> Iterator[Html]:
    """All that is told of a verdict but what it is; `name` begins the names of the pictures, which are their own on the page."""
    told = summarise(verdict, catalogue)
    yield from (
        *columns(told.gains, told.burdens),
        *_why(told),
        *_findings(told, room),
        *waivers(told.waivers),
        *running(verdict.running, name),
        *html_rights.checklist(told.checklist),
        *html_rights.terms(told.terms),
        *html_rights.laws(told.laws),
        *_gaps(told.gaps, room),
        details(verdict, catalogue, files=room.files),
    )


def _hero(verdict: Verdict) -> Html:
    subject = verdict.report.subject
    revision = [" @ ", code(subject.revision)] if subject.revision else []
    return tag(
        "header",
        tag("h1", verdict.outcome.word),
        tag("p", code(subject.reference), *revision, class_="reference"),
        tag("p", _lede(verdict), class_="lede"),
        class_=f"hero {verdict.outcome.word}",
    )


def _lede(verdict: Verdict) -> str:
    policy = quote(verdict.policy, 80)
    against, rules = len(verdict.reasons), counted(len(verdict.reasons) + len(verdict.passed), "rule")
    said = f"{against} of {rules} of policy {policy} did not hold." if against else f"Policy {policy} holds: {rules}."
    found = severity_counts(verdict)
    gaps = len(verdict.report.coverage.gaps)
    seen = f"Findings: {found}." if found else "Nothing was found."
    unseen = f"{counted(gaps, 'gap')} in what was checked." if gaps else "Nothing was left unchecked."
    return f"{said} {seen} {unseen}"


def _section(title: str, *parts: Html) -> Html:
    return tag("section", tag("h2", title), *parts)


def _why(told: Summary) -> Iterator[Html]:
    if told.reasons:
        yield _section("Why", tag("ul", *(_reason(reason) for reason in told.reasons), class_="reasons"))


def _findings(told: Summary, room: Room) -> Iterator[Html]:
    if told.findings:
        yield _section("What was found", *(_group(group, room) for group in told.findings))


def _reason(reason: Reason) -> Html:
    """What a rule says is true where it does not hold; where it cannot be decided, that is told first."""
    heading = tag("p", tag("span", reason.outcome.word, class_=f"badge {reason.outcome.word}"), code(reason.rule))
    say = quote(" ".join(reason.say.split()), 1000)
    said = "This cannot be decided." if reason.unknown else say or "This rule does not hold."
    lines = [tag("p", quote(line), class_="because") for line in reason.why]
    if reason.unknown and say:
        lines.append(tag("p", tag("strong", "If it does not hold: "), say))
    if reason.change:
        lines.append(tag("p", tag("strong", "What would change it: "), quote(reason.change, 1000)))
    if reason.by:
        lines.append(tag("p", quote(who_decides(reason)), class_="because"))
    if reason.maps_to:
        lines.append(tag("p", quote(some(reason.maps_to, 12)), class_="maps"))
    return tag("li", heading, tag("p", said, class_="say"), *lines)


def _group(group: Group, room: Room) -> Html:
    about = group.about
    word = group.severity.word
    heading = tag(
        "h3",
        tag("span", word, class_=f"badge {word}"),
        code(about.id),
        tag("span", about.title.rstrip("."), class_="title"),
    )
    own = all(finding.fix for finding in group.findings)
    told = [
        tag("p", tag("strong", f"{name}: "), text[:1].upper() + text[1:])
        for name, text in (("Why", about.why), ("Fix", "" if own else about.fix))
        if text
    ]
    rest = sum(len(like.findings) for like in group.likes[room.likes :])
    more = [tag("li", f"and {rest} more; the JSON output has them all", class_="more")] if rest else []
    items: dict[str, list[Html]] = {}
    for like in group.likes[: room.likes]:
        of_file = items.setdefault(like.findings[0].where.path, [])
        of_file.append(_like(like, fix=not of_file))  # what to do is the same for a whole file
    likes = tag("ul", *chain.from_iterable(items.values()), *more, class_="likes")
    return tag("div", heading, likes, tag("div", *told, class_="told") if told else Html(), class_=f"group {word}")


def _like(like: Like, *, fix: bool) -> Html:
    places = [str(finding.where) for finding in like.findings if finding.where.path or finding.where.tensor]
    more = [tag("span", f"and {len(places) - PLACES} more", class_="more")] if len(places) > PLACES else []
    where = tag("p", *(code(quote(place)) for place in places[:PLACES]), *more, class_="places") if places else Html()
    first = like.findings[0]
    why = [tag("p", quote(first.why, 1000), class_="own")] if first.why else []
    do = _fix(first.fix) if fix and first.fix else []
    return tag("li", tag("p", tag("bdi", quote(like.message, 1000))), where, *why, *do)


def _fix(fix: str) -> Iterator[Html]:
    """What to do, its commands each in a box of its own."""
    heading = tag("strong", "What to do: ")
    for text, command in parts(fix):
        yield tag("pre", tag("code", quote(text, 1000))) if command else tag("p", heading, quote(text, 1000))
        heading = Html()


def _gaps(gaps: tuple[GapGroup, ...], room: Room) -> Iterator[Html]:
    if not gaps:
        return
    items = []
    for gap in gaps[: room.likes]:
        paths = [code(quote(path)) if path else tag("span", "the whole subject") for path in gap.paths[:PLACES]]
        more = [tag("span", f"and {len(gap.paths) - PLACES} more", class_="more")] if len(gap.paths) > PLACES else []
        checks = [] if gap.what == ("read",) else [tag("p", f"Checks: {quote(some(gap.what, 12))}", class_="own")]
        reason = tag(
            "p", tag("span", gap.state.value, class_=f"badge {gap.state.value}"), tag("bdi", quote(gap.why, 1000))
        )
        items.append(tag("li", reason, tag("p", *paths, *more, class_="places"), *checks))
    rest = sum(len(gap.paths) for gap in gaps[room.likes :])
    if rest:
        items.append(tag("li", f"and {rest} more for other reasons; the JSON output has them all", class_="more"))
    note = tag("p", "Silence is not safety: what stands here was not looked at, or not to its end.", class_="note")
    yield _section("Not checked", note, tag("div", tag("ul", *items, class_="likes"), class_="group"))


def _footer(verdicts: Sequence[Verdict]) -> Html:
    advice = [tag("p", NO_ADVICE)] if any(is_legal(verdict) for verdict in verdicts) else []
    return tag("footer", *advice, made())
