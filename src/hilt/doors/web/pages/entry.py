"""One entry of the log, with all that proves it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import ClassVar

from hilt.core.entries import ShownEntry
from hilt.core.errors import UsageError
from hilt.doors.http.answers import Answer, Download
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import NotThere
from hilt.doors.web.page import Page
from hilt.doors.web.pages.log import sees_contacts, without_contact
from hilt.output.record_json import recorded_data

FILES = {"sigstore": ("application/json", "sigstore.json"), "tlog-proof": ("text/plain; charset=utf-8", "tlog-proof")}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage(Page):
    """`names` are those of people, `statement` what was signed, as JSON on several lines."""

    template: ClassVar[str] = "log_entry.html"
    shown: ShownEntry
    names: dict[str, str]
    statement: str

    def data(self) -> object:
        shown = self.shown
        proof = {
            "leaf": shown.leaf,
            "path": list(shown.path),
            "size": shown.checkpoint.size,
            "checkpoint": shown.checkpoint.note,
        }
        return {
            "recorded": recorded_data(shown.recorded, self.names),
            "reference": shown.reference,
            "statement": shown.statement,
            "envelope": json.loads(shown.envelope),
            "key": shown.key,
            "proof": proof,
            "cosignatures": [one._asdict() for one in shown.checkpoint.cosignatures],
        }


def show(asking: Asking) -> Answer:
    shown = _entry(asking)
    if not sees_contacts(asking.signed_in().who.person.roles):
        shown = replace(shown, recorded=without_contact(shown.recorded))
    return EntryPage(
        title=f"Entry {shown.recorded.index}",
        shown=shown,
        names={shown.recorded.by: shown.name},
        statement=json.dumps(shown.statement, indent=2, ensure_ascii=True),
    )


def receipt(asking: Asking) -> Answer:
    from hilt.gate.receipts import proof

    form = asking.query["format"] or "sigstore"
    if form not in FILES:
        raise UsageError(f"format: {form[:40]!a} is none of {', '.join(FILES)}")
    place = _entry(asking).recorded.index
    media, ending = FILES[form]
    return Download(body=proof(place, form, asking.settings), media=media, name=f"entry-{place}.{ending}")


def _entry(asking: Asking) -> ShownEntry:
    from hilt.gate.overview.entries import entry

    number = asking.parts["number"]
    shown = entry(number, settings=asking.settings)
    if shown is None:
        raise NotThere(f"the log has no entry {number}")
    return shown
