"""Where this platform keeps what belongs to a user of hilt: what they set, what they have, and what hilt noted for itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def configuration() -> Path:
    """For settings."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home()) / "hilt"
    return _folder("XDG_CONFIG_HOME", ".config")


def data() -> Path:
    """For the record."""
    return _folder("XDG_DATA_HOME", ".local/share")


def state() -> Path:
    """For what is to be kept apart from the record."""
    folder = _folder("XDG_STATE_HOME", ".local/state")
    return folder / "state" if sys.platform in ("win32", "darwin") else folder


def _folder(variable: str, usual: str) -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "hilt"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "hilt"
    return Path(os.environ.get(variable) or Path.home() / usual) / "hilt"
