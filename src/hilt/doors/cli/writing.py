"""How every verb writes: on a page for the terminal, or to the file that an option names."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hilt.core.errors import UsageError

if TYPE_CHECKING:
    from hilt.output.layout import Page

WIDEST = 100
"""Columns of a page, however wide the terminal is: longer lines are hard to read."""


def terminal_page() -> Page:
    """An empty page, as wide as the terminal and in colour where that is wanted."""
    from hilt.output.layout import Page
    from hilt.output.text import coloured

    return Page(min(shutil.get_terminal_size().columns, WIDEST), colour=coloured(sys.stdout, os.environ))


def write_file(option: str, file: str | Path, text: str) -> None:
    """Puts `text` into `file`, which `option` names. Raises `UsageError` where that cannot be."""
    from hilt.output.write import write

    try:
        write(Path(file), text)
    except OSError as error:
        raise UsageError(f"{option}{file}: {error.strerror}") from None
