"""The log: its entries, its checkpoints and its key, and what it takes to verify all of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from hilt.core.entries import Checkpoint, Entries
from hilt.core.events import EVENTS, PersonStated, Recorded
from hilt.core.job import Job
from hilt.core.log import LogState
from hilt.core.roles import ADMIN, AUDITOR
from hilt.doors.http.answers import Answer, Download, Redirect, streamed
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page
from hilt.doors.web.pages.job import JobPage
from hilt.output.record_json import recorded_data

KIND = "log/verify"
SEE_CONTACTS = frozenset({ADMIN, AUDITOR})
MOST_CHECKPOINTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage(Page):
    """Some entries, as `kind`, `person` and `subject` chose them; `people` are all by what the log calls them.

    `verified` is the newest job that verified the log, of which `by` tells who began it.
    """

    template: ClassVar[str] = "log.html"
    entries: Entries
    kind: str
    person: str
    subject: str
    kinds: tuple[tuple[str, str], ...]
    older: str
    is_first: bool
    state: LogState
    checkpoints: tuple[Checkpoint, ...]
    verified: Job | None
    may_verify: bool
    sees_contacts: bool

    def data(self) -> object:
        told = [entry_data(one, self.entries, sees_contacts=self.sees_contacts) for one in self.entries.entries]
        return {"entries": told, "after": self.entries.after, "size": self.entries.size, "log": self.state._asdict()}


class VerifyPage(JobPage):
    """How far the log is verified, and what came of it."""

    template: ClassVar[str] = "log_verified.html"
    kind: ClassVar[str] = KIND


def show(asking: Asking) -> Page:
    from hilt.gate.log import state
    from hilt.gate.overview.entries import checkpoints, entries

    query, settings = asking.query, asking.settings
    kind, person, subject = query["kind"], query["person"], query["subject"][:64]
    after = query["after"]
    found = entries(
        kind=kind,
        person=person,
        subject=subject,
        after=int(after) if after.isdecimal() and len(after) < 19 else None,
        settings=settings,
    )
    chosen = {name: value for name, value in (("kind", kind), ("person", person), ("subject", subject)) if value}
    roles = asking.signed_in().who.person.roles
    return LogPage(
        title="Log",
        entries=found,
        kind=kind,
        person=person,
        subject=subject,
        kinds=_kinds(chosen),
        older="/log?" + urlencode(chosen | {"after": found.after}) if found.after is not None else "",
        is_first=not after,
        state=state(settings),
        checkpoints=checkpoints(limit=MOST_CHECKPOINTS, settings=settings),
        verified=asking.desk.jobs.newest(KIND),
        may_verify=bool(SEE_CONTACTS & set(roles)),
        sees_contacts=bool(SEE_CONTACTS & set(roles)),
    )


def _kinds(chosen: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Each kind of entry, and the address of the page with those alone; first that of all."""
    others = {name: value for name, value in chosen.items() if name != "kind"}
    kinds = ("", *(event.kind for event in EVENTS))
    return tuple((kind, "/log?" + urlencode(others | ({"kind": kind} if kind else {}))) for kind in kinds)


def verify(asking: Asking) -> Answer:
    from hilt.gate.log import verified

    form, person = asking.form(), asking.signed_in().who.person
    note = form["checkpoint"].replace("\r\n", "\n")
    if note and not note.endswith("\n"):
        note += "\n"
    job = asking.desk.jobs.start(KIND, person.person, verified, asking.settings, note)
    return Redirect(to=f"/log/verify/{job.number}")


def show_verified(asking: Asking) -> Answer:
    return VerifyPage.of(asking, "The log, verified")


def stop(asking: Asking) -> Answer:
    return VerifyPage.stop(asking)


def checkpoint(asking: Asking) -> Answer:
    """The newest checkpoint, as a file to keep elsewhere."""
    from hilt.gate.log import newest_checkpoint

    return Download(
        body=newest_checkpoint(asking.settings).encode(), media="text/plain; charset=utf-8", name="checkpoint"
    )


def export(asking: Asking) -> Answer:
    """Every entry as a line of JSON, oldest last; in front of them the checkpoint and the keys."""
    from hilt.gate.log import keys, newest_checkpoint

    begin = {"checkpoint": newest_checkpoint(asking.settings), "keys": list(keys(asking.settings))}

    def lines() -> Iterator[str]:
        from hilt.gate.overview.entries import entries

        yield json.dumps(begin) + "\n"
        found = entries(settings=asking.settings)
        while True:
            for one in found.entries:
                yield json.dumps(recorded_data(one, found.names)) + "\n"
            if found.after is None:
                return
            found = entries(after=found.after, settings=asking.settings)

    return streamed(lines(), "application/x-ndjson", "log.jsonl")


def entry_data(recorded: Recorded, entries: Entries, *, sees_contacts: bool) -> dict[str, Any]:
    told = recorded_data(recorded if sees_contacts else without_contact(recorded), entries.names)
    subject = getattr(recorded.event, "subject", "")
    return told | ({"reference": entries.references[subject]} if subject in entries.references else {})


def without_contact(recorded: Recorded) -> Recorded:
    """An entry, without how to reach somebody."""
    if not isinstance(recorded.event, PersonStated):
        return recorded
    return replace(recorded, event=replace(recorded.event, contact=replace(recorded.event.contact, text=None)))


def sees_contacts(roles: Collection[str]) -> bool:
    return bool(SEE_CONTACTS & set(roles))
