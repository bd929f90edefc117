"""How a server is, as machines ask for it."""

from __future__ import annotations

from hilt.core.errors import RecordError
from hilt.core.roles import ADMIN, AUDITOR
from hilt.doors.http.answers import Answer, Download, Told
from hilt.doors.http.asking import LIVE, Asking
from hilt.doors.http.metrics import MEDIA
from hilt.doors.http.route import Route
from hilt.gate.overview.changes import changes

_LOCAL = ("127.0.0.1", "::1")
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What a server before this one may say of whoever it asks for, who is not on this machine."""


def health(asking: Asking) -> Answer:
    """Does the database answer, and is the head of the log one that it signed? More is not told to those who are not signed in."""
    try:
        changes(-1, asking.settings)
    except RecordError:
        return Told(value={"status": "the record cannot be read"}, status=503)
    return Told(value={"status": "ok"})


def metrics(asking: Asking) -> Answer:
    """For whoever is on this machine, and for auditors and administrators.

    Where people reach the server by another name, a server before it may ask for them, from this machine and without a word of that.
    """
    client, headers = asking.request.client, asking.request.headers
    local = asking.desk.on_loopback and client is not None and client.host in _LOCAL
    if not local or any(name in headers for name in _FORWARDED):
        asking.require(AUDITOR, ADMIN)
    return Download(body=asking.desk.metrics.text(), media=MEDIA)


async def live(asking: Asking) -> Answer:
    """A stream that tells when something changed."""
    return await asking.desk.live.answer(asking)


ROUTES = (
    Route("/healthz", health, open=True),
    Route("/metrics", metrics, open=True),
    Route(LIVE, live, streams=True),
)
