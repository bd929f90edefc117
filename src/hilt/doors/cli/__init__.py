"""The command line: one file per verb. Run as `hilt`, or as `python -m hilt`."""

from __future__ import annotations

import os
import sys

import click

from hilt.core.errors import HiltError, NothingToCheck, UsageError
from hilt.core.version import __version__
from hilt.doors.cli.check import check
from hilt.doors.cli.checks import checks
from hilt.doors.cli.completion import completion
from hilt.doors.cli.explain import explain
from hilt.doors.cli.policy import policy
from hilt.doors.cli.waive import waive

FAILED, USAGE, NOTHING, INTERRUPTED = 1, 2, 3, 130
"""Exit codes beside those of a verdict (0 admit, 10 review, 20 block)."""


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 admit, 10 review, 20 block, 1 hilt failed, 2 bad usage, 3 nothing to check.",
)
@click.version_option(__version__, prog_name="hilt", message="%(prog)s %(version)s")
def hilt() -> None:
    """Reads open models without running them, and says whether they may be used."""


for _command in (check, explain, checks, policy, waive, completion):
    hilt.add_command(_command)


def main() -> None:
    """The entry point: carries out the command line and exits with its code."""
    try:
        sys.exit(hilt.main(standalone_mode=False, prog_name="hilt"))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except HiltError as error:
        complain(error)
        sys.exit(exit_code(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("hilt: interrupted; nothing was decided", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has left; a second complaint at exit would help nobody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


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
