"""What is told of the log, on a terminal: whether it is whole, how far it has come, what a receipt proves, who watches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from hilt.core.events import THE_LOG
from hilt.core.log import AskedWitness, Exported, KnownWitness, LogState, Proven
from hilt.output.figures import counted
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import told

_COLUMN = 14


def damage_line(what: str, why: str) -> str:
    """One thing that is not what was signed."""
    return f"{quote(what)}: {quote(why, 1000)}"


def write_verified(page: Page, state: LogState | None, *, damage: int, checkpoint: str | None) -> None:
    """How the whole record is; every damage was told before."""
    if state is None:
        page.blank()
        page.line(f"{damage} things are not what was signed. Keep this copy, and put back a backup: hilt restore")
        return
    entries = f"{counted(state.size, 'entry')} of {quote(state.origin)}"
    page.flow([("Everything is as it was signed:", "bold green"), (entries, "")])
    rows = [("root", state.root), ("key", quote(state.key))]
    rows += [
        ("witnessed", f"by {quote(one.witness)}: {counted(one.size, 'entry')} at {_when(one.time)}")
        for one in state.witnessed
    ]
    _rows(page, [*rows, ("rollback", _rollback(state, checkpoint))])


def write_proven(page: Page, proven: Proven) -> None:
    """What a receipt proves."""
    recorded = proven.recorded
    page.flow([("The receipt holds:", "bold green"), (f"entry {recorded.index} of the log {quote(proven.origin)}", "")])
    by = "the key of the log" if recorded.by == THE_LOG else f"the key {quote(proven.key)}"
    rows = [("said", told(recorded, {}).did), ("at", recorded.at), ("signed with", by)]
    if subject := getattr(recorded.event, "subject", ""):
        rows.append(("about", f"sha256:{subject}"))
    rows.append(("checkpoint", f"of {counted(proven.size, 'entry')}, signed by the log"))
    rows += [("witnessed", f"by {quote(name)} at {_when(time)}") for name, time in proven.witnessed]
    _rows(page, rows)


def write_exported(page: Page, exported: Exported, *, folder: str) -> None:
    new = exported.size - exported.before
    entries, files = counted(exported.size, "entry"), counted(exported.files, "file")
    page.line(f"{quote(folder)}: {entries}, {new} of them new; {files} written")


def write_keys(page: Page, keys: Sequence[str]) -> None:
    for one in keys:
        page.line(one)


def asked_line(asked: AskedWitness) -> str:
    """What a witness did."""
    did = f"did not sign: {quote(asked.why, 1000)}" if asked.why else f"signed it at {_when(asked.time)}"
    return f"{quote(asked.name)} ({quote(asked.url)}) {did}"


def write_settings(page: Page, asked: AskedWitness, *, key: str) -> None:
    """The lines that name a witness, for the settings."""
    page.line("record:")
    page.line("  witnesses:")
    page.line(f"    - url: {json.dumps(asked.url)}")
    page.line(f"      key: {json.dumps(key)}")


def write_witnesses(page: Page, witnesses: Sequence[KnownWitness]) -> None:
    for one in witnesses:
        signed = f"{counted(one.size, 'entry')} at {_when(one.time)}" if one.size else "nothing yet"
        page.line(f"{quote(one.name)}  {quote(one.url)}  signed {signed}")
    if not witnesses:
        page.line("no witness is named in the settings; `hilt log witness add URL VKEY` tells how to")


def _rollback(state: LogState, checkpoint: str | None) -> str:
    """What a copy that is put back would look like: as whole as this."""
    if checkpoint:
        return f"no entry was taken back since the checkpoint in {quote(checkpoint)}"
    if state.kept:
        return (
            f"not excluded where somebody can write to {quote(state.kept)} and to the database: hold it against a "
            "checkpoint that was kept elsewhere with --checkpoint FILE"
        )
    return "not excluded: no checkpoint was kept elsewhere; `hilt log checkpoint -o FILE` writes one to keep"


def _rows(page: Page, rows: Sequence[tuple[str, str]]) -> None:
    for label, text in rows:
        page.flow([(text, "")], indent=_COLUMN, label=(label, "dim"))


def _when(seconds: int) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
