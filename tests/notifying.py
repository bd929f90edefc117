"""Servers of an office that tell people and programs what happens, and what is in their outbox."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import trustme
from sqlalchemy import func, select, update

from hilt.core.notification import Notification, Occasion
from hilt.gate.notifying.notifier import Notifier
from hilt.gate.record import opened
from hilt.record.outbox.store import Item
from hilt.record.outbox.tables import outbox
from hook_receiver import Receiver
from office import USE, Office

ORIGIN = "https://hilt.acme.example"
SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSBob29rcywgMjggYnl0ZXM="
SINK = "mail: {host: localhost, port: %d, from: hilt@acme.example, tls: none-on-loopback%s}"


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("SMTP_PASSWORD", "secret")


def trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority whose certificates count."""
    known = trustme.CA()
    known.cert_pem.write_to_path(str(folder / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    return known


def certificate(known: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    known.issue_cert(name).configure_cert(context)
    return context


def told_by(office: Office, serve: str, more: str = "", **options: Any) -> Notifier:
    """A server of this office that has looked at the log so far."""
    text = office.settings_file.read_text().partition("serve:")[0]
    office.settings_file.write_text(f"{text}serve: {{{serve}}}\n{more}")
    server = Notifier(office.settings, ORIGIN, **{"tick": 0.02, "gather": 0.0, **options})
    with opened(office.settings) as record:
        if record.outbox.seen() is None:
            assert server.look()
    assert not server.look()
    return server


def hooked(
    office: Office, receiver: Receiver, events: str = "", hosts: str = "private_hosts: [localhost]\n"
) -> Notifier:
    return told_by(office, f"webhooks: [{{url: '{receiver.url}', secret_env: HOOK_SECRET{events}}}]", hosts)


def asked(office: Office, name: str = "acme-lid") -> None:
    assert office.run("admit", office.model(name), "--use", USE, "--why", "cheap", by="Eve").code == 10


def put(
    office: Office, many: int, to: str = "", occasion: Occasion = Occasion.WAITS, line: str = "Case #{} waits"
) -> None:
    """What is to be told, to Lena without another name."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with opened(office.settings) as record:
        to = to or record.person("Lena").person
        channel = "hook" if to.startswith("hook") else "mail"
        seen = record.outbox.seen()
        assert seen is not None
        items = [
            Item(
                Notification(key=f"{token_hex(8)}", occasion=occasion, at=now, line=line.format(n), path=f"/cases/{n}"),
                channel,
                to,
                now,
            )
            for n in range(many)
        ]
        assert record.outbox.put(seen, seen, items)


def send_all(server: Notifier) -> int:
    """All that is due."""
    return sum(1 for _ in iter(lambda: server.send_mail() or server.send_hook(), False))


def postponed(office: Office) -> float:
    """Hours until the next try of what waits longest."""
    with opened(office.settings) as record, record._database.reading() as connection:
        due = connection.scalar(select(func.max(outbox.c.due)).where(outbox.c.state == "waiting"))
    return (datetime.fromisoformat(due) - datetime.now(UTC)).total_seconds() / 3600


def make_due(office: Office) -> None:
    """As if as much time had passed as it takes."""
    with opened(office.settings) as record, record._database.writing() as connection:
        connection.execute(update(outbox).values(due="2026-01-01T00:00:00+00:00"))


@contextmanager
def closed_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening.getsockname()[1]


def program(server: Notifier) -> str:
    """How the outbox calls the one that a server tells what happens."""
    (name,) = server._hooks
    return name
