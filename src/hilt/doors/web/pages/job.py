"""Work that goes on beside the pages, as its own page shows it: how far it has come, what came of it, and how to end it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from hilt.core.errors import NotAllowed
from hilt.core.job import Job
from hilt.core.roles import ADMIN
from hilt.doors.http.answers import Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.http.problems import NotThere
from hilt.doors.web.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage(Page):
    """A subclass names the `kind` of its jobs. `name` is that of whoever began it."""

    kind: ClassVar[str]
    job: Job
    name: str
    may_stop: bool

    @classmethod
    def of(cls, asking: Asking, title: str) -> Self:
        """The page of the job that the address names. Raises `NotThere`."""
        job = _found(asking, cls.kind)
        return cls(title=title, job=job, name=_name(asking, job), may_stop=_may_stop(asking, job))

    @classmethod
    def stop(cls, asking: Asking) -> Redirect:
        """Ends it, and leads back to its page. Raises `NotThere`; `NotAllowed` for whoever may not."""
        asking.form()
        stop_job(asking, _found(asking, cls.kind))
        return Redirect(to=asking.path.removesuffix("/stop"))


def _found(asking: Asking, kind: str) -> Job:
    job = asking.desk.jobs.find(asking.parts["number"])
    if job is None or job.kind != kind:
        raise NotThere(
            "this is not known any more: what came of it is kept until the server begins anew; have it done again"
        )
    return job


def stop_job(asking: Asking, job: Job) -> None:
    """Ends it. Raises `NotAllowed` for whoever may not."""
    if not _may_stop(asking, job):
        raise NotAllowed("it is over, or somebody else began it: they stop it, or an administrator does")
    asking.desk.jobs.stop(job.number)


def _may_stop(asking: Asking, job: Job) -> bool:
    who = asking.signed_in().who
    mine = who.person.person == job.person
    return not job.over and (mine or (ADMIN in who.person.roles and not who.only_reads))


def _name(asking: Asking, job: Job) -> str:
    from hilt.gate.person import people

    names = {one.person: one.name.text for one in people(asking.settings)}
    return names.get(job.person) or job.person
