"""How the states of duties, terms and answers are called, and in which tone they are told."""

from __future__ import annotations

from hilt.core.rights import DutyState
from hilt.output.entry import Tone

STATES = {
    DutyState.DUE: ("due", Tone.DUE),
    DutyState.UNKNOWN: ("cannot tell", Tone.OPEN),
    DutyState.DONE: ("done", Tone.GOOD),
    DutyState.NOT_DUE: ("not due", Tone.PLAIN),
}
HOLDS = {False: ("not met", Tone.BAD), None: ("cannot tell", Tone.OPEN), True: ("met", Tone.GOOD)}
CONDUCT = ("to read", Tone.OPEN)
"""A term that no profile decides."""
ASKED = ("you answer", Tone.OPEN)
"""A rule that no model decides."""
APPLIES = {True: ("yes", Tone.DUE), None: ("cannot tell", Tone.OPEN), False: ("no", Tone.PLAIN)}
WHOSE = {"you": "your duty", "publisher": "the publisher's duty"}
