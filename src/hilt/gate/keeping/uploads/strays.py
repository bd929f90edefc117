"""strays: what lies in a folder among files of ours and is none. It is left alone, and whoever runs the server is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hilt.output.terminal import complain

if TYPE_CHECKING:
    from pathlib import Path

_MOST = 20
"""That are told of: then whoever reads it knows."""


class Strays:
    """Those that were told of."""

    def __init__(self) -> None:
        self._told: set[Path] = set()

    def tell(self, path: Path) -> None:
        """Once of each."""
        if path not in self._told and len(self._told) < _MOST:
            self._told.add(path)
            complain(f"{path}: this is no file that hilt writes there; it is passed over, and you may remove it")
