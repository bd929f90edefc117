"""A server without pages: it says how it is, and all else is what is beside that."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from hilt.doors.http import health
from hilt.doors.http.app import Beside, Served, application
from hilt.doors.http.desk import Desk
from hilt.doors.http.problems import Problem
from hilt.gate.settings import Settings

if TYPE_CHECKING:
    from hilt.doors.http.answers import Shown
    from hilt.doors.http.asking import Asking


def bare(settings: Settings, origin: str, *, beside: Beside) -> Served:
    """What answers at `origin`, with the record of these settings."""
    desk = Desk.at(origin, settings, {})
    routes = [one for one in health.ROUTES if not one.streams]
    return Served(application(desk, routes, _drawn, beside=beside), desk)


def _drawn(_: Asking, shown: Shown) -> str:
    """What was wrong, for nothing else is drawn here."""
    return f"<!doctype html><title>hilt</title><p>{escape(shown.message if isinstance(shown, Problem) else '')}\n"
