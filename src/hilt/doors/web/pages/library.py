"""What the library has: searched by name, by what is known of it, and by what it takes to run it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import ClassVar, NamedTuple
from urllib.parse import urlencode

from hilt.core.errors import UsageError
from hilt.core.events import Recorded
from hilt.core.library import KINDS, Found, Shelved, Sought, UpstreamTold
from hilt.core.roles import only_reads
from hilt.core.sizes import size_of
from hilt.core.verdict import Outcome
from hilt.doors.http.answers import Answer, Redirect, data_of
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page
from hilt.output.library_json import found_data

MOST = 50
"""Repositories of a page."""
LONGEST = 200
"""Letters of what is searched for."""
NAMES = ("q", "kind", "author", "task", "licence", "openness", "verdict", "largest", "fits", "use")
USUAL = ("kind", KINDS[0])
VERDICTS = {one.word: one for one in Outcome}
OPENNESS = ("1", "2", "3")
_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)


class Row(NamedTuple):
    """A revision of the library, the digest of its bytes, and how many they are."""

    found: Shelved
    subject: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPage(Page):
    """
    the entry of the log of when all of it was read anew last.
    """

    template: ClassVar[str] = "library.html"
    found: Found
    rows: tuple[Row, ...]
    told: dict[str, str]
    wrong: str
    kinds: tuple[str, ...]
    verdicts: tuple[str, ...]
    classes: tuple[str, ...]
    next: str
    first: str
    upstreams: tuple[UpstreamTold, ...]
    read_anew: Recorded | None
    fixity_days: int
    runs: bool
    origin: str
    reads_only: bool

    @property
    def example(self) -> str:
        """A model that a newcomer may try: one that was admitted, if there is any."""
        admitted = (one.found for one in self.rows if one.found.outcome is Outcome.ADMIT and not one.found.withdrawn)
        first = next((one.kept.repository for one in admitted), None)
        return first.name if first is not None and first.kind == KINDS[0] else "org/name"

    @property
    def status(self) -> int:
        return 400 if self.wrong else 200

    def data(self) -> object:
        anew = self.read_anew and {
            "entry": self.read_anew.index,
            "at": self.read_anew.at,
            **asdict(self.read_anew.event),
        }
        told = {
            "runs": self.runs,
            "read_anew": anew,
            "fixity_days": self.fixity_days,
            "upstreams": data_of(self.upstreams),
            "wrong": self.wrong or None,
        }
        return {**found_data(self.found), **told}


def show(asking: Asking) -> Answer:
    from hilt.gate.fixity import last_run
    from hilt.gate.library import search, upstreams

    query, library = asking.query, asking.desk.library
    if query["repository"]:
        return _of(query["repository"], asking)
    told = {name: value for name in NAMES if (value := query[name].strip()[:LONGEST]) and (name, value) != USUAL}
    found, wrong = Found((), None), ""
    try:
        sought, after = _sought(told), _after(query["after"])
        found = search(sought, use=told.get("use", ""), after=after, limit=MOST, settings=asking.settings)
    except UsageError as error:
        wrong = str(error)
    return LibraryPage(
        title="Library",
        found=found,
        rows=tuple(_row(one) for one in found.models),
        told=dict.fromkeys(NAMES, "") | told,
        wrong=wrong,
        kinds=KINDS,
        verdicts=tuple(VERDICTS),
        classes=OPENNESS,
        next=_to({**told, "after": str(found.after)}) if found.after is not None else "",
        first=_to(told) if query["after"] else "",
        upstreams=upstreams(asking.settings, library),
        read_anew=last_run(asking.settings),
        fixity_days=asking.settings.library.fixity_days,
        runs=library is not None,
        origin=asking.desk.origin,
        reads_only=only_reads(asking.signed_in().who.person.roles),
    )


def _of(reference: str, asking: Asking) -> Answer:
    """Where browsers are led that ask for org/name as on the public hub: to its newest report, or to where it is checked."""
    from hilt.gate.library import judged_last

    subject = judged_last(reference, asking.settings)
    return Redirect(to=f"/models/{subject}" if subject else f"/check?{urlencode({'reference': reference})}")


def _sought(told: dict[str, str]) -> Sought:
    """Raises `UsageError`."""
    for name, known in (("kind", KINDS), ("verdict", tuple(VERDICTS)), ("openness", OPENNESS)):
        if told.get(name, known[0]) not in known:
            raise UsageError(f"{name}: {', '.join(known)} are known")
    return Sought(
        kind=told.get("kind", "models"),
        text=told.get("q", ""),
        author=told.get("author", ""),
        task=told.get("task", ""),
        licence=told.get("licence", ""),
        openness=int(told["openness"]) if "openness" in told else None,
        outcome=VERDICTS.get(told.get("verdict", "")),
        largest=size_of("files", told["largest"]) if "largest" in told else 0,
        memory=size_of("memory", told["fits"]) if "fits" in told else 0,
    )


def _after(text: str) -> int:
    if text and not _NUMBER.fullmatch(text):
        raise UsageError("after: a number is needed here")
    return int(text or 0)


def _row(one: Shelved) -> Row:
    subject = one.kept.subject
    return Row(one, subject.digest, subject.size)


def _to(told: dict[str, str]) -> str:
    asked = urlencode(told)
    return f"/library?{asked}" if asked else "/library"
