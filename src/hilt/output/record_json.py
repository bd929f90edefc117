"""Standings, entries of the log, how subjects stand, and who signs, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum, IntEnum
from typing import Any

from hilt.core.events import Person, Recorded, Words
from hilt.core.record import Restored
from hilt.core.signed_in import Invitation
from hilt.core.standing import Standing
from hilt.core.status import Held, History, Status, UseStatus
from hilt.core.wire import encode_text


def status_data(status: Status) -> dict[str, Any]:
    digest, day = status.before or ("", "")
    return {
        "reference": encode_text(status.reference),
        "subject": f"sha256:{status.subject}",
        "outcome": status.outcome.word,
        "verdict": recorded_data(status.verdict, status.names) if status.verdict else None,
        "uses": [_use(use, status.names) for use in status.uses],
        "holdings": [recorded_data(one, status.names) for one in status.holdings],
        **({"changed": {"from": f"sha256:{digest}", "checked": day}} if digest else {}),
        **({"recorded": recorded_data(status.entry, status.names)} if status.entry else {}),
    }


def history_data(histories: Sequence[History]) -> list[dict[str, Any]]:
    return [
        {
            "reference": encode_text(one.reference),
            "subject": f"sha256:{one.subject}",
            "entries": [recorded_data(entry, one.names) for entry in one.entries],
        }
        for one in histories
    ]


def list_data(statuses: Sequence[Status], *, after: int | None) -> dict[str, Any]:
    """Some of many; the next begin behind `after`."""
    return {"models": [status_data(one) for one in statuses], "after": after}


def holdings_data(held: Sequence[Held]) -> list[dict[str, Any]]:
    return [
        {"reference": one.reference, **recorded_data(one.entry, {}), "standing": standing_data(one.standing)}
        for one in held
    ]


def people_data(people: Sequence[Person]) -> list[dict[str, Any]]:
    """As the record has them; null for what was erased."""
    return [
        {
            "person": one.person,
            "name": one.name.text,
            "contact": one.contact.text,
            "roles": list(one.roles),
            "keys": list(one.keys),
        }
        for one in people
    ]


def invitation_data(invited: Invitation) -> dict[str, Any]:
    """With the link, which is told nowhere else."""
    told = {"link": invited.link, "until": invited.until, "again": invited.again}
    return {**people_data([invited.person])[0], **told}


def restored_data(restored: Restored) -> dict[str, Any]:
    return {
        **restored.saved._asdict(),
        "database": restored.database,
        "held_against": list(restored.held_against),
        "key": restored.key,
        "key_is_there": restored.key_is_there,
        "new_log": restored.verifier,
    }


def standing_data(standing: Standing) -> dict[str, Any]:
    return {name: value for name, value in _plain(standing).items() if name != "subject"}


def recorded_data(recorded: Recorded, names: Mapping[str, str]) -> dict[str, Any]:
    """An entry; what was said in words stands in it as text, null where it was erased."""
    told: dict[str, Any] = {"entry": recorded.index, "kind": recorded.event.kind, "at": recorded.at, "by": recorded.by}
    if recorded.by in names and not recorded.origin:
        told["name"] = encode_text(names[recorded.by])
    around = {name: _plain(getattr(recorded, name)) for name in ("roles", "lapsed", "origin", "until")}
    event: dict[str, Any] = _plain(recorded.event)
    return told | {name: value for name, value in around.items() if value} | event


def _use(use: UseStatus, names: Mapping[str, str]) -> dict[str, Any]:
    may = [{"rule": question.rule, "people": [*map(encode_text, people)]} for question, people in use.may_decide]
    acts = [recorded_data(one, names) for one in use.acts]
    return standing_data(use.standing) | {"may_decide": may, "acts": acts}


def _plain(value: Any) -> Any:
    match value:
        case Words():
            return None if value.text is None else encode_text(value.text)
        case IntEnum():
            return value.name.lower()
        case Enum():
            return value.value
        case str():
            return encode_text(value)
        case tuple():
            return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
