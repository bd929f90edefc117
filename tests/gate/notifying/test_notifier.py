"""A server that tells what happens: from the log, in its threads, beside others and after others."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hilt.core.errors import RecordDamaged
from hilt.gate.notifying import notifier
from hilt.gate.notifying.notifier import Notifier
from hilt.gate.record import opened
from hilt.record.outbox.store import Seen
from hook_receiver import receiving
from mail_sink import sinking
from notifying import (
    ORIGIN,
    SINK,
    _secrets,  # noqa: F401 - pytest finds it by its name
    asked,
    closed_port,
    make_due,
    put,
    send_all,
    told_by,
)
from office import Office


def test_what_the_command_line_recorded_while_no_server_ran_is_mailed_once(office: Office) -> None:
    with sinking() as sink:
        told_by(office, SINK % (sink.port, ""))
        asked(office)
        one, other = told_by(office, SINK % (sink.port, "")), told_by(office, SINK % (sink.port, ""))
        assert send_all(one) + send_all(other) == 2
    assert sorted(got.to for got in sink.got) == [["lena@acme.example"], ["otto@acme.example"]]
    mail = sink.got[0].mail
    assert mail["Subject"].strip().startswith("hilt: Case #12 waits for legal, security: ")
    assert mail["From"] == "hilt@acme.example"
    assert mail["To"] == sink.got[0].to[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "hilt notifications <notifications.hilt.acme.example>"
    assert mail.get_content_type() == "text/plain"
    assert sink.got[0].mail["Message-ID"] != sink.got[1].mail["Message-ID"]
    assert f"  {ORIGIN}/cases/12\n" in sink.got[0].text
    assert "cheap" not in sink.got[0].text


def test_a_server_in_its_threads_tells_soon_and_leaves_soon(office: Office) -> None:
    with sinking() as sink, receiving() as receiver:
        serve = f"{SINK % (sink.port, '')}, webhooks: [{{url: '{receiver.url}', secret_env: HOOK_SECRET}}]"
        with told_by(office, serve, "private_hosts: [localhost]\n"):
            asked(office)
            until = time.monotonic() + 20
            while (len(sink.got) < 2 or not receiver.got) and time.monotonic() < until:
                time.sleep(0.02)
            begun = time.monotonic()
        assert time.monotonic() - begun < 3
    assert len(sink.got) == 2
    assert receiver.got[0].told["type"] == "case.waits"


def test_a_server_that_ends_in_the_middle_has_another_send_the_same_letter(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sinking() as sink:
        server = told_by(office, SINK % (sink.port, ""))
        put(office, 3)
        monkeypatch.setattr(server, "_end", lambda letter, send, _: send())  # and it is gone before it could say so
        assert server.send_mail()
        assert len(sink.got) == 1
        other = told_by(office, SINK % (sink.port, ""))
        assert send_all(other) == 0  # the lease lasts
        make_due(office)
        assert send_all(other) == 1
        make_due(office)
        assert send_all(other) == 0
    assert sink.got[0].mail["Message-ID"] == sink.got[1].mail["Message-ID"]


def test_what_ends_is_told_once_a_day_even_by_two_servers(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    days: list[Any] = []
    monkeypatch.setattr(notifier, "_ending", lambda _, since: iter(days.append(since) or ()))
    with closed_port() as port:
        server, other = told_by(office, SINK % (port, "")), told_by(office, SINK % (port, ""))
        assert not server.look()
        assert not other.look()
    today = datetime.now(UTC).date()
    assert days == [today - timedelta(days=1)]
    with opened(office.settings) as record:
        assert record.outbox.seen() == Seen(office.entries(), today.isoformat())


def test_a_record_that_was_put_back_is_looked_at_from_its_end(office: Office) -> None:
    with closed_port() as port:
        server = told_by(office, SINK % (port, ""))
        with opened(office.settings) as record:
            seen = record.outbox.seen()
            assert seen is not None
            assert record.outbox.put(seen, Seen(9999, seen.day), [])
        assert not server.look()
        with opened(office.settings) as record:
            assert record.outbox.seen() == seen


def test_what_keeps_people_from_being_told_is_said_once_and_so_is_its_end(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    with closed_port() as port:
        server = told_by(office, SINK % (port, ""))
        wrong, looks = ["leaf 3 is not what was signed"], [0]

        def look() -> bool:
            looks[0] += 1
            if wrong[0]:
                raise RecordDamaged("the log", wrong[0])
            return False

        def looked(times: int) -> None:
            until = looks[0] + times
            while looks[0] < until:
                time.sleep(0.01)

        again = threading.Thread(target=server._again_and_again, args=[look])
        again.start()
        looked(3)
        wrong[0] = "leaf 4 is not what was signed"
        looked(3)
        wrong[0] = ""
        looked(3)
        server._over.set()
        again.join()
    said = capfd.readouterr().err.splitlines()
    assert [line.partition("leaf")[2][:2] for line in said] == [" 3", " 4", ""]
    assert said[-1] == "hilt: people are told what happens again"


def test_without_a_mail_server_and_webhooks_nothing_runs(office: Office) -> None:
    before = threading.active_count()
    with Notifier(office.settings, ORIGIN):
        assert threading.active_count() == before
