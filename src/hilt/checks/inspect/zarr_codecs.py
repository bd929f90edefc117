"""A Zarr array that is decoded by unpickling it, or by code from elsewhere.

What: codecs, filters and compressors in the metadata of Zarr arrays (`.zarray`, `.zmetadata`, `zarr.json`) that load pickles,
or that neither Zarr nor numcodecs nor TensorStore defines.

Why: numcodecs' codec `pickle` hands each chunk to `pickle.loads`, so that reading one element of the array runs whatever the
chunk holds. Codecs of other names are looked up among all installed packages and imported.

What it cannot see: what is in the chunks, which the codec has packed, and what the codec of another package does.

Fix: do not open the array; ask the publisher for one of plain numbers, or of texts encoded with `vlen-utf8`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import CODE_ON_LOAD
from hilt.core.fact import Fact, Known
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.json import Json

_SHOWN = 100


def zarr_codecs(file: ReadFile[Json]) -> Iterator[Finding | Fact]:
    from hilt.knowledge.zarr_arrays import CODECS, PICKLE, codecs

    found = dict.fromkeys(name for table in _arrays(file.value.value) for name in codecs(table))
    where = Where(path=file.path)
    for name in found:
        if name in PICKLE:
            message = f"chunks are decoded by {name!r}, which unpickles them: reading the array runs what they hold"
            yield Finding(check=CHECK.id, severity=Severity.CRITICAL, where=where, message=message)
            yield Fact(key=CODE_ON_LOAD.key, value=True, known=Known.VERIFIED, source=file.path)
        elif name not in CODECS:
            message = f"chunks are decoded by {name[:_SHOWN]!r}, a codec of another package"
            yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=where, message=message)


def _arrays(document: Any) -> Iterator[dict[Any, Any]]:
    """Every table that says it is Zarr's; consolidated metadata hold those of all arrays."""
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if "zarr_format" in value:
                yield value
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)


CHECK = listed("zarr-codecs")
