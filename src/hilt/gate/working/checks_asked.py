"""Checks that people ask a server for: asked, followed, stopped. Who carries them out stands in `gate/working/check_pool.py`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime

from hilt.core.asked_check import AskedCheck, CheckState, Origin
from hilt.core.errors import NotAllowed, UsageError
from hilt.core.roles import ADMIN, only_reads
from hilt.gate.record import opened
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked
from hilt.gate.working.listed_folders import place_of
from hilt.sources.hub_place import HubPlace, parse_address, parse_reference
from hilt.sources.network import Network

MOST_OPEN = 20
"""Checks of one person that are not over."""
LONGEST = 400
"""Letters of the name of a model."""


def ask_upstream(asked: Asked, reference: str, settings: Settings) -> AskedCheck:
    """Has a model of the hub checked: hf:org/name[@revision], org/name, or the address of its page. Raises `UsageError`."""
    place = _place(" ".join(reference.split()))
    kind = "" if place.kind == "models" else f"{place.kind}/"
    revision = "" if place.revision == "main" else f"@{place.revision}"
    return ask(asked, Origin.UPSTREAM, f"hf:{kind}{place.repository}{revision}", settings)


def ask_folder(asked: Asked, place: str, settings: Settings) -> AskedCheck:
    """Has a folder checked that lies in one of those that the settings list. Raises `ReferenceInvalid`."""
    place_of(place, settings)
    return ask(asked, Origin.FOLDER, place, settings)


def ask(asked: Asked, origin: Origin, name: str, settings: Settings, *, upload: str = "") -> AskedCheck:
    """A check that waits. Raises `NotAllowed`, `UsageError`."""
    require_may_ask(asked)
    with opened(settings) as record:
        check = record.asked_checks.add(asked.who.person.person, origin, name, clock(), upload=upload, most=MOST_OPEN)
    if check is None:
        raise UsageError(f"{MOST_OPEN} checks of yours are not over yet; wait for them, or stop some")
    return check


def tell_broken_off(asked: Asked, name: str, why: str, settings: Settings) -> None:
    """Puts an upload that broke off among the checks, where whoever sent it finds out."""
    person = asked.who.person.person
    with opened(settings) as record:
        record.asked_checks.add(person, Origin.UPLOAD, f"upload:{name}", clock(), most=MOST_OPEN, broken_off=why)


def require_may_ask(asked: Asked) -> None:
    """Raises `NotAllowed` for whoever only reads."""
    if not may_ask(asked):
        raise NotAllowed(
            "who only reads what is recorded has nothing checked; ask an administrator for the role requester"
        )


def may_ask(asked: Asked) -> bool:
    return not asked.who.only_reads and bool(asked.who.person.roles) and not only_reads(asked.who.person.roles)


def newest_checks(
    settings: Settings, *, most: int = 50, before: int = 0, is_open: bool | None = None
) -> tuple[AskedCheck, ...]:
    """The newest first; `before` a number, where one is given."""
    with opened(settings) as record:
        return tuple(record.asked_checks.newest(most, before=before, is_open=is_open))


def asked_check(number: int, settings: Settings) -> AskedCheck | None:
    with opened(settings) as record:
        return record.asked_checks.find(number)


def names_of(checks: Iterable[AskedCheck], settings: Settings) -> dict[str, str]:
    """Who asked for them: the names by what the log calls people."""
    with opened(settings) as record:
        people = {check.person: record.who(check.person) for check in checks}
    return {one: (person.name.text if person else None) or one for one, person in people.items()}


def waiting_before(check: AskedCheck, settings: Settings) -> int:
    """How many checks come first."""
    if check.state is not CheckState.WAITING:
        return 0
    with opened(settings) as record:
        return record.asked_checks.waiting_before(check.number)


def may_stop(asked: Asked, check: AskedCheck) -> bool:
    """Who asked for a check may stop it, and administrators."""
    person = asked.who.person
    return may_ask(asked) and not check.state.over and (person.person == check.person or ADMIN in person.roles)


def stop(asked: Asked, check: AskedCheck, settings: Settings) -> None:
    """Ends a check before it is over. Raises `NotAllowed`."""
    if not may_stop(asked, check):
        raise NotAllowed(f"check {check.number} is over, or of somebody else: they stop it, or an administrator does")
    with opened(settings) as record:
        record.asked_checks.stop(check.number, clock(), STOPPED)


STOPPED = "somebody stopped it"


def clock() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _place(reference: str) -> HubPlace:
    if len(reference) > LONGEST or not reference:
        raise UsageError("name a model as hf:org/name or hf:org/name@revision")
    if not reference.startswith("https:"):
        return parse_reference(reference if reference.startswith("hf:") else f"hf:{reference}")
    endpoint = Network.from_environment(os.environ).endpoint
    place = parse_address(reference, endpoint)
    if place is None or place.file:
        raise UsageError(f"{reference}: this is no model of {endpoint}; name one as hf:org/name")
    return place
