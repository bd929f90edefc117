"""notice: the notice to carry with a model, the words to display, and what else its licences ask to be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from os import PathLike

from hilt.core.report import Report
from hilt.core.rights import Obligation
from hilt.gate.check import verdict_on
from hilt.gate.licences import NOT_ADVICE
from hilt.gate.settings import Settings
from hilt.knowledge.licences.licence import PACK_DATE
from hilt.knowledge.licences.names import known
from hilt.output.quote import quote

MADE = "Made by hilt from what the files say"
"""What stands in every notice, and tells it from the NOTICE of a publisher."""
_WORDS = ("notice", "attribution", "licence-copy")
"""Duties whose words stand in a notice; those of "display" have a place of their own."""
_OPEN = (
    "licence-unknown",
    "licence-variant",
    "licence-disagreement",
    "licence-conflict",
    "terms-dropped",
    "base-model-unknown",
)
"""Checks whose findings leave open what has to be carried."""


def notice(reference: str | PathLike[str], *, settings: Settings | None = None) -> str:
    """The text of a NOTICE file for what lies at `reference`, and what hilt does not know of it.

    Raises `UsageError` where the reference is wrong, `NothingToCheck` where there is no file.
    """
    report = verdict_on(reference, settings=settings, hashed=False).report
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    name = quote(report.subject.reference)
    yield f"NOTICE for {name}" + (f" at revision {quote(report.subject.revision)}" if report.subject.revision else "")
    yield ""
    yield f"{MADE}; licences as hilt knows them on {PACK_DATE}. {NOT_ADVICE}"
    works = dict.fromkeys((one.of, one.licence) for one in report.obligations)
    works |= dict.fromkeys((one.of, one.licence) for one in report.terms)
    for of, licence in works:
        yield from _work(of, licence, [one for one in report.obligations if (one.of, one.licence) == (of, licence)])
    if not works:
        yield from ("", "No licence is known, and so nothing that has to be carried.")
    yield from _display(report.obligations)
    yield from _titled(
        "CHANGES", ['[ ] Files that were changed, by whom and when (write "none" if there are none):', "    ____"]
    )
    yield from _titled("TO DO", _tasks(report.obligations))
    yield from _titled("NOT KNOWN", _not_known(report))


def _titled(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", title, "-" * len(title), *told)


def _work(of: str, licence: str, obligations: list[Obligation]) -> Iterator[str]:
    title = quote(of) if of else "THE MODEL"
    found = known(licence)
    yield from ("", title, "-" * len(title))
    if found is not None:
        yield f"Licence: {found.name} ({licence})"
    else:
        yield f"Licence: its own, in {quote(licence)}; nobody has read it for hilt"
    for source in dict.fromkeys(one.source for one in obligations if one.source):
        yield f"Stated in: {quote(source)}"
    words = dict.fromkeys(one.words for one in obligations if one.id in _WORDS and one.words)
    for some in words:
        if not any(some in more for more in words if more != some):
            yield from ("", *_verbatim(some))


def _display(obligations: Iterable[Obligation]) -> Iterator[str]:
    shown = {one.words: one for one in obligations if one.id == "display" and one.words}
    lines = [
        line
        for words, one in shown.items()
        for line in (*_verbatim(words), f"    ({quote(one.who)}: {quote(one.says)})")
    ]
    yield from _titled("WORDS TO DISPLAY", lines)


def _tasks(obligations: Iterable[Obligation]) -> Iterator[str]:
    for one in dict.fromkeys(obligations):
        mark = "[x]" if one.done else "[ ]"
        of = f" (of {quote(one.of)})" if one.of else ""
        where = f" [{quote(one.where)}]" if one.done and one.where else ""
        missing = "; the files do not show it" if one.done is False else ""
        yield f"{mark} {quote(one.licence)}{of}, {one.id}, {quote(one.who)}: {quote(one.says, 600)}{missing}{where}"


def _not_known(report: Report) -> Iterator[str]:
    licences = report.fact("rights.licences")
    if licences is None or licences.value is None:
        yield "- under which licence the model is: none of its files says so in a way that hilt understands"
    for finding in report.findings:
        if finding.check in _OPEN:
            yield f"- {quote(str(finding.where))}: {quote(finding.message, 600)}"
    for gap in report.coverage.gaps:
        if gap.what == "read" or gap.what.startswith(("licence", "inherited")):
            yield f"- {quote(gap.path) or 'the subject'} was not read: {quote(gap.why)}"


def _verbatim(words: str) -> Iterator[str]:
    """Words as they stand, each line quoted."""
    for line in words.splitlines():
        yield f"    {quote(line, 400)}".rstrip()
