"""Verbs that only tell what is recorded; a token that only reads is enough for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from hilt.core.errors import UsageError
from hilt.core.verdict import Outcome
from hilt.doors.http.answers import data_of
from hilt.doors.http.problems import NotThere
from hilt.doors.web.api.deciding import Reference, Use
from hilt.doors.web.api.verb import Call, Verb
from hilt.doors.web.pages.log import entry_data, sees_contacts
from hilt.output import review_json
from hilt.output.record_json import history_data, holdings_data, list_data, people_data, status_data

MOST = 200
"""Models that are told at once."""
LONGEST = 1000
"""Letters that are searched for."""
OUTCOMES = {one.word: one for one in Outcome}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OfReference:
    reference: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class OfUse:
    reference: Reference
    use: Use = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    matching: Annotated[str, "a part of the reference"] = ""
    use: Annotated[str, "only how each stands for this use"] = ""
    outcome: Annotated[str, "only the uses for which it stands so: admit, review or block"] = ""
    expiring: Annotated[int, "only what ends within so many days; -1 for all"] = -1
    after: Annotated[int, "the `after` of the page before; -1 for the first"] = -1
    limit: Annotated[int, f"how many, {MOST} at most"] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    reference: Annotated[str, "only of this model; empty for all"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    person: Annotated[str, "only those that this person may decide: a name, `me` for yourself, empty for all"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCase:
    case: Annotated[int, "its number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsAsked:
    by: Annotated[str, "person or rule; empty for no groups"] = ""
    since: Annotated[str, "the first day, such as 2026-01-01; empty for the last quarter of a year"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    expiring: Annotated[int, "only what ends within so many days; -1 for all"] = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    entry: Annotated[int, "the number of the entry"]
    format: Annotated[str, "sigstore or tlog-proof"] = field(default="sigstore")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    kind: Annotated[str, "only of this kind, such as verdict or decision"] = ""
    person: Annotated[str, "only what this person signed: a name, or log for the log itself"] = ""
    subject: Annotated[str, "only about the model with this digest, in hex"] = ""
    after: Annotated[int, "the `after` of the page before; -1 for the first"] = -1
    limit: Annotated[int, "how many, 50 at most"] = 50


def _status(call: Call[OfUse]) -> object:
    from hilt.gate.status import status

    reference = call.meant(call.body.reference)
    return status_data(status(reference, use=call.body.use or None, settings=call.settings))


def _models(call: Call[Models]) -> object:
    from hilt.gate.status import statuses

    body = call.body
    if body.outcome and body.outcome not in OUTCOMES:
        raise UsageError(f"outcome: {body.outcome[:40]!a} is none of {', '.join(OUTCOMES)}")
    if not 1 <= body.limit <= MOST or body.expiring > 36500 or len(body.matching) > LONGEST:
        raise UsageError(f"limit: from 1 to {MOST}; expiring: at most 36500 days; matching: at most {LONGEST} letters")
    told, after = statuses(
        use=body.use or None,
        outcome=OUTCOMES.get(body.outcome),
        expiring=None if body.expiring < 0 else body.expiring,
        matching=body.matching,
        after=None if body.after < 0 else body.after,
        limit=body.limit,
        settings=call.settings,
    )
    return list_data(told, after=after)


def _history(call: Call[OfReference]) -> object:
    from hilt.gate.history import history

    return history_data(history(call.meant(call.body.reference), settings=call.settings))


def _holdings(call: Call[Holdings]) -> object:
    from hilt.gate.hold import holdings

    named = call.body.reference
    return holdings_data(holdings(call.meant(named) if named else None, settings=call.settings))


def _cases(call: Call[Cases]) -> object:
    from hilt.gate.review import open_cases

    person = call.person if call.body.person == "me" else call.body.person
    return review_json.list_data(open_cases(person=person or None, settings=call.settings))


def _case(call: Call[OneCase]) -> object:
    from hilt.gate.explain import catalogue
    from hilt.gate.reviewing.review_case import show_case

    shown = show_case(call.body.case, key=call.asked.key, settings=call.settings)
    return review_json.case_data(shown, catalogue(), recommendation=False) | {"seen": shown.seen}


def _stats(call: Call[StatsAsked]) -> object:
    from hilt.gate.named_day import named_day
    from hilt.gate.reviewing.review_stats import review_stats

    since = named_day("since", call.body.since).isoformat() if call.body.since else None
    return review_json.stats_data(review_stats(by=call.body.by, since=since, settings=call.settings))


def _exceptions(call: Call[Exceptions]) -> object:
    from hilt.gate.exceptions import exceptions

    expiring = None if call.body.expiring < 0 else min(call.body.expiring, 36500)
    return review_json.exceptions_data(exceptions(expiring=expiring, settings=call.settings))


def _policy(call: Call[Nothing]) -> object:
    from hilt.gate.overview.policies_in_force import policies_in_force

    return data_of(policies_in_force(call.settings))


def _people(call: Call[Nothing]) -> object:
    from hilt.gate.person import people

    told = people_data(people(call.settings))
    return (
        told
        if sees_contacts(call.asked.who.person.roles)
        else [{key: value for key, value in one.items() if key != "contact"} for one in told]
    )


def _proof(call: Call[Proof]) -> object:
    from hilt.gate.overview.entries import entry
    from hilt.gate.receipts import FORMATS, proof

    body = call.body
    if body.format not in FORMATS:
        raise UsageError(f"format: {body.format[:40]!a} is none of {', '.join(FORMATS)}")
    if entry(body.entry, settings=call.settings) is None:
        raise NotThere(f"the log has no entry {body.entry}")
    receipt = proof(body.entry, body.format, call.settings).decode()
    return {"entry": body.entry, "format": body.format, "receipt": receipt}


def _entries(call: Call[Entries]) -> object:
    from hilt.gate.overview.entries import entries

    body = call.body
    told = entries(
        kind=body.kind,
        person=body.person,
        subject=body.subject,
        after=None if body.after < 0 else body.after,
        limit=body.limit,
        settings=call.settings,
    )
    sees = sees_contacts(call.asked.who.person.roles)
    return {
        "entries": [entry_data(one, told, sees_contacts=sees) for one in told.entries],
        "after": told.after,
        "size": told.size,
    }


def _log_key(call: Call[Nothing]) -> object:
    from hilt.gate.log import keys

    told = keys(call.settings)
    return {"key": told[-1], "keys": list(told)}


VERBS = (
    Verb(
        name="status",
        about="How a model stands, for which uses, by whose decision, until when, and what it waits for.",
        body=OfUse,
        run=_status,
        example={"reference": "#17"},
    ),
    Verb(
        name="models",
        about="How all models stand, what was judged last first, a page at a time (hilt status).",
        body=Models,
        run=_models,
        example={"outcome": "review", "limit": 20},
    ),
    Verb(
        name="history",
        about="Everything that was recorded of a model.",
        body=OfReference,
        run=_history,
        example={"reference": "#17"},
    ),
    Verb(name="hold/list", about="Who runs what, and how that stands.", body=Holdings, run=_holdings, example={}),
    Verb(
        name="review/list",
        about="The cases that wait for people, those first in which waiting costs most.",
        body=Cases,
        run=_cases,
        example={"person": "me"},
    ),
    Verb(
        name="review/show",
        about="All that there is to see of one case; that you saw it is noted.",
        body=OneCase,
        run=_case,
        example={"case": 17},
    ),
    Verb(
        name="review/stats",
        about="How deciding goes.",
        body=StatsAsked,
        run=_stats,
        example={"by": "rule"},
    ),
    Verb(
        name="exceptions/list",
        about="What runs against its verdict, and until when.",
        body=Exceptions,
        run=_exceptions,
        example={"expiring": 30},
    ),
    Verb(name="policy/show", about="The policies that judge today, rule by rule.", body=Nothing, run=_policy),
    Verb(
        name="person/list",
        about="Who there is, with which roles and keys; contacts for auditors and administrators.",
        body=Nothing,
        run=_people,
    ),
    Verb(
        name="log/proof",
        about="The receipt of an entry, which anybody can verify who has the key of the log.",
        body=Proof,
        run=_proof,
        example={"entry": 0, "format": "tlog-proof"},
    ),
    Verb(
        name="log/entries",
        about="The entries of the log, newest first, a page at a time.",
        body=Entries,
        run=_entries,
        example={"kind": "request"},
    ),
    Verb(name="log/key", about="The verifier keys of the log, the newest last.", body=Nothing, run=_log_key),
)
