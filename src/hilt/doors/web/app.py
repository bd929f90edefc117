"""The pages as an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilt.doors.http import health
from hilt.doors.http.app import Beside, Served, application
from hilt.doors.http.desk import Desk
from hilt.doors.http.static import StaticFiles
from hilt.doors.web.drawing import draw
from hilt.doors.web.routes import ROUTES
from hilt.doors.web.styles import styles
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.gate.keeping.library import Library


def pages(settings: Settings, origin: str, *, beside: Beside | None = None, library: Library | None = None) -> Served:
    """What answers at `origin`, with the record of these settings; and what answers there `beside` the pages, from its `library`."""
    static = StaticFiles("hilt.doors.web", "static", styles())
    desk = Desk.at(origin, settings, static.urls, library)
    routes = (*health.ROUTES, *ROUTES)
    return Served(application(desk, routes, draw, others=[static.route], beside=beside), desk)
