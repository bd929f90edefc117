"""People of an office who have something checked, and servers that do it."""

from __future__ import annotations

import time
from pathlib import Path

from hilt.core.asked_check import AskedCheck
from hilt.core.signed_in import PassKind, SignedIn
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked
from hilt.gate.working.check_pool import CheckPool
from hilt.gate.working.checks_asked import asked_check
from office import Office


def signed_in(office: Office, name: str, *, only_reads: bool = False) -> Asked:
    with opened(office.settings) as record:
        person = record.person(name)
    who = SignedIn(person=person, name=name, kind=PassKind.SESSION, label="", begun="", until="", only_reads=only_reads)
    return Asked(who, None, "")


def serving(office: Office, more: str) -> Settings:
    """The settings of the office, and what `serve` says."""
    text = office.settings_file.read_text()
    office.settings_file.write_text(f"{text}serve: {{{more}}}\n")
    return office.settings


def pool(settings: Settings, patience: float = 15.0) -> CheckPool:
    """A server's, which looks often."""
    return CheckPool(settings, tick=0.05, patience=patience)


def over(check: AskedCheck, settings: Settings, wait: float = 20.0) -> AskedCheck:
    """The check once it is over."""
    until = time.monotonic() + wait
    while time.monotonic() < until:
        found = asked_check(check.number, settings)
        if found is not None and found.state.over:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{found} is not over")


def lying(settings: Settings) -> set[str]:
    """What lies where uploads do."""
    folder = Path(settings.serve.uploads.folder)
    return {path.name for path in folder.iterdir() if path.name != "store"} if folder.exists() else set()
