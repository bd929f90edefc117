"""The organisation's settings: from `--config`, from `$HILT_CONFIG`, or from the user's configuration folder.

They are never looked for in a subject or in the working directory.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hilt.core.errors import SettingsInvalid
from hilt.core.limits import Limits
from hilt.core.waiver import Waiver

KEYS = ("policy", "env", "limits", "waivers", "search_bytes", "private_hosts")
WAIVER = ("check", "path", "digest", "reason", "expires")
ENVIRONMENT = ("stage", "use")
"""What policies may ask of the surroundings, as `env.stage` and `env.use`."""

_LARGEST = 1 << 20
_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]+)?|[0-9A-Fa-f:]+")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MISSING = {
    "check": "name the check whose finding it waives",
    "path": "name the file as the report names it",
    "digest": "a waiver holds for these bytes only; `hilt waive` computes it",
    "reason": "say who looked at it, and why it is accepted",
    "expires": "name the last day on which it counts, such as 2027-01-31",
}
"""What is missing from a waiver, and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the organisation decided once, for every check. `file` is where it came from, empty for none."""

    policies: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    waivers: tuple[Waiver, ...] = ()
    search_bytes: bool = False
    private_hosts: tuple[str, ...] = ()
    """Hosts of the organisation's own network that a hub may send a download to: a name, or name:port."""
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
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsInvalid(f"not YAML: {error}", file=str(path)) from None
    table = _table(document if document is not None else {}, path, "")
    _known(table, KEYS, path, "")
    return Settings(
        policies=_policies(table.get("policy", []), path),
        env=_env(_table(table.get("env", {}), path, "env"), path),
        limits=_limits(_table(table.get("limits", {}), path, "limits"), path),
        waivers=_waivers(table.get("waivers"), path),
        search_bytes=_flag(table.get("search_bytes", False), path, "search_bytes"),
        private_hosts=_hosts(table.get("private_hosts", []), path),
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


def _hosts(value: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) and _HOST.fullmatch(name) for name in value):
        message = f"a list of host names such as mirror.example is needed here, not {value!r:.60}"
        raise SettingsInvalid(message, file=str(path), where="private_hosts")
    return tuple(name.lower() for name in value)


def _limits(table: Mapping[str, Any], path: Path) -> Limits:
    _known(table, tuple(one.name for one in fields(Limits)), path, "limits")
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            where = f"limits.{key}"
            raise SettingsInvalid(f"a number above 0 is needed here, not {value!r:.60}", file=str(path), where=where)
        if isinstance(getattr(Limits(), key), int) and not isinstance(value, int):
            raise SettingsInvalid(f"a whole number is needed here, not {value}", file=str(path), where=f"limits.{key}")
    return replace(Limits(), **table)


def _waivers(value: Any, path: Path) -> tuple[Waiver, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise SettingsInvalid(f"a list of waivers is needed here, not {value!r:.60}", file=str(path), where="waivers")
    waivers: dict[tuple[str, str, str], Waiver] = {}
    for index, item in enumerate(value):
        where = f"waivers[{index}]"
        waiver = _waiver(_table(item, path, where), path, where)
        key = (waiver.check, waiver.path, waiver.digest)
        if key in waivers:
            first = list(waivers).index(key)
            message = f"waivers[{first}] names this check, path and digest already; keep one of them"
            raise SettingsInvalid(message, file=str(path), where=where)
        waivers[key] = waiver
    return tuple(waivers.values())


def _waiver(table: Mapping[str, Any], path: Path, where: str) -> Waiver:
    _known(table, WAIVER, path, where)
    for key, hint in _MISSING.items():
        if table.get(key) is None:
            raise SettingsInvalid(f"the key {key} is missing; {hint}", file=str(path), where=where)
    for key in ("check", "path", "digest", "reason"):
        if not isinstance(table[key], str) or (key != "path" and not table[key].strip()):
            message = f"a text is needed here, not {table[key]!r:.60}"
            raise SettingsInvalid(message, file=str(path), where=f"{where}.{key}")
    _known_check(table["check"], path, f"{where}.check")
    if not _DIGEST.fullmatch(table["digest"]):
        message = f"sha256: and 64 lower-case hexadecimal digits are needed here, not {table['digest']!r:.90}"
        raise SettingsInvalid(message, file=str(path), where=f"{where}.digest")
    return Waiver(
        check=table["check"],
        path=table["path"],
        digest=table["digest"],
        reason=" ".join(table["reason"].split()),
        expires=_day(table["expires"], path, f"{where}.expires"),
    )


def _known_check(check: str, path: Path, where: str) -> None:
    from hilt.checks import CHECKS

    ids = [one.id for one in CHECKS]
    if check not in ids:
        near = get_close_matches(check, ids, n=1)
        hint = f"did you mean {near[0]}?" if near else "`hilt checks` lists them"
        raise SettingsInvalid(f"there is no check {check!r:.60}; {hint}", file=str(path), where=where)


def _day(value: Any, path: Path, where: str) -> date:
    """YAML reads 2027-01-31 as a day by itself; in quotation marks it is one too."""
    try:
        if not isinstance(value, datetime):
            return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        pass
    raise SettingsInvalid(f"a day such as 2027-01-31 is needed here, not {value!s:.60}", file=str(path), where=where)
