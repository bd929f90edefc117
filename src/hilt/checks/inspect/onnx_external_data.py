"""ONNX weights that lie outside the file, where they should not.

What: tensors whose data is to be read from a path that is absolute, climbs out of the folder, is a URL or leads through
a link; from a range that reaches past the end of the file or does not fit the tensor; or from a file that is not there.

Why: a loader reads whatever the path names and hands it to the model as numbers: keys and passwords of the machine can
come out as its answers, and tools that save the model write to the same path. Weights from a missing file were not
checked; whatever lies there later is what runs.

What it cannot see: whether the numbers in a well-named range are the right ones.

Fix: ask the publisher for the file together with its data files, in one folder. For a model you trust, load it in a
sandbox with `onnx.load` and save it again with `onnx.save(..., save_as_external_data=True)`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

from hilt.checks import listed
from hilt.checks.check import Repository
from hilt.core.errors import FormatError, SourceError
from hilt.core.finding import Finding, Severity, Where
from hilt.core.subject import Entry, EntryKind
from hilt.knowledge.siblings import beside, leads_away, size_of

if TYPE_CHECKING:
    from hilt.formats.onnx import Onnx
    from hilt.formats.onnx_tensor import Tensor

MEMORY = "*/_ORT_MEM_ADDR_/*"
"""A location by which ONNX Runtime means an address in its own memory; no file may say so."""


def onnx_external_data(repository: Repository) -> Iterator[Finding]:
    entries = {entry.path: entry for entry in repository.subject.entries}
    for path in sorted(path for path, format_id in repository.formats.items() if format_id == "onnx"):
        try:
            model = cast("Onnx", repository.read(path).value)
        except (FormatError, SourceError):
            continue  # stated by the runner already
        yield from _model(repository, entries, path, model)


def _model(repository: Repository, entries: Mapping[str, Entry], path: str, model: Onnx) -> Iterator[Finding]:
    by_location: dict[str, list[Tensor]] = defaultdict(list)
    for tensor in model.tensors:
        if tensor.external or tensor.is_external:
            by_location[tensor.external.get("location", "")].append(tensor)
    for location, tensors in sorted(by_location.items()):
        target = beside(path, location)
        first, more = tensors[0], f" (and {len(tensors) - 1} more tensors)" if len(tensors) > 1 else ""

        def seen(severity: Severity, message: str, tensor: Tensor = first) -> Finding:
            where = Where(path=path, offset=tensor.offset, tensor=tensor.name)
            return Finding(check=CHECK.id, severity=severity, where=where, message=message)

        if location == MEMORY:
            yield seen(Severity.HIGH, f"takes its data from an address in the loader's memory{more}")
        elif away := leads_away(location):
            yield seen(Severity.HIGH, f"takes its data from {location!r}, which {away}{more}")
        elif link := _link(entries, target):
            yield seen(Severity.HIGH, f"takes its data from {location!r}, {link}{more}")
        elif not location or (size := _size(repository, entries, target)) is None:
            yield seen(Severity.MEDIUM, f"takes its data from {location!r}, which is not in the repository{more}")
        else:
            for tensor in tensors:
                if wrong := _range(tensor, size):
                    yield seen(Severity.HIGH, f"takes from {location!r} {wrong}", tensor)
        for tensor in tensors:
            if odd := sorted(key for key in tensor.external if key.startswith("_")):
                yield seen(Severity.HIGH, f"sets {odd[0]!r} of the loader's own record of the file", tensor)


def _link(entries: Mapping[str, Entry], target: str) -> str:
    """What kind of link or special file the path is or leads through; empty for a plain file."""
    parts = target.split("/")
    for end in range(1, len(parts) + 1):
        entry = entries.get("/".join(parts[:end]))
        if entry is not None and entry.kind in (EntryKind.LINK_OUT, EntryKind.LINK_BROKEN, EntryKind.SPECIAL):
            return f"a link to {entry.target!r}" if entry.target else f"which is {entry.kind.value}"
    return ""


def _size(repository: Repository, entries: Mapping[str, Entry], target: str) -> int | None:
    entry = entries.get(target)
    if entry is None:
        return size_of(repository, target)
    return entry.size if entry.kind is EntryKind.FILE else None


def _range(tensor: Tensor, size: int) -> str:
    """What is wrong with the range in a file of `size` bytes; empty where nothing is."""
    if tensor.external_range is None:
        offset, length = tensor.external.get("offset"), tensor.external.get("length")
        return f"offset {offset!r} and length {length!r}, which are no range"
    begin, end = tensor.external_range
    if end > size:
        return f"bytes {begin} to {end}, past its end at {size}"
    if tensor.declared_bytes not in (None, end - begin):
        return f"{end - begin} bytes, while {tensor.dtype} {list(tensor.shape)} needs {tensor.declared_bytes}"
    return ""


CHECK = listed("onnx-external-data")
