"""Work that a server does beside its pages."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from hilt.core.errors import UsageError
from hilt.core.job import Job
from hilt.gate.working.jobs import MOST_AT_ONCE, STOPPED, Jobs
from jobs_at_work import breaks, counts, hangs, refuses, stumbles


def until(jobs: Jobs, number: str, so: Callable[[Job], object]) -> Job:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        job = jobs.find(number)
        if job is not None and so(job):
            return job
        time.sleep(0.02)
    raise AssertionError(job)


def test_a_job_tells_how_far_it_has_come_and_what_came_of_it() -> None:
    told: list[str] = []
    jobs = Jobs(told.append)
    job = jobs.start("count", "p-ada", counts, 7)
    done = until(jobs, job.number, lambda one: one.over)
    assert (done.result, done.error, done.whole, done.person) == (7, "", 7, "p-ada")
    assert set(told) == {job.number}
    assert jobs.newest("count") == done
    assert jobs.newest("verify") is None


def test_an_error_is_told_in_its_words_and_a_mistake_of_ours_on_the_terminal_alone(
    capfd: pytest.CaptureFixture[str],
) -> None:
    jobs = Jobs(lambda _: None)
    refused, broken = jobs.start("a", "p-ada", refuses), jobs.start("b", "p-ada", breaks)
    assert until(jobs, refused.number, lambda one: one.over).error == "line 3: not YAML"
    assert "hilt made a mistake" in until(jobs, broken.number, lambda one: one.over).error
    stumbled = jobs.start("c", "p-ada", stumbles)
    assert "hilt made a mistake" in until(jobs, stumbled.number, lambda one: one.over).error
    assert "hilt: ValueError: \\x1b[2J of a model" in capfd.readouterr().err


def test_a_job_is_stopped_at_once_and_only_so_many_go_on_together() -> None:
    jobs = Jobs(lambda _: None)
    begun = [jobs.start("wait", "p-ada", hangs) for _ in range(MOST_AT_ONCE)]
    with pytest.raises(UsageError, match="wait for one, or stop one"):
        jobs.start("wait", "p-ada", hangs)
    until(jobs, begun[0].number, lambda one: one.whole)
    for job in begun:
        jobs.stop(job.number)
    assert [until(jobs, job.number, lambda one: one.over).error for job in begun] == [STOPPED, STOPPED]
    jobs.stop(begun[0].number)
    assert jobs.find("nothing") is None
