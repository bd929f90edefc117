"""A changed policy, tried on all recorded reports before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hilt.core.errors import NotAllowed, UsageError
from hilt.core.job import Job
from hilt.core.roles import ADMIN
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import NotThere
from hilt.doors.web.page import Page

if TYPE_CHECKING:
    from hilt.gate.policies_in_force import InForce
    from hilt.gate.policy_trial import Trial

KIND = "policy/try"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTryPage(Page):
    """Where a policy is typed; `wrong` is what is wrong with it."""

    template: ClassVar[str] = "policy_try.html"
    in_force: InForce
    text: str
    instead: str
    wrong: str = ""

    @property
    def status(self) -> int:
        return 400 if self.wrong else 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPage(Page):
    """How far a trial has come, and what came of it."""

    template: ClassVar[str] = "policy_trial.html"
    job: Job
    trial: Trial | None
    name: str
    may_stop: bool


def show(asking: Asking) -> Answer:
    from hilt.gate.policies_in_force import policies_in_force

    in_force = policies_in_force(asking.settings)
    return PolicyTryPage(title="Try a policy", in_force=in_force, text=in_force.policies[0].text, instead="0")


def start(asking: Asking) -> Answer:
    from hilt.gate.policies_in_force import policies_in_force
    from hilt.gate.policy_trial import layers, try_policy

    form, person = asking.form(with_file=True), asking.signed_in().who.person
    typed = form["policy"] if form.file is None else form.file.decode("utf-8", "surrogateescape")
    text, instead = typed.replace("\r\n", "\n"), form["instead"]
    try:
        if asking.signed_in().who.only_reads:
            raise NotAllowed("this pass only reads")
        layers(text, instead, asking.settings)
        job = asking.desk.jobs.start(KIND, person.person, try_policy, text, instead, asking.settings)
    except UsageError as error:
        in_force = policies_in_force(asking.settings)
        return PolicyTryPage(title="Try a policy", in_force=in_force, text=text, instead=instead, wrong=str(error))
    return Redirect(to=f"/policy/try/{job.number}")


def show_one(asking: Asking) -> Answer:
    from hilt.gate.policy_trial import Trial

    job = job_of(asking, KIND)
    return TrialPage(
        title="A changed policy, tried",
        job=job,
        trial=job.result if isinstance(job.result, Trial) else None,
        name=name_of(asking, job),
        may_stop=may_stop(asking, job),
    )


def stop(asking: Asking) -> Answer:
    asking.form()
    stop_job(asking, job_of(asking, KIND))
    return Redirect(to=f"/policy/try/{asking.parts['number']}")


def job_of(asking: Asking, kind: str) -> Job:
    """The job that the address names. Raises `NotThere`."""
    job = asking.desk.jobs.find(asking.parts["number"])
    if job is None or job.kind != kind:
        raise NotThere(
            "this is not known any more: what came of it is kept until the server begins anew; have it done again"
        )
    return job


def stop_job(asking: Asking, job: Job) -> None:
    """Ends it. Raises `NotAllowed` for whoever may not."""
    if not may_stop(asking, job):
        raise NotAllowed("it is over, or somebody else began it: they stop it, or an administrator does")
    asking.desk.jobs.stop(job.number)


def may_stop(asking: Asking, job: Job) -> bool:
    who = asking.signed_in().who
    mine = who.person.person == job.person
    return not job.over and (mine or (ADMIN in who.person.roles and not who.only_reads))


def name_of(asking: Asking, job: Job) -> str:
    """Who began it."""
    from hilt.gate.person import people

    names = {one.person: one.name.text for one in people(asking.settings)}
    return names.get(job.person) or job.person
