"""What whoever runs a server is told on its terminal, and nobody else: what they alone can mend."""

from __future__ import annotations

import sys
import traceback

from hilt.output.quote import quote

_LONGEST = 2000
"""Letters of a line."""


def complain(text: str) -> None:
    """Each line by itself and quoted: a model, a card or a person may have written a part of it."""
    for line in text.splitlines():
        print(f"hilt: {quote(line, _LONGEST)}", file=sys.stderr)  # noqa: T201


def complain_of(error: BaseException) -> None:
    """The traceback of a mistake of ours."""
    complain("".join(traceback.format_exception(error)))
