"""index: the organisation's file of known models, by which the relatives of others are found."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hilt.core.errors import FormatError, HiltError, NothingToCheck, UsageError
from hilt.core.lineage import Kin
from hilt.core.progress import Progress
from hilt.core.wire import encode_text
from hilt.gate.comparing.answered import bases, sketch
from hilt.gate.comparing.put_together import relatives
from hilt.gate.comparing.weights import OpenedWeights, Printed, nothing, opened, printed
from hilt.gate.settings import Settings
from hilt.knowledge.licences.model_names import own_name

if TYPE_CHECKING:
    from hilt.core.lineage import Relative
    from hilt.knowledge.lineage.fingerprint import ModelPrint
    from hilt.knowledge.lineage.index.changes import Added
    from hilt.knowledge.lineage.index.entry import Entry
    from hilt.knowledge.lineage.index.write import Model

_BASES = 64
"""Models that another one says it is made from, and that are kept."""
MOST = 10
"""Relatives of one set of weights that are told."""


class Told(NamedTuple):
    """What came of one reference: what was added, and of which sets of weights nothing could be, with the reason."""

    added: Added
    left_out: tuple[tuple[str, str], ...]


def place(named: str | None, settings: Settings) -> Path:
    """The file of the index. Raises `UsageError` where neither the call nor the settings name one."""
    file = named or settings.kin_index
    if not file:
        raise UsageError("no index is named: give --index FILE, or name one in the settings (lineage: {index: FILE})")
    return Path(file)


def add_each(
    references: Sequence[str | PathLike[str]],
    index: Path,
    *,
    settings: Settings,
    name: str = "",
    rows_only: bool = False,
    progress: Progress | None = None,
) -> Iterator[Told | HiltError]:
    """Adds the models at `references`: what came of each, or what kept it out. The index is made where there is none.

    `name` is what a model is called, for one reference; without it, as a hub calls it, or as it was given. With `rows_only`,
    and where a model lies elsewhere, no sketches are kept by which a removed direction could be seen in its derivatives.

    Raises `UsageError` where the index cannot be written at all.
    """
    from hilt.knowledge.lineage.index.changes import add

    if name and len(references) != 1:
        raise UsageError("--name: a name is for one model; add the others on their own")
    for reference in references:
        try:
            with opened(fspath(reference), settings, progress=progress) as subject:
                models, left_out = _models(fspath(reference), subject, name, rows_only=rows_only)
        except HiltError as error:
            yield error
            continue
        try:
            with _writing(index):
                added = add(index, models, settings.limits)
            yield Told(added, left_out)
        except UsageError:
            raise
        except HiltError as error:
            yield error


def search(
    reference: str | PathLike[str],
    index: Path,
    *,
    settings: Settings,
    most: int = MOST,
    progress: Progress | None = None,
) -> Kin:
    """The relatives in an index of the model at `reference`, the nearest first, for each of its sets of weights.

    Raises what `check` raises, `NothingToCheck` where there are no weights whose numbers hilt reads, and `IndexInvalid`.
    """
    from hilt.knowledge.lineage.index.index import Index

    with Index(index, settings.limits) as known, opened(fspath(reference), settings, progress=progress) as subject:
        sets = _with_tensors(subject)
        told: list[Relative] = []
        untold = []
        for one in sets:
            try:
                model = _print_of(one)
                found = known.search(model, most)
            except FormatError as error:
                untold.append(f"{one.name}: {error}")
            else:
                told += [each._replace(weights=one.paths[0]) for each in relatives(known, model, found)]
        return Kin(
            str(index), known.models, tuple(told), sets=tuple(one.paths[0] for one in sets), untold=tuple(untold)
        )


def counts(added: Added) -> dict[str, int]:
    """How many sets of weights were new, known already, told anew, kept in spite of the pack, or marked as stale."""
    return {word: len(some) for word, some in added._asdict().items()}


def listed(index: Path, settings: Settings) -> tuple[Entry, ...]:
    """What an index holds. Raises `IndexInvalid`."""
    from hilt.knowledge.lineage.index.index import Index

    with Index(index, settings.limits) as known:
        return tuple(known.entries())


def take(index: Path, pack: Path, settings: Settings) -> Added:
    """Merges a pack into an index, which is made where there is none; nothing where anything of the pack is wrong."""
    from hilt.knowledge.lineage.index.changes import merge

    with _writing(index):
        return merge(index, pack, settings.limits)


def share(index: Path, pack: Path, names: Sequence[str], settings: Settings) -> tuple[Entry, ...]:
    """Writes the models of these names into a pack, all where none is named."""
    from hilt.knowledge.lineage.index.changes import export

    with _writing(pack):
        return export(index, pack, names, settings.limits)


def remove(index: Path, name: str, revision: str | None, settings: Settings) -> tuple[Entry, ...]:
    """Takes a model out of an index."""
    from hilt.knowledge.lineage.index import changes

    with _writing(index):
        return changes.remove(index, name, revision, settings.limits)


def mark(
    index: Path, name: str, revision: str | None, *, stale: str, newer: str, settings: Settings
) -> tuple[Entry, ...]:
    """Says of a model in an index why it should be used no more, and what takes its place."""
    from hilt.knowledge.lineage.index import changes

    with _writing(index):
        return changes.mark(index, name, revision, stale=stale, newer=newer, limits=settings.limits)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Raises `UsageError` where `file` cannot be written."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None


def _with_tensors(subject: OpenedWeights) -> list[Printed]:
    """The sets of weights that have any, and those of which nobody knows. Raises `NothingToCheck` where there are none."""
    sets = [one for one in printed(subject.weights) if one.print is None or one.print.tensors]
    if not sets:
        raise NothingToCheck(nothing(subject))
    return sets


def _print_of(one: Printed) -> ModelPrint:
    if one.print is None:
        raise FormatError(one.why)
    return one.print


def _models(
    reference: str, subject: OpenedWeights, name: str, *, rows_only: bool
) -> tuple[list[Model], tuple[tuple[str, str], ...]]:
    """What there is to add of a subject, and what cannot be."""
    from hilt.knowledge.lineage.index.changes import made
    from hilt.knowledge.lineage.index.entry import Entry

    models, left_out = [], []
    for one in _with_tensors(subject):
        entry = Entry(
            name=name or own_name(reference) or reference,
            revision=subject.report.subject.revision,
            files=one.paths,
            digest=subject.report.subject.digest,
            licences=subject.report.texts("rights.licences"),
            bases=bases(subject.weights, one.paths, _BASES),
            added=datetime.now(UTC).date().isoformat(),
        )
        try:
            model = made(entry, _print_of(one))
        except FormatError as error:
            left_out.append((one.name, str(error)))
            continue
        if not rows_only and not subject.weights.remote:
            writers, why = _sketch(subject, one)
            model = made(entry, _print_of(one), writers)
            left_out += [(one.name, why)] if why else []
        models.append(model)
    return models, tuple(left_out)


def _sketch(subject: OpenedWeights, one: Printed) -> tuple[bytes, str]:
    """By which a removed direction is seen in derivatives, and what kept it from being made. Nobody else knows its seed."""
    from hilt.knowledge.lineage.closer_bytes import encode

    try:
        return encode(sketch(subject.weights, one.paths, secrets.randbits(32))), ""
    except FormatError as error:
        return b"", f"only its fingerprint was kept: {error}"


def as_data(entry: Entry) -> dict[str, Any]:
    """What an index says of a set of weights, as plain data."""
    texts = {
        "name": entry.name,
        "revision": entry.revision,
        "digest": entry.digest,
        "added": entry.added,
        "stale": entry.stale,
        "newer": entry.newer,
        "fingerprint": entry.print.sha256,
        "sketch": entry.writers.sha256,
    }
    lists = {"files": entry.files, "licences": entry.licences, "bases": entry.bases}
    return {
        **{key: encode_text(text) for key, text in texts.items() if text},
        **{key: [encode_text(text) for text in several] for key, several in lists.items() if several},
    }
