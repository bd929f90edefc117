"""Reads a Keras 3 model: a zip with the model's config, its metadata, its weights and its assets.

Specification: Keras, src/saving/saving_lib.py: `config.json` is what Keras builds when it loads the model, `metadata.json`
names the version that wrote it, `model.weights.h5` (or `.npz`) holds the weights, `assets/` what layers keep as files.

What can bite: the config says which modules are imported and what is called: Lambda layers bring byte code, and layers
read vocabularies from paths. `safe_mode` has been got around by config alone (CVE-2025-1550, CVE-2025-8747).

What hilt cannot see: what byte code and custom classes do; the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hilt.core.byte_source import ByteSource
from hilt.core.errors import FormatError, LimitExceeded
from hilt.core.limits import Limits
from hilt.formats.archive import Archive, remembered
from hilt.formats.reader import Head
from hilt.formats.zip import member_names, open_member
from hilt.formats.zip import read as list_zip

__all__ = ["Keras", "open_member", "probe", "read"]

_CONFIG, _METADATA = "config.json", "metadata.json"
_WEIGHTS = ("model.weights.h5", "model.weights.npz", "model.weights.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keras(Archive):
    """A zip with a model: `config` is what Keras builds when it loads the model, parsed."""

    config: Any
    keras_version: str


def probe(head: Head) -> bool:
    names = member_names(head.source, head.limits)
    named = head.name.lower().endswith(".keras")
    return _CONFIG in names and (named or _METADATA in names or any(name in names for name in _WEIGHTS))


@remembered
def read(source: ByteSource, limits: Limits) -> Keras:
    """The config of the model in `source`. Raises `FormatError` where there is none, or it is no JSON."""
    archive = list_zip(source, limits)
    metadata = _json(source, archive, _METADATA, limits)
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return Keras(
        members=archive.members,
        oddities=archive.oddities,
        config=_json(source, archive, _CONFIG, limits),
        keras_version=version if isinstance(version, str) else "",
    )


def _json(source: ByteSource, archive: Archive, name: str, limits: Limits) -> Any:
    """The JSON in the last member of this name, which is the one that Python's zipfile opens; None without one."""
    member = next((member for member in reversed(archive.members) if member.path == name), None)
    if member is None:
        return None
    if member.size > limits.json_bytes:
        raise LimitExceeded("json_bytes", member.size, limits.json_bytes, offset=member.offset)
    data = open_member(source, member, limits).read(0, member.size)
    if len(data) != member.size:
        raise FormatError(f"{name} ends after {len(data)} of {member.size} bytes", offset=member.offset)
    from hilt.formats.json import parse  # other zips are probed here as well

    return parse(data, limits).value
