"""Verbs that have something done that takes longer: checks, rechecks, policies that are tried, the log verified; and people."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from hilt.core.errors import UsageError
from hilt.core.job import Job
from hilt.core.rechecked import RecheckedAll
from hilt.core.roles import ADMIN, AUDITOR, POLICY_OWNER
from hilt.doors.http.answers import data_of
from hilt.doors.http.problems import NotThere
from hilt.doors.web.api.asking import Nothing
from hilt.doors.web.api.body import Texts
from hilt.doors.web.api.verb import Call, Verb
from hilt.doors.web.pages.job import stop_job
from hilt.output.recheck_json import rechecked_data
from hilt.output.record_json import invitation_data, people_data

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    reference: Annotated[str, "hf:org/name, with @revision for a certain one, or the address of its page"] = ""
    folder: Annotated[str, "in place of a reference, a folder of those that the settings list: NAME/folder"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    before: Annotated[int, "only earlier ones than this number; 0 for the newest"] = 0
    limit: Annotated[int, f"how many, {MOST} at most"] = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCheck:
    check: Annotated[int, "its number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    use: Annotated[str, "only what was admitted for this use"] = ""
    all: Annotated[bool, "all that is recorded, admitted or not"] = False
    reports_only: Annotated[bool, "judge the stored reports, and read no bytes"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    policy: Annotated[str, "the text of the policy, in YAML"]
    instead: Annotated[
        str, "the number of the policy in force whose place it takes (0 is the first), all, or beside"
    ] = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    checkpoint: Annotated[str, "a checkpoint that you kept elsewhere: it tells whether entries were taken back"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OneJob:
    job: Annotated[str, "what the verb that began it answered as `number`"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    name: Annotated[str, "who is invited"]
    contact: Annotated[str, "how to reach them; as before for somebody who is there"] = ""
    roles: Annotated[Texts, "their roles from now on; as before for somebody who is there"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LetIn:
    who: Annotated[str, "what they wait as, such as p-3f9a12cd: person/waiting tells"]
    roles: Annotated[
        Texts, "their roles from now on; as before for somebody who is there, reader for somebody new"
    ] = ()
    into: Annotated[str, "who they are, where they are somebody who is there already"] = ""
    name: Annotated[str, "who they are, where their issuer does not say it well"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    name: Annotated[str, "who, by name or as the log calls them"]
    roles: Annotated[Texts, "from now on; none for somebody who has left"]


def _check(call: Call[Check]) -> object:
    from hilt.gate.working.checks_asked import ask_folder, ask_upstream

    body = call.body
    if bool(body.reference) == bool(body.folder):
        raise UsageError("name a reference or a folder, one of the two")
    if body.folder:
        return _told(ask_folder(call.asked, body.folder, call.settings))
    return _told(ask_upstream(call.asked, body.reference, call.settings))


def _checks(call: Call[Checks]) -> object:
    from hilt.gate.working.checks_asked import newest_checks

    limit = min(max(call.body.limit, 1), MOST)
    return [_told(one) for one in newest_checks(call.settings, most=limit, before=max(call.body.before, 0))]


def _one_check(call: Call[OneCheck]) -> object:
    return _told(_found(call))


def _stop_check(call: Call[OneCheck]) -> object:
    from hilt.gate.working.checks_asked import stop

    stop(call.asked, _found(call), call.settings)
    return _told(_found(call))


def _found(call: Call[OneCheck]) -> Any:
    from hilt.gate.working.checks_asked import asked_check

    found = asked_check(call.body.check, call.settings) if 0 < call.body.check < 1 << 31 else None
    if found is None:
        raise NotThere(f"there is no check {call.body.check}")
    return found


def _told(check: Any) -> dict[str, Any]:
    told: dict[str, Any] = data_of(check)
    return told


def _recheck(call: Call[Recheck]) -> object:
    from hilt.gate.recheck import recheck_all

    body = call.body
    if body.use and body.all:
        raise UsageError("all takes all that is recorded, for whatever use: leave out one of all and use")
    work = partial(recheck_all, body.use, call.settings, everything=body.all, reports_only=body.reports_only)
    return job_data(call.asking.desk.jobs.start("recheck", call.person, work))


def _try(call: Call[Try]) -> object:
    from hilt.gate.overview.policy_trial import layers, try_policy

    body = call.body
    layers(body.policy, body.instead, call.settings)
    started = call.asking.desk.jobs.start(
        "policy/try", call.person, try_policy, body.policy, body.instead, call.settings
    )
    return job_data(started)


def _verify(call: Call[Verify]) -> object:
    from hilt.gate.log import verified

    started = call.asking.desk.jobs.start("log/verify", call.person, verified, call.settings, call.body.checkpoint)
    return job_data(started)


def _job(call: Call[OneJob]) -> object:
    return job_data(_job_of(call))


def _stop_job(call: Call[OneJob]) -> object:
    job = _job_of(call)
    if not job.over:
        stop_job(call.asking, job)
    return job_data(_job_of(call))


def _job_of(call: Call[OneJob]) -> Job:
    found = call.asking.desk.jobs.find(call.body.job)
    if found is None:
        raise NotThere("there is no such job; what came of it is forgotten when the server begins anew")
    return found


def job_data(job: Job) -> dict[str, Any]:
    """A job, with what came of it."""
    result: Any = data_of(job.result)
    if isinstance(job.result, RecheckedAll):
        result |= {"told": [rechecked_data(one) for one in job.result.told]}
    told: dict[str, Any] = data_of(job)
    return told | {"over": job.over, "result": result}


def _invite(call: Call[Invite]) -> object:
    from hilt.gate.signing_in.invite import invite

    body = call.body
    return invitation_data(invite(body.name, body.contact or None, body.roles, key=call.key, settings=call.settings))


def _let_in(call: Call[LetIn]) -> object:
    from hilt.gate.signing_in.accounts import let_in

    body = call.body
    told = let_in(body.who, body.roles, into=body.into, name=body.name, key=call.key, settings=call.settings)
    return people_data([told])[0]


def _waiting(call: Call[Nothing]) -> object:
    from hilt.gate.signing_in.accounts import waiting

    return [data_of(one) for one in waiting(call.asked, call.settings)]


def _roles(call: Call[Roles]) -> object:
    from hilt.gate.person import change_roles

    return people_data([change_roles(call.body.name, call.body.roles, key=call.key, settings=call.settings)])[0]


VERBS = (
    Verb(
        name="check",
        about="Has a model checked: it waits, is carried out by the server, and is recorded.",
        body=Check,
        run=_check,
        changes=True,
        example={"reference": "hf:acme/lid"},
    ),
    Verb(name="check/list", about="The checks that people asked for.", body=Checks, run=_checks, example={"limit": 10}),
    Verb(
        name="check/show",
        about="How far a check has come, and what came of it.",
        body=OneCheck,
        run=_one_check,
        example={"check": 1},
    ),
    Verb(
        name="check/stop",
        about="Ends a check before it is over.",
        body=OneCheck,
        run=_stop_check,
        changes=True,
        example={"check": 1},
    ),
    Verb(
        name="recheck",
        about="Judges again what was admitted and records what changed, as a job.",
        body=Recheck,
        run=_recheck,
        changes=True,
        needs=(POLICY_OWNER, ADMIN),
        example={"reports_only": True},
    ),
    Verb(
        name="policy/try",
        about="Judges all that is recorded by a changed policy, as a job; nothing is recorded, and nothing comes into force.",
        body=Try,
        run=_try,
        changes=True,
        needs=(POLICY_OWNER,),
        example={"policy": "policy: calm\nversion: 1\nrules:\n  few: {require: size(findings) < 9, else: block}\n"},
    ),
    Verb(
        name="log/verify",
        about="Verifies the whole record, as a job: every entry, signature and hash, every row, document and sentence.",
        body=Verify,
        run=_verify,
        needs=(AUDITOR, ADMIN),
    ),
    Verb(
        name="job",
        about="How far a job has come, and what came of it.",
        body=OneJob,
        run=_job,
        example={"job": "3f9a12cd"},
    ),
    Verb(name="job/stop", about="Ends a job.", body=OneJob, run=_stop_job, example={"job": "3f9a12cd"}),
    Verb(
        name="person/invite",
        about="Invites somebody by a link that works once and is told only now.",
        body=Invite,
        run=_invite,
        changes=True,
        needs=(ADMIN,),
        example={"name": "Nora", "contact": "nora@acme.example", "roles": ["requester"]},
    ),
    Verb(
        name="person/waiting",
        about="Whom another server vouches for, and nobody has let in yet.",
        body=Nothing,
        run=_waiting,
        changes=True,
        needs=(ADMIN,),
    ),
    Verb(
        name="person/let-in",
        about="Lets in somebody who waits, as somebody new or as a person who is there.",
        body=LetIn,
        run=_let_in,
        changes=True,
        needs=(ADMIN,),
        example={"who": "p-3f9a12cd", "roles": ["legal"]},
    ),
    Verb(
        name="person/roles",
        about="States which roles somebody has from now on.",
        body=Roles,
        run=_roles,
        changes=True,
        needs=(ADMIN,),
        example={"name": "Eve", "roles": ["engineer", "reader"]},
    ),
)
