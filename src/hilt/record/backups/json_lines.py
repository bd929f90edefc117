"""The file of a backup: lines of JSON, compressed, the last of which has the SHA-256 of all before it.

Each line is written in one way, and read in no other. A file that was cut off has no last line. Whether what it says is what was
signed, is for `backup.py` beside it to tell.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from hilt.core.errors import FormatError

LONGEST = 1 << 29
"""Bytes of a line: a document has half as many at most."""
_LONGEST_BUT_A_DOCUMENT = 1 << 23
"""Bytes of all other lines: a text has a million letters, and seven bytes for a letter that no database takes."""

Write = Callable[[list[Any]], None]
"""Adds a line."""


@contextmanager
def written(path: Path) -> Iterator[Write]:
    """Writes a file, readable by its owner alone; it is there once all of it is on the disk. Raises `OSError`."""
    neighbour = path.with_name(f".{token_hex(8)}.part")
    digest = sha256()
    try:
        with (
            os.fdopen(os.open(neighbour, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file,
            gzip.GzipFile("", "wb", compresslevel=4, fileobj=file, mtime=0) as packed,
        ):

            def write(values: list[Any]) -> None:
                line = _line(values)
                digest.update(line)
                packed.write(line)

            yield write
            packed.write(_line(["end", digest.hexdigest()]))
            packed.close()
            file.flush()
            os.fsync(file.fileno())
        neighbour.replace(path)
    finally:
        neighbour.unlink(missing_ok=True)


def read(path: Path) -> Iterator[list[Any]]:
    """The lines but the last. Raises `FormatError` with the number of the line, `OSError`."""
    digest, number, ended = sha256(), 0, False
    with gzip.open(path, "rb") as file:
        while line := _next(file, number):
            number += 1
            values = _values(line)
            if values is None or ended:
                raise FormatError(f"line {number} is not one that hilt writes into a backup")
            if values[0] == "end":
                if values != ["end", digest.hexdigest()]:
                    raise FormatError(f"line {number} has another SHA-256 than all before it: something was changed")
                ended = True
            else:
                digest.update(line)
                yield values
    if not ended:
        raise FormatError(f"it breaks off after line {number}")


def _next(file: gzip.GzipFile, number: int) -> bytes:
    try:
        return file.readline(LONGEST)
    except EOFError:
        raise FormatError(f"it breaks off after line {number}") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise FormatError(f"no backup of hilt, or damaged after line {number} ({error})") from None


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def _values(line: bytes) -> list[Any] | None:
    """What the line says; None where it is not written as hilt writes it."""
    if len(line) > _LONGEST_BUT_A_DOCUMENT and line.count(b",") != 2:
        return None  # in memory, a line of nothing but brackets would be twenty times as large
    try:
        values = json.loads(line)
        exact = _line(values) == line
    except (ValueError, RecursionError):
        return None
    return values if exact and isinstance(values, list) and values else None
