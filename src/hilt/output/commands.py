"""Tells the words of a fix from its commands: those stand between backticks, and stay whole so that they can be copied."""

from __future__ import annotations

from collections.abc import Iterator


def parts(fix: str) -> Iterator[tuple[str, bool]]:
    """The pieces of `fix` in order, each with whether it is a command; a single word between backticks is no command."""
    words = ""
    for number, piece in enumerate(fix.split("`")):
        if number % 2 and " " in piece:
            yield words.strip(), False
            yield piece, True
            words = ""
        else:
            words += f"`{piece}`" if number % 2 else piece
    if words.strip():
        yield words.strip(), False
