"""What changes an index of known models: to add, to merge a pack, to export one, to remove, to mark as stale.

Each takes the lock of the index, so that of two processes that add at once nothing is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from hilt.core.errors import UsageError
from hilt.core.limits import Limits
from hilt.knowledge.file_lock import locked
from hilt.knowledge.lineage.index.entry import Blob, Entry
from hilt.knowledge.lineage.index.index import Index
from hilt.knowledge.lineage.index.keys import chosen
from hilt.knowledge.lineage.index.thin import thinned
from hilt.knowledge.lineage.index.write import Model, append, write_new
from hilt.knowledge.lineage.print_bytes import encode
from hilt.knowledge.lineage.prints import ModelPrint


class Added(NamedTuple):
    """What came of models that were to be added. `known` were there, `replaced` are there as they were told now.

    Of a pack, `differing` are in the index with other weights, and stay so; `marked` are stale as the pack says."""

    new: tuple[Entry, ...] = ()
    known: tuple[Entry, ...] = ()
    replaced: tuple[Entry, ...] = ()
    differing: tuple[Entry, ...] = ()
    marked: tuple[Entry, ...] = ()


def made(entry: Entry, model: ModelPrint, writers: bytes = b"") -> Model:
    """What is to be added of a model. Raises `FormatError` where no tensor says enough to know it by."""
    model = thinned(model)
    data = [encode(model), writers]
    blobs = [Blob(0, len(one), sha256(one).hexdigest()) if one else Blob() for one in data]
    kept = {blob.sha256: one for blob, one in zip(blobs, data, strict=True)}
    return Model(replace(entry, print=blobs[0], writers=blobs[1]), chosen(model), lambda blob: kept[blob.sha256])


def add(path: Path, models: Sequence[Model], limits: Limits) -> Added:
    """Adds models to the index at `path`, which is made where there is none; what is said of the same set anew counts."""
    with locked(path):
        return _added(path, models, limits, ours=True)


def merge(path: Path, pack: Path, limits: Limits) -> Added:
    """Adds what a pack has and the index at `path` has not; nothing where anything of the pack is wrong."""
    with Index(pack, limits) as other:
        models = [other.verified(number) for number in range(other.models)]
        with locked(path):
            return _added(path, models, limits, ours=False)


def export(path: Path, pack: Path, names: Sequence[str], limits: Limits) -> tuple[Entry, ...]:
    """Writes the models of these names into a pack, all where no name is given."""
    with Index(path, limits) as index:
        models = [index.model(number) for number in range(index.models)]
        told = [model for model in models if not names or model.entry.name in names]
        for name in names:
            _refuse_unknown(index, path, name, any(model.entry.name == name for model in told))
        write_new(pack, told, limits)
        return tuple(model.entry for model in told)


def remove(path: Path, name: str, revision: str | None, limits: Limits) -> tuple[Entry, ...]:
    """Takes a model out, in all revisions where none is given."""
    with locked(path), Index(path, limits) as index:
        gone = _named(index, path, name, revision)
        write_new(path, [index.model(number) for number in range(index.models) if number not in gone], limits)
        return tuple(gone.values())


def mark(path: Path, name: str, revision: str | None, *, stale: str, newer: str, limits: Limits) -> tuple[Entry, ...]:
    """Says of a model why it should be used no more, and what takes its place; empty texts take that back."""
    with locked(path), Index(path, limits) as index:
        named = _named(index, path, name, revision)
        told = {number: replace(entry, stale=stale, newer=newer) for number, entry in named.items()}
        write_new(
            path, _all(index, {number: index.model(number)._replace(entry=told[number]) for number in told}), limits
        )
        return tuple(told.values())


def _added(path: Path, models: Sequence[Model], limits: Limits, *, ours: bool) -> Added:
    once = {model.entry.identity: model for model in reversed(models)}
    wanted = list(once.values())[::-1]
    if not path.exists():
        write_new(path, wanted, limits)
        return Added(new=tuple(model.entry for model in wanted))
    with Index(path, limits) as index:
        numbers = {row.tobytes(): number for number, row in enumerate(index.file.table.identities)}
        new = [model for model in wanted if model.entry.identity not in numbers]
        changed: dict[int, Model] = {}
        told: dict[str, list[Entry]] = {"known": [], "replaced": [], "differing": [], "marked": []}
        for model in wanted:
            if (number := numbers.get(model.entry.identity)) is not None:
                word, made = _against(index, number, model, ours=ours)
                told[word].append(made.entry)
                if word in ("replaced", "marked"):
                    changed[number] = made
        if changed:
            write_new(path, [*_all(index, changed), *new], limits)
        else:
            append(path, index.file.head, new, limits)
    return Added(tuple(model.entry for model in new), **{word: tuple(some) for word, some in told.items()})


def _against(index: Index, number: int, model: Model, *, ours: bool) -> tuple[str, Model]:
    """What becomes of the model with this number, of which something is said again."""
    held = index.model(number)
    if held.entry.print.sha256 != model.entry.print.sha256:
        return ("replaced" if ours else "differing"), model
    stale = model.entry if model.entry.stale and (ours or not held.entry.stale) else held.entry
    marked = replace(held.entry, stale=stale.stale, newer=stale.newer)
    if not ours:
        return ("marked" if marked != held.entry else "known"), held._replace(entry=marked)
    same = bool(held.entry.digest) and held.entry.digest == model.entry.digest and held.entry.writers.size
    sketched = model if model.entry.writers.size and not same else held
    told = replace(
        marked,
        digest=model.entry.digest or marked.digest,
        licences=model.entry.licences or marked.licences,
        bases=model.entry.bases or marked.bases,
        writers=sketched.entry.writers,
    )

    def read(blob: Blob) -> bytes:
        return (sketched if blob is sketched.entry.writers else held).read(blob)

    return ("replaced" if told != held.entry else "known"), Model(told, held.keys, read)


def _all(index: Index, changed: Mapping[int, Model]) -> list[Model]:
    """The models of an index, some of them changed."""
    return [changed.get(number) or index.model(number) for number in range(index.models)]


def _named(index: Index, path: Path, name: str, revision: str | None) -> dict[int, Entry]:
    found = {
        number: entry
        for number, entry in enumerate(index.entries())
        if entry.name == name and revision in (None, entry.revision)
    }
    _refuse_unknown(index, path, name if revision is None else f"{name} at {revision}", bool(found))
    return found


def _refuse_unknown(index: Index, path: Path, name: str, found: bool) -> None:
    if found:
        return
    from difflib import get_close_matches

    near = get_close_matches(name, {entry.name for _, entry in zip(range(10_000), index.entries(), strict=False)}, n=1)
    hint = f"did you mean {near[0]}?" if near else f"`hilt index list --index {path}` shows them"
    raise UsageError(f"{path} has no model {name}; {hint}")
