"""What licences and laws ask: stated by checks as terms and obligations, held against an organisation by policy.

Named tuples, because a dataclass costs ten times as much when hilt starts, and most subjects have none of these.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from hilt.core.fact import Known


class Term(NamedTuple):
    """Something a licence makes its grant depend on.

    `licence` is the id in the pack of licences, or a path for a text that is none of them. `id` says of what kind it is:
    "commercial", "users", "revenue", "hosting", "territory", ... `needs` is a condition in the language of policies on the
    organisation's profile (`profile.users <= 700000000`); empty where no profile can decide it. `of` is the work whose
    licence it is: empty for the subject itself, otherwise the base, adapter or dataset it comes from, or a folder inside
    the subject. `source` is where the licence was seen, `known` how it is known to apply.
    """

    licence: str
    id: str
    says: str
    needs: str
    source: str
    known: Known
    of: str = ""


class Obligation(NamedTuple):
    """Something that whoever uses the subject has to do.

    `who` says whose duty it is and when, in words ("whoever passes it on"); `when` says the same as a condition on the
    profile, empty for always. `words` is a text that must be carried or displayed as it stands. `done` is true where
    the files of the subject show that it is done at `where`, false where they show that it is not, None where they cannot.
    """

    licence: str
    id: str
    says: str
    who: str
    source: str
    known: Known
    when: str = ""
    words: str = ""
    done: bool | None = None
    where: str = ""
    of: str = ""


class DutyState(Enum):
    """What is known of an obligation of this organisation."""

    DONE = "done"
    DUE = "due"
    NOT_DUE = "not due"
    UNKNOWN = "unknown"
    """Nobody told whether it is asked of this organisation at all."""


class HeldTerm(NamedTuple):
    """A term held against the profile: `holds` is None where a part of the profile is missing; `why` says it in words."""

    term: Term
    holds: bool | None
    why: str = ""


class Duty(NamedTuple):
    """An obligation held against the profile and against what the settings say is done."""

    obligation: Obligation
    state: DutyState
    why: str = ""


FOR_PEOPLE = "only people can answer it"
"""Why a rule has no answer that nothing in a model can decide."""


class Answer(NamedTuple):
    """What a rule of law says of this subject and this organisation: yes, no, or None where it cannot be told.

    `article` is where the rule stands, `says` what follows where the answer is yes, `whose` whose duty that is
    ("publisher", "you"), `why` the facts that decide or are missing, `read` the day on which the rule was last read.
    """

    id: str
    title: str
    law: str
    article: str
    holds: bool | None
    says: str
    whose: str
    why: str
    read: str

    @property
    def for_people(self) -> bool:
        """A question to whoever uses the model, which no model answers."""
        return self.holds is None and self.why == FOR_PEOPLE
