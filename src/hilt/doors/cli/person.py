"""hilt person: who signs in the record, with which keys and in which roles."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hilt.core.errors import UsageError
from hilt.doors.cli import options
from hilt.doors.cli.writing import tell, terminal_page

if TYPE_CHECKING:
    from hilt.core.events import Person

_name = click.argument("name", metavar="NAME")
_roles = click.option(
    "--role", "roles", metavar="ROLE", multiple=True, help="As policies name it; may be given several times."
)


@click.group()
def person() -> None:
    """Say who decides: people, their public keys and their roles.

    What is decided counts by the key that signed it. The first person of a record is its administrator (role admin); all that
    follows is signed by an administrator.
    """


@person.command()
@_name
@click.argument("public", metavar="[FILE.pub]", required=False, type=click.Path())
@click.option("--contact", metavar="TEXT", required=True, help="How to reach them.")
@_roles
@options.signing
@options.as_json
@options.config
def add(
    name: str,
    public: str | None,
    contact: str,
    roles: tuple[str, ...],
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> None:
    """Add a person; FILE.pub is their public key, which they send you."""
    from hilt.gate import person as gate
    from hilt.gate.settings import find_settings

    settings = find_settings(config)
    added = gate.add(name, public, contact=contact, roles=roles, key=key, password=password, settings=settings)
    _tell([added], as_json=as_json)


@person.command("key")
@_name
@click.argument("public", metavar="FILE.pub", type=click.Path())
@click.option(
    "--revoke", is_flag=True, help="It signs nothing from now on; FILE.pub may be the key itself, as list shows it."
)
@click.option(
    "--compromised", is_flag=True, help="Somebody else has it: revoke it, and count nothing that it ever signed."
)
@click.option("--why", metavar="TEXT", help="Why it is revoked.")
@options.signing
@options.as_json
@options.config
def key_(
    name: str,
    public: str,
    why: str | None,
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    revoke: bool,
    compromised: bool,
    as_json: bool,
) -> None:
    """Give a person another key, or take one from them."""
    from hilt.gate import person as gate
    from hilt.gate.settings import find_settings

    signed: dict[str, Any] = {"key": key, "password": password, "settings": find_settings(config)}
    if not (revoke or compromised):
        if why is not None:
            raise UsageError("--why: a new key needs no reason; to take a key away, add --revoke")
        _tell([gate.add_key(name, public, **signed)], as_json=as_json)
        return
    if why is None:
        raise UsageError("--why is missing: say why the key is revoked; others will ask")
    _tell([gate.revoke_key(name, public, why=why, compromised=compromised, **signed)], as_json=as_json)


@person.command("roles")
@_name
@_roles
@click.option("--none", is_flag=True, help="No role at all: they have left.")
@options.signing
@options.as_json
@options.config
def roles_(
    name: str,
    roles: tuple[str, ...],
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    none: bool,
    as_json: bool,
) -> None:
    """Say which roles a person has from now on; those that are not named end."""
    from hilt.gate import person as gate
    from hilt.gate.settings import find_settings

    if bool(roles) == none:
        raise UsageError("name every role that they have from now on with --role, or say --none")
    changed = gate.change_roles(name, roles, key=key, password=password, settings=find_settings(config))
    _tell([changed], as_json=as_json)


@person.command()
@_name
@click.option("--contact", metavar="TEXT", help="How to reach them; of somebody who is there, what is known stays.")
@_roles
@options.signing
@options.as_json
@options.config
def invite(
    name: str,
    contact: str | None,
    roles: tuple[str, ...],
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> None:
    """Invite a person to the pages of hilt serve, by a link that works once: a new one (role reader, unless you name others), or
    one who is there, with a new password; then what they signed in with before ends.
    """
    from hilt.gate.settings import find_settings
    from hilt.gate.signing_in.invite import invite as gate
    from hilt.output.record_json import invitation_data
    from hilt.output.text_people import write_invitation

    invited = gate(name, contact, roles, key=key, password=password, settings=find_settings(config))
    tell(invited, invitation_data, write_invitation, as_json=as_json)


@person.command("let-in")
@click.argument("who", metavar="PERSON")
@click.option("--as", "into", metavar="NAME", default="", help="Let them in as this person, who is there already.")
@click.option("--name", metavar="TEXT", default="", help="Who they are, where their issuer does not say it well.")
@_roles
@options.signing
@options.as_json
@options.config
def let_in(
    who: str,
    into: str,
    name: str,
    roles: tuple[str, ...],
    key: str | None,
    password: bytes | None,
    config: str | None,
    *,
    as_json: bool,
) -> None:
    """Let in somebody for whom your OpenID provider vouches; PERSON is what the page says that they wait as (p-3f9a12cd)."""
    from hilt.gate.settings import find_settings
    from hilt.gate.signing_in.accounts import let_in as gate

    settings = find_settings(config)
    told = gate(who, roles, into=into, name=name, key=key, password=password, settings=settings)
    _tell([told], as_json=as_json)


@person.command("list")
@options.as_json
@options.config
def list_(config: str | None, *, as_json: bool) -> None:
    """Who there is."""
    from hilt.gate import person as gate
    from hilt.gate.settings import find_settings

    _tell(gate.people(find_settings(config)), as_json=as_json)


@person.command("new-key")
@click.option(
    "-o",
    "--output",
    "file",
    metavar="FILE",
    type=click.Path(),
    required=True,
    help="Where to; FILE.pub is made as well.",
)
@click.option("--no-password", is_flag=True, help="Let whoever has the file sign with it.")
@options.password
def new_key(file: str, password: bytes | None, *, no_password: bool) -> None:
    """Make a key of your own to sign with: FILE stays with you, FILE.pub goes to an administrator."""
    from hilt.gate.person import new_key as make
    from hilt.gate.record import opens_key
    from hilt.output.text_people import write_new_key

    if no_password and password is not None:
        raise UsageError("--no-password: and yet there is a password; name one of them")
    if password is None and not no_password:
        password = opens_key()
    if password is None and not no_password:
        if not sys.stdin.isatty():
            raise UsageError(
                "a key has a password: --password-file or --password-env names it, or $HILT_KEY_PASSWORD; or say --no-password"
            )
        asked: str = click.prompt("Password of the new key", hide_input=True, confirmation_prompt=True, err=True)
        password = asked.encode()
    page = terminal_page()
    write_new_key(page, str(make(file, password)), private=file)
    click.echo(str(page))


def _tell(people: Sequence[Person], *, as_json: bool) -> None:
    from hilt.output.record_json import people_data
    from hilt.output.text_people import write

    tell(people, people_data, write, as_json=as_json)
