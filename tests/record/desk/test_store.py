"""Asked checks in the database: each is carried out by one server, and none is lost with one."""

from __future__ import annotations

import threading

import pytest

from hilt.core.asked_check import AskedCheck, CheckState, Origin, Reached
from hilt.core.verdict import Outcome
from hilt.record.database import Database
from hilt.record.desk.store import AskedChecks

AT = "2026-01-01T10:00:00+00:00"
LATER = "2026-01-01T10:05:00+00:00"


@pytest.fixture
def checks(database: Database) -> AskedChecks:
    return AskedChecks(database)


def added(checks: AskedChecks, name: str = "hf:acme/lid", upload: str = "", person: str = "p1") -> AskedCheck:
    check = checks.add(person, Origin.UPLOAD if upload else Origin.UPSTREAM, name, AT, upload=upload, most=9)
    assert check is not None
    return check


def test_a_check_waits_until_a_server_takes_it_and_is_followed_to_its_end(checks: AskedChecks) -> None:
    check = added(checks, "hf:acme/\udcff")
    assert (
        checks.find(1)
        == check
        == AskedCheck(number=1, person="p1", origin=Origin.UPSTREAM, name="hf:acme/\udcff", asked=AT)
    )
    job = checks.take("a", LATER, store="s")
    assert job is not None
    assert (job.check.number, job.check.state, job.check.begun, job.tries) == (1, CheckState.RUNNING, LATER, 1)
    reached = checks.reach(1, "a", Reached(1, 2, 3, 5_000_000_000_000))
    assert reached is not None
    assert reached.reached == Reached(1, 2, 3, 5_000_000_000_000)
    all_of_it = Reached(2, 2, 4, 4)
    ended = {"reached": all_of_it, "outcome": Outcome.ADMIT, "subject": "a" * 64, "place": 17}
    assert checks.end(1, "a", CheckState.DONE, LATER, **ended)
    done = checks.find(1)
    assert done is not None
    assert (done.state, done.outcome, done.subject, done.place) == (CheckState.DONE, Outcome.ADMIT, "a" * 64, 17)
    assert (done.ended, done.reached) == (LATER, all_of_it)
    assert checks.find(2) is None


def test_of_many_servers_one_takes_a_check(checks: AskedChecks) -> None:
    for _ in range(4):
        added(checks)
    taken: list[int] = []

    def take(server: str) -> None:
        while (job := checks.take(server, AT, store="s")) is not None:
            taken.append(job.check.number)

    servers = [threading.Thread(target=take, args=(f"server {n}",)) for n in range(4)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert sorted(taken) == [1, 2, 3, 4]


def test_whose_check_was_taken_back_says_no_more_of_it(checks: AskedChecks) -> None:
    added(checks)
    checks.take("a", AT, store="s")
    (beat,) = checks.running()
    checks.give_back(beat, LATER, most_tries=3, why="gone")
    assert checks.reach(1, "a", Reached()) is None
    assert not checks.end(1, "a", CheckState.DONE, LATER, reached=Reached())
    again = checks.take("b", LATER, store="s")
    assert again is not None
    assert again.tries == 2
    assert not checks.end(1, "a", CheckState.FAILED, LATER, reached=Reached())


def test_a_sign_of_life_keeps_a_check(checks: AskedChecks) -> None:
    added(checks)
    checks.take("a", AT, store="s")
    (before,) = checks.running()
    checks.reach(1, "a", Reached())
    checks.give_back(before, LATER, most_tries=3, why="gone")
    assert checks.reach(1, "a", Reached()) is not None


def test_a_check_that_ends_server_after_server_is_given_up(checks: AskedChecks) -> None:
    added(checks)
    for _ in range(2):
        assert checks.take("a", AT, store="s") is not None
        checks.give_back(checks.running()[0], LATER, most_tries=2, why="it ended twice")
    found = checks.find(1)
    assert found is not None
    assert (found.state, found.error, found.ended) == (CheckState.INTERRUPTED, "it ended twice", LATER)


def test_a_server_that_ends_leaves_its_checks_as_if_it_had_not_begun(checks: AskedChecks) -> None:
    for _ in range(3):
        added(checks)
    checks.take("a", AT, store="s")
    checks.take("b", AT, store="s")
    checks.leave("a")
    states = [check.state for check in checks.newest(10)]
    assert states == [CheckState.WAITING, CheckState.RUNNING, CheckState.WAITING]
    job = checks.take("c", AT, store="s")
    assert job is not None
    assert (job.check.number, job.tries) == (1, 1)


def test_what_waits_is_stopped_at_once_and_what_runs_by_its_server(checks: AskedChecks) -> None:
    added(checks)
    added(checks)
    checks.take("a", AT, store="s")
    for number in (1, 2):
        checks.stop(number, LATER, "enough")
    running, waiting = checks.find(1), checks.find(2)
    assert running is not None
    assert waiting is not None
    assert (running.state, running.stopping) == (CheckState.RUNNING, True)
    assert (waiting.state, waiting.error) == (CheckState.INTERRUPTED, "enough")
    checks.give_back(checks.running()[0], LATER, most_tries=3, why="enough")  # its server is gone before it heard of it
    gone = checks.find(1)
    assert gone is not None
    assert gone.state is CheckState.INTERRUPTED
    checks.end(1, "a", CheckState.DONE, LATER, reached=Reached())
    assert checks.take("b", AT, store="s") is None


def test_an_upload_is_taken_where_its_bytes_are(checks: AskedChecks) -> None:
    added(checks, "upload:a", upload="one/aa")
    assert checks.take("a", AT, store="on") is None
    assert checks.needed(["one/aa", "one/bb"]) == {"one/aa"}
    assert checks.take("b", AT, store="one") is not None
    assert checks.needed(["one/aa"]) == {"one/aa"}
    checks.end(1, "b", CheckState.FAILED, AT, reached=Reached(), error="x\0y" * 5000)
    assert checks.needed(["one/aa"]) == set()
    failed = checks.find(1)
    assert failed is not None
    assert failed.error.startswith("x yx y")


def test_nobody_has_more_checks_open_than_a_few(checks: AskedChecks) -> None:
    ask = {"person": "p1", "origin": Origin.UPSTREAM, "name": "hf:a/b", "at": AT, "most": 2}
    assert [checks.add(**ask) is None for _ in range(3)] == [False, False, True]
    assert checks.add(**{**ask, "person": "p2"}) is not None
    checks.stop(1, AT, "enough")
    assert checks.add(**ask) is not None


def test_checks_are_listed_from_the_newest_on(checks: AskedChecks) -> None:
    for _ in range(5):
        added(checks)
    checks.stop(4, AT, "enough")
    assert [one.number for one in checks.newest(2)] == [5, 4]
    assert [one.number for one in checks.newest(2, before=4)] == [3, 2]
    assert [one.number for one in checks.newest(9, is_open=False)] == [4]
    assert [one.number for one in checks.newest(9, is_open=True)] == [5, 3, 2, 1]
    assert checks.waiting_before(5) == 3
