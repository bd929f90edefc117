"""Who asks the library, and what for."""

from __future__ import annotations

from typing import NamedTuple

from hilt.core.library import Repository
from hilt.gate.settings import Settings
from hilt.gate.signing_in.passes import Asked


class Reader(NamedTuple):
    """Whoever asks, for one `use`. `asked` is None where nobody is known; `names` are patterns of the repositories that they may have.

    `label` is what they call their token.
    """

    use: str
    asked: Asked | None = None
    names: tuple[str, ...] = ("*",)
    writes: bool = False
    label: str = ""

    def may_have(self, repository: Repository) -> bool:
        raise NotImplementedError


def reader_of(secret: str, settings: Settings) -> Reader | None:
    """Whose token the secret is; without one, nobody, where the settings let them in."""
    raise NotImplementedError
