"""A description of arrays whose data lie elsewhere.

What: specifications of TensorStore whose key-value store leads to the network or out of the folder (`http`, `gcs`, `s3`,
`file` with a path of its own), and reference files of Kerchunk whose chunks are addresses.

Why: opening the array then fetches from there, or reads files of the machine; what is read is not what was checked, and can
change at any time.

What it cannot see: what lies at the address.

Fix: ask the publisher for the data themselves, and open them by a path that you write.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.siblings import leads_away

if TYPE_CHECKING:
    from hilt.formats.json import Json

_NETWORK = frozenset(("http", "gcs", "gcs_grpc", "s3", "tsgrpc_kvstore"))
_SHOWN = 100


def tensorstore_elsewhere(file: ReadFile[Json]) -> Iterator[Finding]:
    for place in dict.fromkeys(_places(file.value.value)):
        message = f"an array's data are fetched from {place[:_SHOWN]!r}"
        yield Finding(check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=file.path), message=message)


def _places(document: Any) -> Iterator[str]:
    """Where key-value stores and references lead that leave the folder."""
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
            if "driver" in value:
                for key in ("kvstore", "base"):
                    yield from _store(value.get(key))
            if isinstance(value.get("refs"), dict):
                yield from _references(value["refs"])
        elif isinstance(value, list):
            pending.extend(value)


def _store(store: Any) -> Iterator[str]:
    if isinstance(store, str) and ("://" in store or leads_away(store)):
        yield store
    if isinstance(store, dict):
        driver, path = str(store.get("driver", "")), str(store.get("path", ""))
        if driver in _NETWORK:
            yield f"{driver}: {store.get('base_url', store.get('bucket', ''))}/{path}"
        elif driver == "file" and leads_away(path):
            yield path


def _references(refs: dict[str, Any]) -> Iterator[str]:
    """Kerchunk: a chunk is (address, offset, length), or the data themselves."""
    for reference in refs.values():
        if isinstance(reference, list) and reference and isinstance(reference[0], str):
            address = reference[0]
            if "://" in address or leads_away(address):
                yield address


CHECK = listed("tensorstore-elsewhere")
