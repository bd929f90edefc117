"""Uploads to a server in a process of its own: cut in the middle, too large, slow; and what a server that is killed leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from asking_checks import lying, over, serving
from hilt.core.asked_check import AskedCheck, CheckState
from hilt.gate.person import change_roles
from hilt.gate.settings import Settings
from hilt.gate.working.checks_asked import asked_check, newest_checks
from office import Office
from served import END, Served, served
from web_office import WebOffice


@pytest.fixture
def settings(office: Office) -> Settings:
    return serving(office, "uploads: {folder: ../in, bytes: 300000000}")


@pytest.fixture
def secret(office: Office, settings: Settings) -> str:
    return WebOffice(office).secret("Eve")


@pytest.fixture
def server(office: Office, secret: str) -> Iterator[Served]:
    with served(office) as server:
        yield server


def test_uploads_that_break_off_come_late_or_are_too_large(
    server: Served, office: Office, settings: Settings, secret: str
) -> None:
    """One server for all of these, for to start one takes as long as they do."""
    cut_in_the_middle(server, settings, secret)
    too_large_is_told_at_once(server, settings, secret)
    slow_is_fine(server, settings, secret)
    one_person_sends_two_at_once_in_however_many_sessions(server, office, secret)
    who_leaves_meanwhile_has_nothing_checked(server, office, settings)
    a_killed_server_leaves_what_waits(server, settings, secret)


def cut_in_the_middle(server: Served, settings: Settings, secret: str) -> None:
    with server.connect() as connection:
        connection.sendall(server.head("/upload", secret, 50_000_000) + server.form(secret, "lid/model.bin"))
        connection.sendall(bytes(3_000_000))
        until(lambda: size_of(Path(settings.serve.uploads.folder)) >= 2_000_000)
    until(lambda: lying(settings) == set())
    until(lambda: newest_checks(settings) != ())
    (told,) = newest_checks(settings)
    assert (told.state, told.name) == (CheckState.INTERRUPTED, "upload:lid/model.bin")
    assert told.error.startswith("what was sent broke off after ")
    assert told.error.endswith(" MB; what came was deleted. Send it again")


def too_large_is_told_at_once(server: Served, settings: Settings, secret: str) -> None:
    begun = time.monotonic()
    with server.connect() as connection:
        connection.sendall(server.head("/upload", secret, 10_000_000_000) + server.form(secret, "model.bin"))
        answer = connection.recv(1 << 16)  # while it is still to be sent
        assert b"413" in answer.splitlines()[0]
        while piece := connection.recv(1 << 16):
            answer += piece
    assert b"ore than 0.3 GB were sent" in answer
    assert time.monotonic() - begun < 10
    assert lying(settings) == set()


def slow_is_fine(server: Served, settings: Settings, secret: str) -> None:
    form = server.form(secret, "model.pkl") + b"N." + END
    with server.connect() as connection:
        connection.sendall(server.head("/upload", secret, len(form)))
        for begin in range(0, len(form), 60):
            connection.sendall(form[begin : begin + 60])
            time.sleep(0.05)
        assert b"303" in connection.recv(1 << 16).splitlines()[0]
    assert over(newest(settings), settings).state is CheckState.DONE
    until(lambda: lying(settings) == set())


def one_person_sends_two_at_once_in_however_many_sessions(server: Served, office: Office, secret: str) -> None:
    with ExitStack() as after:
        for _ in range(2):
            connection = after.enter_context(server.connect())
            connection.sendall(server.head("/upload", secret, 5_000_000) + server.form(secret, "model.bin"))
            time.sleep(0.2)
        again = WebOffice(office).secret("Eve")
        third = after.enter_context(server.connect())
        third.sendall(server.head("/upload", again, 5_000_000) + server.form(again, "model.bin"))
        assert b"429" in third.recv(1 << 16).splitlines()[0]


def who_leaves_meanwhile_has_nothing_checked(server: Served, office: Office, settings: Settings) -> None:
    secret, before = WebOffice(office).secret("Lena"), newest(settings).number
    form = server.form(secret, "late.pkl") + bytes(3_000_000) + END
    until(lambda: lying(settings) == set())
    with server.connect() as connection:
        connection.sendall(server.head("/upload", secret, len(form)) + form[:-3])
        until(lambda: lying(settings) != set())
        change_roles("Lena", (), key=office.key("Ada"), settings=office.settings)
        connection.sendall(form[-3:])
        assert b"401" in connection.recv(1 << 16).splitlines()[0]
    until(lambda: lying(settings) == set())
    assert "late" not in "".join(one.name for one in newest_checks(settings) if one.number > before)


def a_killed_server_leaves_what_waits(server: Served, settings: Settings, secret: str) -> None:
    with server.connect() as connection:
        connection.sendall(server.head("/upload", secret, 50_000_000) + server.form(secret, "model.bin"))
        connection.sendall(bytes(3_000_000))
        until(lambda: lying(settings) != set())
        server.process.kill()
        server.process.wait()
    assert lying(settings) != set()  # the next server deletes it: test_check_pool.py
    found = asked_check(newest(settings).number, settings)
    assert found is not None
    assert found.state.over


def newest(settings: Settings) -> AskedCheck:
    return newest_checks(settings)[0]


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to that")
