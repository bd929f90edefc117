"""A mail server on this machine, by aiosmtpd, that keeps what it is given, and misbehaves where a test wants it to."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

HOST = "127.0.0.1"


@dataclass
class Got:
    """A letter as it came."""

    to: list[str]
    mail: EmailMessage
    encrypted: bool
    raw: bytes

    @property
    def text(self) -> str:
        return str(self.mail.get_content()).replace("\r\n", "\n")


@dataclass
class Sink:
    """`answers` are what it says next to a letter, before it takes any; `refused` the recipients that it does not know."""

    got: list[Got] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    signed_in: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, _: Any, __: Any, envelope: Any, address: str, ___: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as aiosmtpd calls it
        self, _: Any, session: Any, envelope: Any
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.got.append(Got(list(envelope.rcpt_tos), mail, session.ssl is not None, envelope.content))
        return "250 OK"

    def signs_in(self, _: Any, __: Any, ___: Any, ____: Any, told: Any) -> AuthResult:
        if not isinstance(told, LoginPassword) or told.password != b"secret":
            return AuthResult(success=False, handled=False)
        self.signed_in.append(told.login.decode())
        return AuthResult(success=True)


class _Controller(Controller):
    """One that says which port it was given."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def sinking(
    sink: Sink | None = None, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[Sink]:
    """A server at `sink.port`, which takes passwords over `starttls` alone; or one that is encrypted from the first byte."""
    sink = sink or Sink()
    options: dict[str, Any] = {"hostname": "sink.test", "enable_SMTPUTF8": False}
    if starttls:
        options |= {"tls_context": starttls, "require_starttls": True, "authenticator": sink.signs_in}
    server = _Controller(sink, hostname=HOST, port=sink.port, server_hostname="sink.test", ssl_context=tls)
    server.factory = lambda: SMTP(sink, loop=server.loop, **options)  # type: ignore[method-assign]
    server.start()
    sink.port = server.port
    try:
        yield sink
    finally:
        server.stop()
