"""Opens a subject to have its weights compared: its report, and a process that answers questions about its numbers.

A file of weights that is named alone is looked at with the files beside it that describe it or hold its numbers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hilt.checks import run as runner
from hilt.checks.weights import SETS, Weights
from hilt.checks.workers import Workers
from hilt.core.errors import FormatError
from hilt.core.progress import Progress, Silent
from hilt.core.report import Report, State
from hilt.gate.comparing.answered import ask, fingerprint, texts
from hilt.gate.keeping.origins.named import open_named
from hilt.gate.settings import Settings
from hilt.sources.file import Locator
from hilt.sources.listing import Listing

if TYPE_CHECKING:
    from hilt.knowledge.lineage.fingerprint import ModelPrint

BESIDE = 4_096
"""Files of a folder that are looked at beside one that was named alone."""
_FEW = 0.05
"""The part of all numbers that may be left out without a word."""
_ABOVE = ("weights", "variables")
"""Folders of raw numbers, whose description lies one folder up (Core ML, SavedModel)."""


class OpenedWeights(NamedTuple):
    """A subject that was read. `weights` answers for as long as the subject is open."""

    report: Report
    weights: Weights


class Printed(NamedTuple):
    """A set of weights and its fingerprint, None where that could not be taken: then `why` says what kept it. `untold` names
    weights in it that are packed in ways that hilt does not know, `missing` counts files of it that are not there."""

    name: str
    paths: tuple[str, ...]
    print: ModelPrint | None
    why: str = ""
    untold: tuple[str, ...] = ()
    missing: int = 0


@contextmanager
def opened(
    reference: str, settings: Settings, *, hashed: bool = True, progress: Progress | None = None
) -> Iterator[OpenedWeights]:
    """The subject at `reference`, read and checked. Raises what `check` raises."""
    found: list[Weights] = []
    with (
        Workers(settings.limits) as workers,
        closing(_listed(reference, settings)) as listing,
    ):
        report = runner.run(
            listing,
            settings.limits,
            workers,
            hashed=hashed,
            progress=progress or Silent(),
            compare=found.append,
        )
        yield OpenedWeights(report, found[0])


def printed(weights: Weights, most: int = SETS) -> tuple[Printed, ...]:
    """The fingerprints of the sets of weights, the largest first; of what has no tensor at all, none."""
    sets = weights.sets()[:most]
    each = (_printed(weights, one.name, one.paths)._replace(missing=len(one.missing)) for one in sets)
    return tuple(one for one in each if one.print is None or one.print.tensors or one.print.left_out or one.untold)


def _printed(weights: Weights, name: str, paths: Sequence[str]) -> Printed:
    from hilt.knowledge.lineage.print_bytes import decode

    try:
        made, unread = ask(weights, "print", paths, lambda told: (decode(fingerprint(told)), texts(told["untold"])))
    except FormatError as error:
        return Printed(name, tuple(paths), None, str(error))
    return Printed(name, tuple(paths), made, untold=unread)


def _listed(reference: str, settings: Settings) -> Listing:
    listing = open_named(reference, settings)
    path = Path(reference)
    if listing.remote is not None or len(listing.locators) != 1 or not path.is_file():
        return listing
    return _with_beside(listing, Path(os.path.realpath(path)))


def _with_beside(listing: Listing, path: Path) -> Listing:
    """With the files of the same folder, and of the one above where this is a folder of raw numbers."""
    above = path.parent.name in _ABOVE
    root = path.parent.parent if above else path.parent
    folders = [path.parent, *([root] if above else [])]
    beside = {file.relative_to(root).as_posix(): one for folder in folders for file, one in _regular(folder)}
    own = path.relative_to(root).as_posix()
    beside.pop(own, None)
    [locator], [entry] = listing.locators.values(), listing.subject.entries
    subject = replace(listing.subject, entries=(replace(entry, path=own),))
    return listing._replace(subject=subject, locators={own: locator}, beside=beside)


def _regular(folder: Path) -> Iterator[tuple[Path, Locator]]:
    with os.scandir(folder) as entries:
        for _, entry in zip(range(BESIDE), entries, strict=False):
            if entry.is_file(follow_symlinks=False):
                yield Path(entry.path), Locator.of(entry.path, entry.stat(follow_symlinks=False))


def nothing(of: OpenedWeights) -> str:
    """Why a subject has no weights that could be compared, as far as its report tells."""
    failed = [gap for gap in of.report.coverage.gaps if gap.state is State.FAILED and gap.what == "read"]
    why = f"; {failed[0].path or 'one file'} could not be read: {failed[0].why}" if failed else ""
    return f"{of.report.subject.reference} has no weights whose numbers hilt reads{why}"


def unpacked_in_part(one: Printed) -> str:
    """That some of the weights could not be compared, in words; empty where all could."""
    if one.missing:
        several = len(one.paths) + one.missing
        return f"{one.name}: {one.missing} of its {several} files are not there, and what is in them is not known"
    if one.untold:
        count = f"{len(one.untold)} weights are" if len(one.untold) > 1 else "one weight is"
        return f"{one.name}: {count} packed in a way that hilt does not know, {one.untold[0]!r:.80} for one"
    if one.print is None or not one.print.left_out:
        return ""
    missing = 1 - sum(tensor.parameters for tensor in one.print.tensors) / max(1, one.print.parameters)
    if missing <= _FEW:
        return ""  # a mask of infinities, a tensor of no rows
    first, several = one.print.left_out[0], len(one.print.left_out) + one.print.unnamed
    return (
        f"{one.name}: {missing:.0%} of it was left out, {several} tensors, {first.name!r:.80} for one: {first.why:.200}"
    )
