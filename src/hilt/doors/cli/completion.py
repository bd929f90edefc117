"""hilt completion: the script that teaches a shell to complete hilt's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command(epilog='For bash, put this into ~/.bashrc:  eval "$(hilt completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell."""
    found = get_completion_class(shell)
    if found is not None:
        click.echo(found(context.find_root().command, {}, "hilt", "_HILT_COMPLETE").source())
