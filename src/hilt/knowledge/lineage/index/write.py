"""Writes an index of known models: a segment behind those that are there, or a whole new file in the place of the old."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import numpy as np

from hilt.core.errors import FormatError, LimitExceeded, UsageError
from hilt.core.limits import Limits
from hilt.knowledge.lineage.index.entry import Blob, Entry, decode
from hilt.knowledge.lineage.index.file import HEAD_SIZE, MAGIC, SEGMENT, SEGMENT_MARK, Head, Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Model(NamedTuple):
    """A set of weights that is to be written: its `keys` of shape (8, 4), and `read`, which gives the bytes of a blob."""

    entry: Entry
    keys: NDArray[np.uint64]
    read: Callable[[Blob], bytes]


def write_new(path: Path, models: Sequence[Model], limits: Limits) -> None:
    """An index of these models alone at `path`, complete or not at all. Raises `OSError`, and what `read` raises."""
    target = Path(os.path.realpath(path))
    _refuse_other(target)
    neighbour = target.with_name(f".{token_hex(8)}.part")
    try:
        with neighbour.open("xb") as file:
            file.write(bytes(HEAD_SIZE))
            head = _segment(file, Head(), models, limits) if models else Head()
            _seal(file, head)
        if target.exists():
            shutil.copymode(target, neighbour)
        neighbour.replace(target)
    except BaseException:
        neighbour.unlink(missing_ok=True)
        raise


def _refuse_other(target: Path) -> None:
    """Nothing but an index or a pack is written over. Raises `UsageError`."""
    if not target.exists():
        return
    if not target.is_file():
        raise UsageError(f"{target} is no regular file; name another one")
    with target.open("rb") as file:
        begin = file.read(len(MAGIC))
    if begin and begin != MAGIC:
        raise UsageError(f"{target} is another file, which begins with {begin!r}, and is left as it is; name a new one")


def append(path: Path, head: Head, models: Sequence[Model], limits: Limits) -> None:
    """These models behind those that the index at `path` has, which `head` tells. Whoever calls holds the lock."""
    if not models:
        return
    with path.open("r+b") as file:
        file.truncate(head.end)  # what somebody left who was stopped
        file.seek(head.end)
        _seal(file, _segment(file, head, models, limits))


def _seal(file: BinaryIO, head: Head) -> None:
    """Everything is on the disk before the head tells of it."""
    file.flush()
    os.fsync(file.fileno())
    file.seek(0)
    file.write(head.encode())
    file.flush()
    os.fsync(file.fileno())


def _segment(file: BinaryIO, head: Head, models: Sequence[Model], limits: Limits) -> Head:
    """Writes a segment at `head.end`, where the file stands; the head after it."""
    if head.models + len(models) > limits.index_models:
        raise LimitExceeded("index_models", head.models + len(models), limits.index_models)
    lines, blobs = _placed(models, limits)
    table = Table.empty(len(models))
    for number, (model, line) in enumerate(zip(models, lines, strict=True)):
        table.identities[number] = np.frombuffer(model.entry.identity, np.uint8)
        table.lengths[number] = len(line)
        table.first[:, number] = model.keys[:, 0]
        table.rest[:, number] = model.keys[:, 1:]
    digest = sha256()
    file.seek(head.end + SEGMENT.size)
    for part in (*(np.ascontiguousarray(one).tobytes() for one in table.parts(0, len(models))), *lines):
        digest.update(part)
        file.write(part)
    for model in models:
        for blob in (model.entry.print, model.entry.writers):
            if blob.size:
                file.write(_checked(model.read(blob), blob))
    size = file.tell() - head.end
    header = SEGMENT.pack(SEGMENT_MARK, len(models), sum(map(len, lines)), blobs, digest.digest())
    file.seek(head.end)
    file.write(header)
    return head.with_segment(header, len(models), size)


def _placed(models: Sequence[Model], limits: Limits) -> tuple[list[bytes], int]:
    """The lines of the models, with the places that their blobs will have, and the bytes of all blobs."""
    lines, at = [], 0
    for model in models:
        placed = []
        for blob in (model.entry.print, model.entry.writers):
            if blob.size > limits.index_print_bytes:
                raise LimitExceeded("index_print_bytes", blob.size, limits.index_print_bytes)
            placed.append(replace(blob, offset=at if blob.size else 0))
            at += blob.size
        line = replace(model.entry, print=placed[0], writers=placed[1]).encode()
        if len(line) > limits.index_line_bytes:
            raise LimitExceeded("index_line_bytes", len(line), limits.index_line_bytes)
        decode(line)  # what nobody could read again is not written
        lines.append(line)
    return lines, at


def _checked(data: bytes, blob: Blob) -> bytes:
    if len(data) != blob.size or sha256(data).hexdigest() != blob.sha256:
        raise FormatError(f"a fingerprint of {blob.size} bytes has become another while it was copied")
    return data
