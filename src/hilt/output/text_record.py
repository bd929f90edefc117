"""What is told of the record as a whole, on a terminal: that it was made, backed up or put back, and who was taken out of it."""

from __future__ import annotations

import json

from hilt.core.record import ErasedPerson, MadeRecord, Restored, Saved
from hilt.output.figures import counted
from hilt.output.layout import Page
from hilt.output.quote import quote

_COLUMN = 18
_STAYS = 14
"""Where it begins what is told of somebody who was erased."""


def write_made(page: Page, made: MadeRecord) -> None:
    """Where the new record is, and what comes next."""
    page.flow([("A record was made.", "bold")])
    key = "new" if made.key_is_new else "it was there already"
    for label, what, why in (
        ("database", made.database, ""),
        ("key of the log", made.key, f"({key}; keep a copy of it elsewhere: without it nothing can be recorded)"),
        (
            "checkpoint",
            made.checkpoint,
            "(tells when an old copy of the database is put back; best on another machine)",
        ),
        ("verifier key", made.verifier, "(whoever has it can verify every receipt of this log; hand it out)"),
    ):
        page.flow([(quote(what, 2000), "bold"), (why, "")], indent=_COLUMN, label=(label, "dim"))
    if made.settings:
        page.blank()
        page.flow([("It is found through your settings:", "")])
        page.line("record:")
        for name, value in made.settings.items():
            page.line(f"  {name}: {json.dumps(value, ensure_ascii=not value.isprintable())}")
    page.blank()
    page.flow([("Next: the first person, who is its administrator.", "")])
    page.line("  hilt person new-key -o YOU.key")
    page.line('  hilt person add "YOUR NAME" YOU.key.pub --contact YOU@EXAMPLE')


def write_saved(page: Page, saved: Saved, *, file: str) -> None:
    """What is in a backup."""
    page.flow(
        [
            (f"{quote(file, 2000)}:", "bold"),
            (f"{counted(saved.entries, 'entry')} of {quote(saved.log)}, with", ""),
            (f"{counted(saved.documents, 'document')} and {counted(saved.words, 'text')}.", ""),
        ]
    )
    page.flow([("The key of the log is not in it, and names are: keep both where only you can read them.", "")])


def write_restored(page: Page, restored: Restored, *, file: str) -> None:
    """What was put back, and whether entries may be missing; or that a new log was begun."""
    (_write_new if restored.verifier else _write_put_back)(page, restored, file)


def write_erased(page: Page, done: ErasedPerson) -> None:
    """What is gone, and what stays."""
    also = f" and {counted(done.texts, 'text')}" if done.texts else ""
    page.flow([(f"{done.person}: name and contact{also} erased", "bold"), (f"(entry {done.entry})", "dim")])
    stays = [f"what {done.person} signed, when, with which key and in which roles"]
    if done.said:
        stays.append(f"{counted(done.said, 'text')} of theirs, which --texts erases")
    if done.naming:
        stays.append(
            f'{counted(done.naming, "text")} of others with their name or contact, which --naming "..." erases'
        )
    stays.append("names in uses, places and references, which are signed as they are")
    for number, one in enumerate(stays):
        page.flow([(one, "")], indent=_STAYS, label=("" if number else "stays", "dim"))
    page.flow(
        [("Backups and bundles that were made before still hold it: delete them, or erase it there too.", "yellow")]
    )


def _write_put_back(page: Page, restored: Restored, file: str) -> None:
    saved = restored.saved
    page.flow(
        [
            (f"{quote(restored.database, 2000)}:", "bold"),
            (f"{counted(saved.entries, 'entry')} of {quote(saved.log)}, all of it as it was signed.", ""),
        ]
    )
    if restored.held_against:
        page.flow([(f"It goes on from {quote(what, 2000)}.", "") for what in restored.held_against])
    else:
        page.flow(
            [
                ("Nobody can tell whether the log had gone further", "yellow"),
                ("than this backup, for no checkpoint was kept here. If it had, do not add to it:", ""),
                (f"hilt restore {quote(file, 2000)} --origin NAME", "bold"),
                ("begins a new log. A witness, or whoever has a checkpoint, knows (--checkpoint FILE).", ""),
            ]
        )
    if not restored.key_is_there:
        page.flow([(f"To add to it, put the key of the log into {quote(restored.key, 2000)}.", "")])


def _write_new(page: Page, restored: Restored, file: str) -> None:
    saved = restored.saved
    ended = f"{quote(saved.log)} ended after {counted(saved.entries, 'entry')}"
    page.flow(
        [
            (f"{quote(restored.database, 2000)}:", "bold"),
            (f"a new log, whose first entry says that {ended}.", ""),
        ]
    )
    page.flow([("Its verifier key:", ""), (restored.verifier, "bold")])
    page.flow(
        [
            ("It knows no people and no models yet: what was decided was signed for the old log.", ""),
            ("To read that, and to bring models over, each with its proofs:", ""),
        ]
    )
    page.line(f"  hilt restore {quote(file, 2000)} --database OLD.db")
    page.line("  hilt bundle write REF -o FILE      # with OLD.db in the settings")
    page.line("  hilt bundle read FILE --import     # with the new one, and the key of the old log under trusted_logs")
