"""A page of the tests that takes a form, a text or JSON and says what it got."""

from __future__ import annotations

from hilt.core.errors import ChangedMeanwhile, UsageError
from hilt.core.roles import ADMIN
from hilt.doors.http.answers import Answer, Download, Redirect, Told
from hilt.doors.http.app import application
from hilt.doors.http.asking import Asking
from hilt.doors.http.route import Route
from hilt.doors.web.drawing import draw
from web_office import Browser, WebOffice


def echo(asking: Asking) -> Answer:
    return Told(value=dict(asking.form().pairs[1:]))


def echo_json(asking: Asking) -> Answer:
    return Told(value=asking.json())


def quicker(asking: Asking) -> Answer:
    asking.form()
    raise ChangedMeanwhile("Lena decided this case a moment ago")


def wrong(asking: Asking) -> Answer:
    raise UsageError(f"<script>alert(1)</script>\u202e{asking.form()['why']}")


def bug(asking: Asking) -> Answer:
    raise KeyError(asking.path + "secret")


def away(asking: Asking) -> Answer:
    return Redirect(to=asking.query["to"])


def file(asking: Asking) -> Answer:
    return Download(body=b"<script>", media="text/html", name='a"b\r\nX: 1/\u202e.html')


ROUTES = (
    Route("/echo", echo, methods=("POST",)),
    Route("/api/echo", echo_json, methods=("POST",)),
    Route("/quicker", quicker, methods=("POST",)),
    Route("/wrong", wrong, methods=("POST",)),
    Route("/bug", bug, json=True),
    Route("/away", away),
    Route("/file", file),
    Route("/admin", lambda _: Told(value="hello"), needs=(ADMIN,)),
)


def echoing(web: WebOffice, name: str = "Lena") -> Browser:
    """The browser of somebody at these pages."""
    browser = web.browser(name)
    return Browser(application(web.desk, ROUTES, draw), browser.secret, web.origin)
