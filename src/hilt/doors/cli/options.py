"""Options that several verbs have, each with the same name, the same words and the same meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hilt.gate.settings import Settings

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


def settings_for(config: str | None, stage: str | None) -> Settings:
    """The settings at `config`, or those that are found without it, with this stage. Raises `SettingsInvalid`."""
    from hilt.gate.settings import find_settings

    settings = find_settings(config)
    return settings if stage is None else replace(settings, env={**settings.env, "stage": stage})
