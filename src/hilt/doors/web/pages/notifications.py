"""What people and programs were to be told, and did not get: an administrator sees why, and has it tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.web.page import Page

if TYPE_CHECKING:
    from hilt.core.notification import Undelivered
    from hilt.gate.notifying.undelivered import NotDelivered

HERE = "/notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsPage(Page):
    """`failed` are the newest of all that `counted` tells; `tells` is false where the settings name nobody to send anything with."""

    template: ClassVar[str] = "notifications.html"
    counted: Undelivered
    failed: tuple[NotDelivered, ...]
    tells: bool


def show(asking: Asking) -> Answer:
    from hilt.gate.notifying.undelivered import not_delivered, undelivered

    serve = asking.settings.serve
    return NotificationsPage(
        title="What could not be delivered",
        counted=undelivered(asking.settings),
        failed=not_delivered(asking.settings),
        tells=bool(serve.mail or serve.webhooks),
    )


def try_again(asking: Asking) -> Answer:
    """One of them, or with an empty key all."""
    from hilt.gate.notifying.undelivered import try_again as again

    form = asking.form()
    again(asking.signed_in(), form["key"], form["to"], asking.settings)
    return Redirect(to=HERE)


def give_up(asking: Asking) -> Answer:
    from hilt.gate.notifying.undelivered import give_up as drop

    form = asking.form()
    drop(asking.signed_in(), form["key"], form["to"], asking.settings)
    return Redirect(to=HERE)
