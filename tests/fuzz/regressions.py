"""Inputs that once broke a bound, kept as small as they can be made, and tried again by the tests for ever."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.bounds import prepare, verdict
from fuzz.seeds import names, seeds
from hilt.formats import READERS
from hilt.formats.reader import Reader

FOLDER = Path(__file__).with_name("regressions")
_PATIENCE = 60.0
"""Seconds for making one input smaller."""


def keep(reader: Reader, data: bytes) -> str:
    """Saves the input, made small, if it breaks a bound here too; says which."""
    for name in names(reader.id):
        if said := verdict(reader, name, data):
            kind = _kind(said)
            small = minimise(data, lambda shorter, name=name, kind=kind: _kind(verdict(reader, name, shorter)) == kind)
            path = FOLDER / reader.id / hashlib.sha256(small).hexdigest()[:12]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(small)
            return f"{said} [{name}, {len(small)} bytes, saved as {path.relative_to(FOLDER.parents[2])}]"
    return ""


def minimise(data: bytes, fails: Callable[[bytes], bool], patience: float = _PATIENCE) -> bytes:
    """The input without all parts that may go while it still fails."""
    deadline, size = time.monotonic() + patience, len(data) // 2
    while size:
        at = 0
        while at < len(data) and time.monotonic() < deadline:
            shorter = data[:at] + data[at + size :]
            if fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data


def _kind(said: str) -> str:
    return said.partition(":")[0]


def _inputs(reader: Reader) -> Iterator[tuple[str, str, bytes]]:
    """(where it comes from, name, content)"""
    for name, data in seeds()[reader.id]:
        yield "seed", name, data
    for path in sorted((FOLDER / reader.id).glob("*")):
        for name in names(reader.id):
            yield path.name, name, path.read_bytes()


def main(ids: Sequence[str]) -> None:
    """Tries every seed and every kept input of these readers; prints what they break."""
    prepare()
    for reader in (reader for reader in READERS if reader.id in ids):
        for origin, name, data in _inputs(reader):
            if said := verdict(reader, name, data):
                print(f"{reader.id}, {origin} as {name}: {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
