"""Who there is, what they may decide, and what an administrator does about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from hilt.core.errors import UsageError
from hilt.core.events import Person, Recorded
from hilt.core.roles import ADMIN, AUDITOR, POLICY_OWNER, READER, REQUESTER
from hilt.core.signed_in import Invitation, Waiting
from hilt.doors.http.answers import Answer, Redirect
from hilt.doors.http.asking import Asking
from hilt.doors.http.forms import Form
from hilt.doors.web.page import Page
from hilt.doors.web.pages.log import sees_contacts
from hilt.output.record_json import people_data

ROLES = {
    READER: "sees what is recorded",
    REQUESTER: "has models checked and asks to use them",
    AUDITOR: "sees everything, and verifies the log",
    POLICY_OWNER: "tries policies before they count",
    ADMIN: "invites people and gives roles",
}
"""Roles that hilt knows beside those that policies name, and what whoever has one does."""


class Known(NamedTuple):
    """A person, the newest entry that they signed, and the rules that they may decide."""

    person: Person
    last: Recorded | None
    decides: tuple[str, ...]


class RoleTold(NamedTuple):
    role: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Page):
    """`former` are those without a role, `waiting` whom nobody let in yet; `roles` may be given. `name` and the rest was typed."""

    template: ClassVar[str] = "people.html"
    people: tuple[Known, ...]
    former: tuple[Known, ...]
    waiting: tuple[Waiting, ...]
    roles: tuple[RoleTold, ...]
    own: str
    sees_contacts: bool
    may_admin: bool
    name: str = ""
    contact: str = ""
    chosen: tuple[str, ...] = (READER,)
    wrong: str = ""

    @property
    def status(self) -> int:
        return 400 if self.wrong else 200

    def data(self) -> object:
        told = people_data([one.person for one in (*self.people, *self.former)])
        return told if self.sees_contacts else [{k: v for k, v in one.items() if k != "contact"} for one in told]


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitedPage(Page):
    """The link that works once; it is shown only now."""

    template: ClassVar[str] = "invited.html"
    invited: Invitation
    link: str

    def data(self) -> object:
        return {"link": self.link, "until": self.invited.until}


def show(asking: Asking) -> Answer:
    return _page(asking)


def invite(asking: Asking) -> Answer:
    """Somebody new, or a new beginning for who is there."""
    from hilt.gate.signing_in.invite import invite as invite_anew

    form = asking.form()
    try:
        invited = invite_anew(
            form["name"],
            form["contact"] or None,
            _roles(form) if form["name"] and not form["again"] else (),
            key=asking.signed_in().key,
            settings=asking.settings,
        )
    except UsageError as error:
        return _page(asking, form, str(error))
    link = f"{asking.desk.origin}/begin?link={invited.secret}"
    return InvitedPage(title="A link for one person", invited=invited, link=link)


def change(asking: Asking) -> Answer:
    from hilt.gate.person import change_roles

    form, settings = asking.form(), asking.settings
    roles = _roles(form)
    if not roles:
        raise UsageError("choose at least one role; whoever has left is ended with the button for that")
    person, own = asking.parts["person"], asking.signed_in().who.person.person
    if person == own and ADMIN not in roles:
        raise UsageError("nobody takes the role admin from themselves: another administrator does it")
    change_roles(person, roles, key=asking.signed_in().key, settings=settings)
    return Redirect(to=f"/people#{person}")


def end(asking: Asking) -> Answer:
    from hilt.gate.signing_in.end_person import end_person

    asking.form()
    end_person(asking.parts["person"], key=asking.signed_in().key, settings=asking.settings)
    return Redirect(to="/people")


def let_in(asking: Asking) -> Answer:
    """Whom another server vouches for, as somebody new or into who is there, who keeps their roles."""
    from hilt.gate.signing_in.accounts import let_in as let_in_as

    form = asking.form()
    let_in_as(
        form["who"],
        () if form["into"] else _roles(form),
        into=form["into"],
        name=form["name"],
        key=asking.signed_in().key,
        settings=asking.settings,
    )
    return Redirect(to="/people")


def turn_away(asking: Asking) -> Answer:
    from hilt.gate.signing_in.accounts import turn_away as forget

    forget(asking.signed_in(), asking.form()["who"], asking.settings)
    return Redirect(to="/people")


def _roles(form: Form) -> tuple[str, ...]:
    """The boxes that were ticked, and what was typed beside them."""
    return tuple(dict.fromkeys((*form.all("role"), *form["other"].replace(",", " ").split())))


def _page(asking: Asking, form: Form | None = None, wrong: str = "") -> PeoplePage:
    from hilt.gate.overview.last_signed import last_signed
    from hilt.gate.overview.policies_in_force import policies_in_force
    from hilt.gate.person import people
    from hilt.gate.signing_in.accounts import waiting

    asked, settings = asking.signed_in(), asking.settings
    mine, last = asked.who.person, last_signed(settings)
    may_admin = ADMIN in mine.roles and not asked.who.only_reads
    rules = [rule for policy in policies_in_force(settings).policies for rule in policy.rules]
    known = [
        Known(
            one,
            last.get(one.person),
            tuple(dict.fromkeys(rule.name for rule in rules if set(rule.roles) & set(one.roles))),
        )
        for one in people(settings)
    ]
    asked_for = {role for rule in rules for role in rule.roles}
    given = {role for one in known for role in one.person.roles}
    return PeoplePage(
        title="People",
        people=tuple(one for one in known if one.person.roles),
        former=tuple(one for one in known if not one.person.roles),
        waiting=waiting(asked, settings) if may_admin else (),
        roles=_told(asked_for - set(ROLES), given - set(ROLES)),
        own=mine.person,
        sees_contacts=sees_contacts(mine.roles),
        may_admin=may_admin,
        name=form["name"] if form else "",
        contact=form["contact"] if form else "",
        chosen=_roles(form) if form else (READER,),
        wrong=wrong,
    )


def _told(asked_for: set[str], given: set[str]) -> tuple[RoleTold, ...]:
    """The roles of the policies, those that somebody has, and those that hilt knows."""
    return (
        *(RoleTold(role, "decides what the policy asks of it") for role in sorted(asked_for)),
        *(RoleTold(role, "is named by no policy") for role in sorted(given - asked_for)),
        *(RoleTold(role, about) for role, about in ROLES.items()),
    )
