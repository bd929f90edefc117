"""shared_keys: with which all servers of a record vouch for what one of them handed out, each for one purpose.

They are made of the key of the log, which every server has that adds to it, and nobody else.
"""

from __future__ import annotations

from hilt.gate.configured.record_settings import RecordSettings
from hilt.gate.recording.record_places import log_key, log_password, places
from hilt.gate.settings import Settings


def shared_key(purpose: str, settings: Settings) -> bytes:
    """32 bytes. Raises `KeyUnusable` where the key of the log is not there."""
    told = settings.record or RecordSettings()
    return log_key(places(told), log_password(told)).derived(purpose)
