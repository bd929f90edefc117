"""How every verb writes: as JSON or on a page for the terminal, or to the file that an option names."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from hilt.core.errors import UsageError

if TYPE_CHECKING:
    from hilt.core.status import Status
    from hilt.output.layout import Page

WIDEST = 100
"""Columns of a page, however wide the terminal is: longer lines are hard to read."""

T = TypeVar("T")


def tell(told: T, data: Callable[[T], object], write: Callable[[Page, T], None], *, as_json: bool) -> None:
    """Tells what a verb has found: as the JSON of `data`, or on a page that `write` fills."""
    if as_json:
        click.echo(json.dumps(data(told), indent=2))
        return
    page = terminal_page()
    write(page, told)
    click.echo(str(page))


def tell_status(status: Status, *, as_json: bool) -> int:
    """Tells how a subject stands after a verb, and what was recorded; the exit code of its outcome."""
    from hilt.output.record_json import status_data
    from hilt.output.text_status import write

    tell(status, status_data, write, as_json=as_json)
    return status.outcome.exit_code


def terminal_page() -> Page:
    """An empty page, as wide as the terminal and in colour where that is wanted."""
    from hilt.output.layout import Page
    from hilt.output.text import coloured

    return Page(min(shutil.get_terminal_size().columns, WIDEST), colour=coloured(sys.stdout, os.environ))


def write_file(option: str, file: str | Path, text: str | bytes) -> None:
    """Puts `text` into `file`, which `option` names. Raises `UsageError` where that cannot be."""
    from hilt.output.write import write

    try:
        write(Path(file), text)
    except OSError as error:
        raise UsageError(f"{option}{file}: {error.strerror}") from None
