"""What is said of the licence of a work: claims, and the work they are made of. Shared by claims and chain; pure."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from hilt.core.fact import Known


class How(Enum):
    """Where a licence is named, the source to be trusted most first."""

    TEXT = "text"
    """The text of the licence itself, recognised by its words."""
    HEADER = "header"
    """The header of a file of weights."""
    CARD = "card"
    """The front matter of a card."""
    PACKAGE = "package"
    """The metadata of a package: Python, npm, R, Debian, conda."""
    CONFIG = "config"
    """A config beside the weights."""
    PROSE = "prose"
    """A sentence of a card, a README, a description or a notice."""

    @property
    def rank(self) -> int:
        """0 for the source to be trusted most."""
        return list(How).index(self)


class Part(Enum):
    """What of a work a claim is made of. Where nothing says of what, it is made of the whole."""

    WHOLE = "the whole"
    MODEL = "the model"
    CODE = "the code"
    DATA = "the data"


class Claim(NamedTuple):
    """One place that names a licence, or is the text of one.

    `said` is what it says in its own words: a spelling, a sentence, or the title of a text. `ids` are the licences of the
    pack that this means; with `choice`, whoever uses the work may take any one of them, otherwise all of them hold.
    `unknown` are the spellings, or the path of the text, that no licence of the pack is. `path` and `line` are where it stands.
    """

    said: str
    path: str
    how: How
    ids: tuple[str, ...] = ()
    choice: bool = False
    unknown: tuple[str, ...] = ()
    part: Part = Part.WHOLE
    line: int | None = None


class Work(NamedTuple):
    """Something that has a licence of its own.

    `name` is empty for the subject, a folder for a part of it with a licence of its own, and what the subject calls it for
    what it is made from (`org/name`). `role` says which of them it is: "subject", "folder", or the relation ("finetune",
    "quantized", "merge", "adapter", "dataset", ...). `ids` are the licences that it is taken to be under, all of which
    hold at once: of a choice only the one that asks least. `unknown` is what else it is under and no licence of the pack is.
    """

    name: str = ""
    role: str = "subject"
    claims: tuple[Claim, ...] = ()
    ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    known: Known = Known.CLAIMED
