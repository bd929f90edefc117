"""A changed policy, tried on all recorded reports before it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hilt.core.errors import NotAllowed, UsageError
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page
from hilt.doors.web.pages.job import JobPage

if TYPE_CHECKING:
    from hilt.gate.overview.policies_in_force import InForce

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


class TrialPage(JobPage):
    """How far a trial has come, and what came of it."""

    template: ClassVar[str] = "policy_trial.html"
    kind: ClassVar[str] = KIND


def show(asking: Asking) -> Answer:
    from hilt.gate.overview.policies_in_force import policies_in_force

    in_force = policies_in_force(asking.settings)
    return PolicyTryPage(title="Try a policy", in_force=in_force, text=in_force.policies[0].text, instead="0")


def start(asking: Asking) -> Answer:
    from hilt.gate.overview.policies_in_force import policies_in_force
    from hilt.gate.overview.policy_trial import layers, try_policy

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
    return TrialPage.of(asking, "A changed policy, tried")


def stop(asking: Asking) -> Answer:
    return TrialPage.stop(asking)
