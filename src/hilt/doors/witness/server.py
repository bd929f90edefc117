"""Serves a witness until it is interrupted."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from hilt.doors.http import server

if TYPE_CHECKING:
    from hilt.gate.recording.witness_for_others import Witnessing

AT_ONCE = 32
"""Connections at the same time."""
LONGEST = 40.0
"""Seconds that a connection lasts."""


def serve(witness: Witnessing, listening: socket.socket) -> None:
    """Answers whoever comes."""
    from hilt.doors.witness.app import application

    server.serve(application(witness), listening, at_once=AT_ONCE, longest=LONGEST)
