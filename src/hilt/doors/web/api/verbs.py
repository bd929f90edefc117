"""All verbs for programs, what answers for them, and the words of the command line that mean nothing here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hilt.core.errors import NotAllowed
from hilt.doors.http.answers import Answer, Told
from hilt.doors.http.asking import Asking
from hilt.doors.http.route import Route
from hilt.doors.web.api import asking, deciding, finding, working
from hilt.doors.web.api.body import read_body
from hilt.doors.web.api.openapi import described
from hilt.doors.web.api.verb import Call, Verb

VERBS: tuple[Verb, ...] = tuple(
    sorted((*asking.VERBS, *deciding.VERBS, *finding.VERBS, *working.VERBS), key=lambda verb: verb.name)
)

_FILES = "it reads or writes files of whoever calls it, and a server opens none for them"
_ALIKE = "it says the same wherever hilt is installed; nothing of it is recorded"
_ADMINISTRATORS = "it is for whoever runs the server, at its terminal"
_OWN_KEY = "it is about keys in files; on the server, people sign in"
LEFT_OUT: dict[str, str] = {
    **dict.fromkeys(("judge", "sign", "verify", "form", "waive", "diff", "notice", "openness", "fit"), _FILES),
    **dict.fromkeys(
        ("bundle/write", "bundle/read", "cache/scan", "cache/restore", "log/export", "policy/test"), _FILES
    ),
    **dict.fromkeys(("explain", "checks", "licences", "regulations"), _ALIKE),
    **dict.fromkeys(
        (
            "init",
            "serve",
            "fixity/run",
            "library/export",
            "library/import",
            "library/pack",
            "backup",
            "restore",
            "erase-person",
            "log/rotate-key",
            "completion",
        ),
        _ADMINISTRATORS,
    ),
    **dict.fromkeys(
        (f"index/{word}" for word in "add search list export import remove stale".split()), _ADMINISTRATORS
    ),
    **dict.fromkeys((f"log/witness/{word}" for word in ("add", "list", "serve")), _ADMINISTRATORS),
    **dict.fromkeys(("person/add", "person/key", "person/new-key"), _OWN_KEY),
    "log/checkpoint": "it asks the witnesses, which takes long; the page of the log gives the newest checkpoint",
}
"""What the command line has and this has not, and why."""


def _answering(verb: Verb) -> Callable[[Asking], Answer]:
    def answer(asking: Asking) -> Answer:
        told = asking.json()
        if verb.changes and asking.signed_in().key is None:
            raise NotAllowed("this token only reads: make one that does not, on the page of your account")
        call: Call[Any] = Call(asking, read_body(verb.body, told))
        return Told(value=verb.run(call))

    return answer


def _describe(asking: Asking) -> Answer:
    return Told(value=described(VERBS, asking.desk.origin))


ROUTES: tuple[Route, ...] = (
    Route("/api", _describe, open=True),
    *(Route(f"/api/{one.name}", _answering(one), methods=("POST",), needs=one.needs) for one in VERBS),
)
