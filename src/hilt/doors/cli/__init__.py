"""The command line: one file per verb. Run as `hilt`, or as `python -m hilt`."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from hilt.core.errors import HiltError, NothingToCheck, UsageError
from hilt.core.version import __version__

FAILED, USAGE, NOTHING, INTERRUPTED = 1, 2, 3, 130
"""Exit codes beside those of a verdict (0 admit, 10 review, 20 block)."""


VERBS = (
    "check",
    "judge",
    "explain",
    "checks",
    "licences",
    "notice",
    "openness",
    "fit",
    "diff",
    "index",
    "regulations",
    "verify",
    "sign",
    "form",
    "policy",
    "waive",
    "init",
    "person",
    "erase-person",
    "admit",
    "refuse",
    "withdraw",
    "status",
    "history",
    "hold",
    "recheck",
    "review",
    "exceptions",
    "bundle",
    "library",
    "fixity",
    "cache",
    "log",
    "serve",
    "backup",
    "restore",
    "completion",
)


class Verbs(click.Group):
    """The verbs, each imported when it is asked for: whoever calls one does not wait for all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in VERBS:
            return None
        name = cmd_name.replace("-", "_")
        verb: click.Command = getattr(import_module(f"hilt.doors.cli.{name}"), name)
        return verb


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 admit, 10 review, 20 block, 1 hilt failed, 2 bad usage, 3 nothing to check.",
)
@click.version_option(__version__, prog_name="hilt", message="%(prog)s %(version)s")
def hilt() -> None:
    """Reads open models without running them, and says whether they may be used."""


def main() -> None:
    """The entry point: carries out the command line and exits with its code.

    At once: all is written and every process has ended. To take the interpreter apart would cost as much again as
    reading a small model.
    """
    os._exit(_carry_out())


def _carry_out() -> int:
    """The exit code of the command line, with everything said that is to be said."""
    # A terminal that cannot show a character gets an escape for it, not a traceback.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = hilt.main(standalone_mode=False, prog_name="hilt")
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except HiltError as error:
        complain(error)
        return exit_code(error)
    except (KeyboardInterrupt, click.Abort):
        click.echo("hilt: interrupted; nothing was decided", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        return 141  # whoever read our output has left; a complaint would help nobody
    return int(code or 0)


def complain(error: HiltError) -> None:
    """Tells an error on standard error, what a subject says in it quoted."""
    from hilt.output.quote import quote

    text = "\n".join(quote(line, 2000) for line in str(error).splitlines())
    click.echo(f"hilt: {text}", err=True)


def exit_code(error: HiltError) -> int:
    """The exit code of an error: 2 for a wrong call, 3 for nothing to check, 1 for everything else."""
    if isinstance(error, UsageError):
        return USAGE
    return NOTHING if isinstance(error, NothingToCheck) else FAILED
