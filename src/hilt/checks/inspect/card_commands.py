"""A model card that has its reader do more than the files need.

What: in cards (`README.md` and other model cards) commands that run what they fetch, that hide what they run, that turn
protections of the machine off, or that install packages from elsewhere; in their Python examples `trust_remote_code=True`,
pickles where safetensors are there, and commands.

Why: a card is copied into a shell by people who trust the model it describes. That is how most of the malicious models
that were found got onto machines: nothing in the weights, one line in the card.

What it cannot see: what the fetched thing does; instructions in pictures, in other languages than shell and Python, and
behind links.

Fix: load the model with its library alone: nothing in its files asks for these commands. Fetch and read first whatever you
run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.errors import FormatError, SourceError
from hilt.core.finding import Finding, Where

if TYPE_CHECKING:
    from hilt.knowledge.card_commands import Command

_SHOWN = 160
_PICKLES = ("torch.load", "joblib.load", "pickle.load", "pickle.loads")


def card_commands(repository: Repository) -> Iterator[Finding]:
    cards = [path for path, format_id in repository.formats.items() if _is_card(path, format_id)]
    safetensors = next((path for path, format_id in repository.formats.items() if format_id == "safetensors"), "")
    trusts = cache(partial(_trusts, repository))  # of all cards, and asked by few
    for path in cards:
        try:
            text, begins = _text(repository, path)
        except (FormatError, SourceError):
            continue  # it is in the coverage as a file that could not be read
        for command in dict.fromkeys(_told(text, safetensors, trusts)):
            where = Where(path=path, line=command.line + begins)
            message = f"{command.text.strip()[:_SHOWN]!r} {command.means}"
            yield Finding(check=CHECK.id, severity=command.severity, where=where, message=message, whole=True)


def _is_card(path: str, format_id: str) -> bool:
    named = path.rpartition("/")[2].lower().startswith(("readme", "model_card", "modelcard", "usage", "install"))
    return format_id == "model-card" or (format_id == "text" and named)


def _text(repository: Repository, path: str) -> tuple[str, int]:
    """The card behind its front matter, and the number of lines before that."""
    from hilt.formats.text import whole

    file = repository.read(path)
    text = whole(file.source, repository.limits)
    body: Any = getattr(file.value, "body", text)
    return body, text.count("\n") - body.count("\n")


def _told(text: str, safetensors: str, trusts: Callable[[], str]) -> Iterator[Command]:
    from hilt.formats.model_card import code_blocks
    from hilt.knowledge.card_commands import TRUSTS, commands, of_python

    yield from commands(text)
    for block in code_blocks(text):
        for command in of_python(block.text) if block.language in ("", "python", "py", "python3", "pycon") else ():
            placed = replace(command, line=command.line + block.line)
            if command.means is TRUSTS:
                yield replace(placed, means=trusts())
            elif command.text not in _PICKLES:
                yield placed
            elif safetensors:
                yield replace(placed, means=f"loads a pickle, which may run code; {safetensors} needs none")


def _trusts(repository: Repository) -> str:
    from hilt.knowledge.remote_code import references

    files = frozenset(repository.formats)
    named = set[str]()
    for path, format_id in repository.formats.items():
        if format_id == "json":
            try:
                found = references(path, repository.read(path).value, files)  # type: ignore[arg-type]
            except (FormatError, SourceError):
                continue
            named.update(reference.path or reference.elsewhere for reference in found)
    told = ", ".join(sorted(named)[:5])
    return f"has the loader run {told}" if told else "allows code that no config here names, now or after a change"


CHECK = listed("card-commands")
