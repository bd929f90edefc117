"""Who signs in the record, on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from hilt.core.events import Person
from hilt.core.signed_in import Invitation
from hilt.output.layout import Page
from hilt.output.quote import quote
from hilt.output.record_words import spoken

_COLUMN = 14


def write(page: Page, people: Sequence[Person]) -> None:
    """Each with their roles and keys."""
    if not people:
        page.line("nobody yet: hilt person add makes the first, who is the administrator")
    for one in people:
        page.flow([(one.person, "bold"), (quote(spoken(one.name)), "bold"), (quote(spoken(one.contact)), "")])
        page.flow([(", ".join(map(quote, one.roles)) or "none", "")], indent=_COLUMN, label=("roles", "dim"))
        for key in one.keys or ("none: what they sign does not count",):
            page.flow([(key, "")], indent=_COLUMN, label=("key", "dim"))


def write_new_key(page: Page, public: str, *, private: str) -> None:
    """The two files of a new key, and who gets which."""
    page.line(f"{quote(private)}: your private key; keep it to yourself")
    page.line(f"{quote(public)}: your public key; an administrator adds it: hilt person add, hilt person key")


def write_invitation(page: Page, invited: Invitation) -> None:
    """The link, and what is to be done with it."""
    write(page, [invited.person])
    page.line("")
    page.line(quote(invited.link))
    page.line("")
    if invited.again:
        page.line("What they signed in with before has ended, and the log says so.")
    page.line(f"Give them this link, and nobody else: it works once, until {invited.until}, and is shown only now.")
