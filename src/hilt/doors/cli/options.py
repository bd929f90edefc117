"""Options that several verbs have, each with the same name, the same words and the same meaning."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from hilt.core.errors import UsageError

if TYPE_CHECKING:
    from hilt.gate.settings import Settings


def entry(text: str) -> int:
    """The number of an entry of the log, `17` or `#17`: no more than 63 bits, which any database takes."""
    found = re.fullmatch(r"#?([0-9]{1,19})", str(text))
    if found is None or int(found[1]) >= 1 << 63:
        raise click.BadParameter(f"{str(text)[:40]!a} is no number of an entry, such as 17 or '#17'")
    return int(found[1])


config = click.option("--config", metavar="FILE", type=click.Path(), help="The organisation's settings.")
file = click.option(
    "-o", "--output", "file", metavar="FILE", type=click.Path(), help="Where to; the terminal without it."
)
as_json = click.option("--json", "as_json", is_flag=True, help="The same as JSON.")

policies = click.option(
    "-p", "--policy", "policies", metavar="PACK|FILE", multiple=True,
    help="default, strict, permissive or a file; of several, the strictest outcome wins.",
)  # fmt: skip
outputs = click.option(
    "-o", "--output", "outputs", metavar="FORMAT[:FILE]", multiple=True,
    help="text, json, sarif, html, cyclonedx, spdx or card; may be given several times.",
)  # fmt: skip
output_json = click.option("--json", "as_json", is_flag=True, help="The same as --output json.")
stage = click.option("--stage", metavar="WORD", help="What policies see as env.stage.")
use = click.option("--use", metavar="TEXT", help='For what: "support chatbot, EU"; what is decided holds for that.')
why = click.option("--why", metavar="TEXT", default="", help="Your reason, in words; it is kept with the decision.")
answers = click.option(
    "--answer", "answers", metavar="RULE=TEXT", multiple=True, help="What you say to the question of a rule."
)

_password_file = click.option(
    "--password-file", metavar="FILE", type=click.Path(), help="The file whose first line opens the key."
)
_password_env = click.option("--password-env", metavar="NAME", help="The environment variable that opens the key.")
_key = click.option(
    "--key", metavar="FILE", type=click.Path(), help="Your private key, in PEM; that of $HILT_KEY without it."
)


def password(verb: Callable[..., Any]) -> Callable[..., Any]:
    """How the password of a key is given; the verb receives the `password` itself, None where none is given."""

    @wraps(verb)
    def with_password(*args: Any, password_file: str | None, password_env: str | None, **options: Any) -> Any:
        return verb(*args, password=_password_of(password_file, password_env), **options)

    return _password_file(_password_env(with_password))


def signing(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Who signs what the verb records: `key` and `password`, for `gate.record.signing`."""
    return _key(password(verb))


def _password_of(file: str | None, variable: str | None) -> bytes | None:
    """The password that the options tell, None where they do not. Raises `UsageError`."""
    if file is not None and variable is not None:
        raise UsageError("--password-file and --password-env: name one of them")
    if variable is not None:
        value = os.environ.get(variable)
        if not value:
            raise UsageError(f"--password-env {variable}: there is no such environment variable, or it is empty")
        return os.fsencode(value)
    if file is None:
        return None
    from hilt.gate.named_file import read_named

    password = read_named("--password-file", file).split(b"\n")[0].rstrip(b"\r")
    if not password:
        raise UsageError(f"--password-file {file}: its first line is empty")
    return password


def answers_of(given: tuple[str, ...]) -> dict[str, str] | None:
    """The answers by rule, None where there are none. Raises `UsageError`."""
    found: dict[str, str] = {}
    for one in given:
        rule, equals, text = one.partition("=")
        if not equals or rule in found:
            raise UsageError(f"--answer {one}: RULE=TEXT is needed, once for each rule")
        found[rule] = text
    return found or None


def settings_for(config: str | None, stage: str | None) -> Settings:
    """The settings at `config`, or those that are found without it, with this stage. Raises `SettingsInvalid`."""
    from hilt.gate.settings import find_settings

    settings = find_settings(config)
    return settings if stage is None else replace(settings, env={**settings.env, "stage": stage})
