"""The organisation's settings: from `--config`, from `$HILT_CONFIG`, or from the user's configuration folder.

They are never looked for in a subject or in the working directory.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hilt.core.errors import SettingsInvalid
from hilt.core.limits import Limits

KEYS = ("policy", "env", "limits", "search_bytes")
ENVIRONMENT = ("stage", "use")
"""What policies may ask of the surroundings, as `env.stage` and `env.use`."""

_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the organisation decided once, for every check. `file` is where it came from, empty for none."""

    policies: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    search_bytes: bool = False
    file: str = ""


def find_settings(named: str | None = None) -> Settings:
    """The settings at `named`, or at `$HILT_CONFIG`, or in the user's folder, or the ones that hilt comes with.

    Raises `SettingsInvalid` where a file that was named is missing or wrong.
    """
    chosen = named or os.environ.get("HILT_CONFIG")
    if chosen:
        return read_settings(Path(chosen))
    usual = user_folder() / "settings.yaml"
    return read_settings(usual) if usual.is_file() else Settings()


def user_folder() -> Path:
    """Where this platform keeps a user's configuration of hilt."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home()) / "hilt"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "hilt"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "hilt"


def read_settings(path: Path) -> Settings:
    """The settings in one YAML file. Raises `SettingsInvalid` with the key path of what is wrong."""
    import yaml

    try:
        with path.open("rb") as stream:
            document = yaml.safe_load(stream.read(_LARGEST))
    except OSError as error:
        raise SettingsInvalid(f"{error.strerror}; give --config the path of a YAML file", file=str(path)) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise SettingsInvalid(f"not YAML: {error}", file=str(path)) from None
    table = _table(document if document is not None else {}, path, "")
    _known(table, KEYS, path, "")
    return Settings(
        policies=_policies(table.get("policy", []), path),
        env=_env(_table(table.get("env", {}), path, "env"), path),
        limits=_limits(_table(table.get("limits", {}), path, "limits"), path),
        search_bytes=_flag(table.get("search_bytes", False), path, "search_bytes"),
        file=str(path),
    )


def _table(value: Any, path: Path, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise SettingsInvalid(f"a table of keys is needed here, not {value!r:.60}", file=str(path), where=where)
    return value


def _known(table: Mapping[str, Any], keys: tuple[str, ...], path: Path, where: str) -> None:
    for key in table:
        if key not in keys:
            near = get_close_matches(key, keys, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(keys)}"
            raise SettingsInvalid(f"unknown key; {hint}", file=str(path), where=".".join(filter(None, (where, key))))


def _policies(value: Any, path: Path) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise SettingsInvalid("the name of a pack, a path, or a list of them is needed", file=str(path), where="policy")
    beside = path.parent
    return tuple(str(beside / name) if (beside / name).is_file() else name for name in names)


def _env(table: Mapping[str, Any], path: Path) -> dict[str, str]:
    _known(table, ENVIRONMENT, path, "env")
    for key, value in table.items():
        if not isinstance(value, str):
            raise SettingsInvalid(f"a word is needed here, not {value!r:.60}", file=str(path), where=f"env.{key}")
    return dict(table)


def _flag(value: Any, path: Path, where: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsInvalid(f"true or false is needed here, not {value!r:.60}", file=str(path), where=where)
    return value


def _limits(table: Mapping[str, Any], path: Path) -> Limits:
    _known(table, tuple(one.name for one in fields(Limits)), path, "limits")
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            where = f"limits.{key}"
            raise SettingsInvalid(f"a number above 0 is needed here, not {value!r:.60}", file=str(path), where=where)
        if isinstance(getattr(Limits(), key), int) and not isinstance(value, int):
            raise SettingsInvalid(f"a whole number is needed here, not {value}", file=str(path), where=f"limits.{key}")
    return replace(Limits(), **table)
