"""The command line: one file per verb. Run as `hilt`, or as `python -m hilt`."""

from __future__ import annotations

import os
import sys

import typer

from hilt.core.errors import HiltError, NothingToCheck, UsageError
from hilt.doors.cli import check, checks, explain, policy

FAILED, USAGE, NOTHING = 1, 2, 3
"""Exit codes beside those of a verdict (0 admit, 10 review, 20 block)."""

app = typer.Typer(
    name="hilt",
    help="Reads open models without running them, and says whether they may be used.",
    epilog="Exit codes: 0 admit, 10 review, 20 block, 1 hilt failed, 2 bad usage, 3 nothing to check.",
    no_args_is_help=True,
    rich_markup_mode=None,  # rich takes 40 ms of CPU time to import, and help reads well without
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("check")(check.check)
app.command("explain")(explain.explain)
app.command("checks")(checks.checks)
app.add_typer(policy.app, name="policy")


@app.callback(invoke_without_command=True)
def _hilt(version: bool = typer.Option(False, "--version", help="Print the version and leave.")) -> None:
    if version:
        from hilt.core.version import __version__

        typer.echo(f"hilt {__version__}")
        raise typer.Exit


def main() -> None:
    """The entry point: carries out the command line and exits with its code."""
    try:
        app()
    except HiltError as error:
        typer.echo(f"hilt: {_plain(str(error))}", err=True)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        typer.echo("hilt: interrupted; nothing was decided", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has left; a second complaint at exit would help nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def exit_code(error: HiltError) -> int:
    """The exit code of an error: 2 for a wrong call, 3 for nothing to check, 1 for everything else."""
    if isinstance(error, UsageError):
        return USAGE
    return NOTHING if isinstance(error, NothingToCheck) else FAILED


def _plain(text: str) -> str:
    from hilt.output.quote import quote

    return "\n".join(quote(line, 2000) for line in text.splitlines())
