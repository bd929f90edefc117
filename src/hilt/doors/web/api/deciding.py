"""Verbs by which people decide, each signed with the key of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

from hilt.core.events import Remark
from hilt.doors.http.problems import NotThere
from hilt.doors.web.api.body import Answers
from hilt.doors.web.api.verb import Call, Verb
from hilt.output.record_json import recorded_data, status_data

Reference = Annotated[str, "hf:org/name as it was checked last, sha256:DIGEST, or '#17', the number of a case"]
Use = Annotated[str, "for what it is used; a case has one of its own"]
Seen = Annotated[
    str, "what review/show told as `seen`: then it counts for that alone, and for nothing that changed since"
]
Why = Annotated[str, "the reason, in words: it is kept, and others rely on it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admit:
    reference: Reference
    why: Why
    use: Use = ""
    until: Annotated[str, "the last day on which it counts, such as 2027-01-31"] = ""
    conditions: Annotated[str, "what whoever uses it has to keep to"] = ""
    answers: Annotated[Answers, "what you answer to the question of each rule"] = field(default_factory=dict)
    seen: Seen = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    reference: Reference
    why: Why
    use: Use = ""
    seen: Seen = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    reference: Reference
    why: Why
    use: Use = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    case: Annotated[int, "its number"]
    why: Annotated[str, "what you ask or say, in words: it is kept with the case"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    reference: Reference
    where: Annotated[str, "the place where it runs: a cluster, a host, a product"]
    holder: Annotated[str, "who runs it, a team or a person, and how to reach them"]
    use: Use = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHolding:
    holding: Annotated[int, "the number of its entry in the log"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renew:
    entry: Annotated[int, "the number of the exception in the log"]
    until: Annotated[str, "its new last day, such as 2027-01-31"]
    why: Why
    answers: Annotated[Answers, "what you answer to the question of each rule, where it is not the reason"] = field(
        default_factory=dict
    )
    conditions: Annotated[str, "other conditions than before"] = ""


def _admit(call: Call[Admit]) -> object:
    from hilt.gate.admit import admit

    body = call.body
    told = admit(
        call.meant(body.reference),
        use=body.use or None,
        why=body.why,
        until=body.until,
        conditions=body.conditions,
        answers=body.answers or None,
        key=call.key,
        settings=call.settings,
        seen=body.seen,
    )
    return status_data(told)


def _refuse(call: Call[Refuse]) -> object:
    from hilt.gate.refuse import refuse

    return _stopped(call, partial(refuse, seen=call.body.seen))


def _withdraw(call: Call[Withdraw]) -> object:
    from hilt.gate.withdraw import withdraw

    return _stopped(call, withdraw)


def _stopped(call: Call[Any], verb: Any) -> object:
    body = call.body
    reference = call.meant(body.reference)
    return status_data(verb(reference, use=body.use or None, why=body.why, key=call.key, settings=call.settings))


def _ask(call: Call[Say]) -> object:
    return _remarked(call, Remark.ASKS)


def _say(call: Call[Say]) -> object:
    return _remarked(call, Remark.SAYS)


def _remarked(call: Call[Say], says: Remark) -> object:
    from hilt.gate.remark import remark

    body = call.body
    if not 0 <= body.case < 1 << 62:
        raise NotThere("there is no such case")
    return recorded_data(remark(body.case, says, body.why, key=call.key, settings=call.settings), {})


def _hold(call: Call[Hold]) -> object:
    from hilt.gate.hold import hold

    body = call.body
    told = hold(
        call.meant(body.reference),
        where=body.where,
        holder=body.holder,
        use=body.use or None,
        key=call.key,
        settings=call.settings,
    )
    return status_data(told)


def _end_holding(call: Call[EndHolding]) -> object:
    from hilt.gate.hold import end

    return recorded_data(end(call.body.holding, key=call.key, settings=call.settings), {})


def _renew(call: Call[Renew]) -> object:
    from hilt.gate.exceptions import renew

    body = call.body
    told = renew(
        body.entry,
        until=body.until,
        why=body.why,
        answers=body.answers or None,
        conditions=body.conditions,
        key=call.key,
        settings=call.settings,
    )
    return status_data(told)


_EXAMPLE = {"reference": "#17", "why": "We read the code: it only rebuilds layers."}

VERBS = (
    Verb(
        name="admit",
        about="Decides that a model may be used for a named use, or asks those who decide.",
        body=Admit,
        run=_admit,
        changes=True,
        example={**_EXAMPLE, "answers": {"calls-are-known": "It rebuilds layers."}},
    ),
    Verb(
        name="refuse",
        about="Decides that a model may not be used for a named use.",
        body=Refuse,
        run=_refuse,
        changes=True,
        example=_EXAMPLE,
    ),
    Verb(
        name="withdraw",
        about="Takes back what was decided, for a use or for all; tells who runs it.",
        body=Withdraw,
        run=_withdraw,
        changes=True,
        example=_EXAMPLE,
    ),
    Verb(
        name="review/ask",
        about="Asks whoever made a request for more, before it is decided.",
        body=Say,
        run=_ask,
        changes=True,
        example={"case": 17, "why": "Which text grants us this use?"},
    ),
    Verb(
        name="review/say",
        about="Says something of a case, such as an answer to what was asked; it decides nothing.",
        body=Say,
        run=_say,
        changes=True,
        example={"case": 17, "why": "The licence stands in its card."},
    ),
    Verb(
        name="hold/add",
        about="Records who runs a model, where, and for what use.",
        body=Hold,
        run=_hold,
        changes=True,
        example={"reference": "#17", "where": "cluster west", "holder": "Search team, search@acme.example"},
    ),
    Verb(
        name="hold/end",
        about="Records that a holding is over.",
        body=EndHolding,
        run=_end_holding,
        changes=True,
        example={"holding": 21},
    ),
    Verb(
        name="exceptions/renew",
        about="Decides an exception anew, on the evidence of today.",
        body=Renew,
        run=_renew,
        changes=True,
        example={"entry": 19, "until": "2027-01-31", "why": "Its successor is not ready."},
    ),
)
