"""Notifications as e-mail: one letter in plain text, handed over to the mail server of the settings."""

from __future__ import annotations

import smtplib
import ssl
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hilt.core.notification import Notification, Occasion
from hilt.gate.configured.notification_settings import STARTTLS, TLS, MailSettings, secret_of
from hilt.output.quote import quote

if TYPE_CHECKING:
    from datetime import datetime

    from hilt.record.outbox.store import Letter

MOST_TOLD = 50
"""Notifications that a letter tells one by one."""
PATIENCE = 20.0
"""Seconds that the mail server may take for one answer."""
_HEADINGS = {
    Occasion.STOPPED: ("was stopped", "were stopped", "Stopped"),
    Occasion.ACCOUNT: ("change to your account", "changes to your account", "Your account"),
    Occasion.WAITS: ("case waits for you", "cases wait for you", "Waiting for your decision"),
    Occasion.ASKED: ("question to you", "questions to you", "Asked of you"),
    Occasion.ENDS: ("is about to end", "are about to end", "About to end"),
    Occasion.DAMAGED: ("damage in the library", "times damage in the library", "The library"),
}
_FOOT = (
    "This comes from a machine; nobody reads what you answer. It is sent to you because the record of {origin} has your "
    "address. Whoever has the role admin there can change that."
)


class Unsent(Exception):
    """It was not sent, or nobody knows. `again` says whether another try may help, `arrived` whether it may have arrived all the
    same, and `everybody` whether no other letter would have fared better; `wait` is how many seconds it shall wait at least.
    """

    def __init__(
        self, why: str, *, again: bool = True, arrived: bool = False, everybody: bool = False, wait: float = 0.0
    ) -> None:
        self.again, self.arrived, self.everybody, self.wait = again, arrived, everybody, wait
        super().__init__(why)


def message(letter: Letter, to: Sequence[str], at: datetime, told: MailSettings, origin: str) -> EmailMessage:
    """The letter, with the same Message-ID however often it is sent."""
    host = urlsplit(origin).hostname or "localhost"
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = told.sender
    mail["To"] = ", ".join(to)
    mail["Subject"] = _subject(letter.told)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{letter.id}@{told.sender.rpartition('@')[2]}>"
    mail["List-Id"] = f"hilt notifications <notifications.{host.replace(':', '-')}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join(_lines(letter.told, origin)), cte="quoted-printable")
    return mail


def send(mail: EmailMessage, to: Sequence[str], told: MailSettings) -> None:
    """Hands it over. Raises `Unsent`."""
    handed_over = False
    try:
        with _connected(told) as server:
            code, said = server.mail(told.sender)
            if code != 250:
                raise Unsent(_answer(code, said), everybody=True)
            codes = [server.rcpt(one)[0] for one in to]
            if not any(code in (250, 251) for code in codes):
                raise Unsent(f"the mail server refuses the recipient ({codes[0]})", again=min(codes) < 500)
            handed_over = True
            code, said = server.data(mail.as_bytes())
            if code != 250:
                raise Unsent(_answer(code, said), again=code < 500)
    except smtplib.SMTPDataError as error:
        raise Unsent(_answer(error.smtp_code, error.smtp_error), again=error.smtp_code < 500) from None
    except smtplib.SMTPResponseException as error:
        raise Unsent(_answer(error.smtp_code, error.smtp_error), everybody=True) from None
    except (smtplib.SMTPException, OSError) as error:
        why = quote(f"the mail server at {told.host}:{told.port}: {str(error) or type(error).__name__}")
        raise Unsent(why, arrived=handed_over, everybody=True) from None


@contextmanager
def _connected(told: MailSettings) -> Iterator[smtplib.SMTP]:
    """The server, signed in to; never unencrypted but on this machine."""
    encryption = ssl.create_default_context()
    if told.tls == TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(told.host, told.port, timeout=PATIENCE, context=encryption)
    else:
        server = smtplib.SMTP(told.host, told.port, timeout=PATIENCE)
    try:
        if told.tls == STARTTLS:
            server.starttls(context=encryption)
        server.ehlo_or_helo_if_needed()
        if told.user:
            server.login(told.user, secret_of(told.password_env, "serve.mail.password_env"))
        yield server
        with suppress(smtplib.SMTPException, OSError):  # whatever it says now, it has the letter
            server.quit()
    finally:
        server.close()


def _subject(told: Sequence[Notification]) -> str:
    if len(told) == 1:
        return quote(f"hilt: {told[0].line}", 150)
    counts = Counter(one.occasion for one in told)
    parts = [f"{count} {_HEADINGS[occasion][count > 1]}" for occasion, count in counts.items()]
    return f"hilt: {', '.join(parts)}"


def _lines(told: Sequence[Notification], origin: str) -> Iterator[str]:
    heading = None
    for one in told[:MOST_TOLD]:
        if one.occasion is not heading:
            heading = one.occasion
            yield from (_HEADINGS[heading][2], "")
        yield from (f"- {quote(one.line, 800)}", f"  {origin}{one.path}", "")
    if len(told) > MOST_TOLD:
        yield from (f"And {len(told) - MOST_TOLD} more: {origin}/", "")
    yield from ("-- ", _FOOT.format(origin=origin))


def _answer(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return quote(f"the mail server answers {code} {text}")
