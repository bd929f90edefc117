"""The organisation's settings: from `--config`, from `$HILT_CONFIG`, or from the user's configuration folder.

They are never looked for in a subject or in the working directory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from hilt.core.context import Signer
from hilt.core.errors import SettingsInvalid
from hilt.core.limits import Limits
from hilt.core.profile import NO_PROFILE, Profile, Settled
from hilt.core.running import Machine
from hilt.core.waiver import Waiver
from hilt.gate.configured import user_folders
from hilt.gate.configured.library_settings import LibrarySettings, read_library
from hilt.gate.configured.record_settings import RecordSettings, read_record
from hilt.gate.configured.serve_settings import ServeSettings, read_serve
from hilt.gate.configured.setting import Setting

KEYS = (
    "policy",
    "env",
    "organisation",
    "limits",
    "profile",
    "obligations",
    "waivers",
    "signers",
    "machine",
    "lineage",
    "search_bytes",
    "private_hosts",
    "record",
    "serve",
    "library",
)
LINEAGE = ("index",)
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
    organisation: str = ""
    """Its name, for documents that say who had them made."""
    limits: Limits = field(default_factory=Limits)
    waivers: tuple[Waiver, ...] = ()
    search_bytes: bool = False
    profile: Profile = NO_PROFILE
    settled: tuple[Settled, ...] = ()
    signers: tuple[Signer, ...] = ()
    machine: Machine | None = None
    kin_index: str = ""
    """The file of the index of known models that every check holds weights against; empty for none."""
    private_hosts: tuple[str, ...] = ()
    """Hosts of the organisation's own network that a hub may send a download to: a name, or name:port."""
    record: RecordSettings | None = None
    """Where what is decided is remembered; None where the settings say nothing of it."""
    serve: ServeSettings = field(default_factory=ServeSettings)
    """Where the pages of `hilt serve` are."""
    library: LibrarySettings = field(default_factory=LibrarySettings)
    """What `hilt serve` hands out to those who download models."""
    file: str = ""


def find_settings(named: str | None = None) -> Settings:
    """The settings at `named`, or at `$HILT_CONFIG`, or in the user's folder, or the ones that hilt comes with.

    Raises `SettingsInvalid` where a file that was named is missing or wrong.
    """
    chosen = named or os.environ.get("HILT_CONFIG")
    if chosen:
        return read_settings(Path(chosen))
    usual = user_folders.configuration() / "settings.yaml"
    return read_settings(usual) if usual.is_file() else Settings()


def read_settings(path: Path) -> Settings:
    """The settings in one YAML file. Raises `SettingsInvalid` with the key path of what is wrong."""
    import yaml

    from hilt.gate.configured.profile import read_profile, read_settled
    from hilt.gate.configured.signers import read_signers

    try:
        with path.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise SettingsInvalid(f"more than {_LARGEST} bytes; no settings are that large", file=str(path))
        document = yaml.safe_load(data)
    except OSError as error:
        raise SettingsInvalid(f"{error.strerror}; give --config the path of a YAML file", file=str(path)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsInvalid(f"not YAML: {error}", file=str(path)) from None
    told = Setting(document if document is not None else {}, str(path)).table(KEYS)
    return Settings(
        policies=_policies(told["policy"], path.parent) if "policy" in told else (),
        env=_env(told["env"]) if "env" in told else {},
        organisation=told["organisation"].line() if "organisation" in told else "",
        limits=_limits(told["limits"]) if "limits" in told else Limits(),
        profile=read_profile(told.get("profile")),
        settled=read_settled(told.get("obligations")),
        waivers=_waivers(told["waivers"]) if "waivers" in told else (),
        signers=read_signers(told.get("signers"), path.parent),
        machine=_machine(told["machine"]) if "machine" in told else None,
        kin_index=_kin_index(told["lineage"], path.parent) if "lineage" in told else "",
        search_bytes=told["search_bytes"].flag() if "search_bytes" in told else False,
        private_hosts=_hosts(told["private_hosts"]) if "private_hosts" in told else (),
        record=read_record(told["record"], path.parent) if "record" in told else None,
        serve=read_serve(told["serve"], path.parent) if "serve" in told else ServeSettings(),
        library=read_library(told["library"], path.parent) if "library" in told else LibrarySettings(),
        file=str(path),
    )


def _policies(setting: Setting, beside: Path) -> tuple[str, ...]:
    names = [setting.value] if isinstance(setting.value, str) else setting.value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise setting.refused("the name of a pack, a path, or a list of them is needed")
    return tuple(str(beside / name) if (beside / name).is_file() else name for name in names)


def _env(setting: Setting) -> dict[str, str]:
    told = setting.table(ENVIRONMENT)
    for entry in told.values():
        if not isinstance(entry.value, str):
            raise entry.wrong("a word")
    return {key: entry.value for key, entry in told.items()}


def _machine(setting: Setting) -> Machine:
    from hilt.gate.configured.machine import read_machine

    return read_machine(setting)


def _kin_index(setting: Setting, beside: Path) -> str:
    told = setting.table(LINEAGE, {"index": "name the file of an index (hilt index add makes one)"})
    return str(beside / told["index"].text())


def _hosts(setting: Setting) -> tuple[str, ...]:
    value = setting.value
    if not isinstance(value, list) or not all(isinstance(name, str) and _HOST.fullmatch(name) for name in value):
        raise setting.wrong("a list of host names such as mirror.example")
    return tuple(name.lower() for name in value)


def _limits(setting: Setting) -> Limits:
    told = setting.table([one.name for one in fields(Limits)])
    for key, entry in told.items():
        value = entry.value
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise entry.wrong("a number above 0")
        if isinstance(getattr(Limits(), key), int) and not isinstance(value, int):
            raise entry.wrong("a whole number")
    return replace(Limits(), **{key: entry.value for key, entry in told.items()})


def _waivers(setting: Setting) -> tuple[Waiver, ...]:
    if setting.value is None:
        return ()
    waivers: dict[tuple[str, str, str], Waiver] = {}
    for item in setting.items("waivers"):
        waiver = _waiver(item)
        key = (waiver.check, waiver.path, waiver.digest)
        if key in waivers:
            first = list(waivers).index(key)
            raise item.refused(f"waivers[{first}] names this check, path and digest already; keep one of them")
        waivers[key] = waiver
    return tuple(waivers.values())


def _waiver(item: Setting) -> Waiver:
    from hilt.checks import CHECKS

    told = item.table(WAIVER, _MISSING)
    check = told["check"].one_of([one.id for one in CHECKS], "check", "hilt checks")
    if not isinstance(told["path"].value, str):
        raise told["path"].wrong("a text")
    if not _DIGEST.fullmatch(told["digest"].text()):
        shown = f"{told['digest'].value!r:.90}"
        raise told["digest"].refused(f"sha256: and 64 lower-case hexadecimal digits are needed here, not {shown}")
    return Waiver(
        check=check,
        path=told["path"].value,
        digest=told["digest"].value,
        reason=told["reason"].line(),
        expires=told["expires"].day(),
    )
