"""Where the library is, and where it must not be: an upstream that is this server itself would ask itself for ever."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

from hilt.core.errors import SettingsInvalid, UsageError
from hilt.gate.configured.oidc_settings import LOOPBACK
from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.recording.record_places import places
from hilt.gate.settings import Settings

_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened at
_PORTS = {"https": 443, "http": 80}


def library_folder(settings: Settings) -> Path:
    """Where models are kept: as the settings say, or beside the key of the log. It may not be there yet."""
    told = settings.library.folder
    return Path(told) if told else places(settings.record or RecordSettings()).key.parent / "library"


def refuse_loops(settings: Settings, addresses: Collection[str]) -> None:
    """Raises `SettingsInvalid`, `UsageError` where an upstream is one of the `addresses` at which this server answers."""
    from hilt.sources.network import Network

    own = {_place(one) for one in addresses}
    for number, upstream in enumerate(settings.library.upstreams or ()):
        if upstream.url and _place(upstream.url) in own:
            raise SettingsInvalid(
                f"{upstream.url} is this server itself; name the hub from which models come",
                file=settings.file,
                where=f"library.upstreams[{number}].url",
            )
    if settings.library.upstreams is None and _place(Network.from_environment(os.environ).endpoint) in own:
        raise UsageError(
            "HF_ENDPOINT names this server itself, from which its models would come; unset it for the server, or list the "
            "hub in the settings: library: {upstreams: [{name: hub, url: https://huggingface.co}]}"
        )


def _place(address: str) -> tuple[str, int]:
    """Host and port, whatever this machine is called by itself."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    return ("localhost" if host in (*LOOPBACK, *_ANYWHERE) else host), parts.port or _PORTS.get(parts.scheme, 0)
