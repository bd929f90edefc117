"""The pages as an application."""

from __future__ import annotations

from typing import NamedTuple

from hilt.doors.http import health
from hilt.doors.http.app import Application, application
from hilt.doors.http.desk import Desk
from hilt.doors.http.static import StaticFiles
from hilt.doors.web.drawing import draw
from hilt.doors.web.routes import ROUTES
from hilt.doors.web.styles import styles
from hilt.gate.settings import Settings


class Pages(NamedTuple):
    """The application, and what it has at hand."""

    application: Application
    desk: Desk


def pages(settings: Settings, origin: str) -> Pages:
    """What answers at `origin`, with the record of these settings."""
    static = StaticFiles("hilt.doors.web", "static", styles())
    desk = Desk.at(origin, settings, static.urls)
    return Pages(application(desk, (*health.ROUTES, *ROUTES), draw, others=[static.route]), desk)
