"""An OCI layout whose blobs are not what it says.

What: in the layouts of container images, ModelKits and ModelPacks, in a folder or in a tar: blobs whose bytes have another
digest or size than they are named and listed with, that are missing, that are to be had elsewhere (`urls`), or whose
content is not what their media type promises; blobs that nothing names; what an image runs when it is started.

Why: a layout is content-addressed: whoever pulls it trusts a digest and takes the bytes for what it names. Where they
differ, one tool refuses the blob and another one loads it. What is fetched from a URL was in no check.

What it cannot see: the digests of blobs inside an archive beyond 4 GiB in all; whether the registry that you pull from
gives you the same bytes.

Fix: pull the artefact again by its digest, with a tool that verifies (oras, skopeo, kit), and check what comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import Repository, Seen
from hilt.checks.examined import EMPTY, UNREAD
from hilt.core.errors import FormatError, SourceError
from hilt.core.finding import Finding, Severity, Where
from hilt.core.report import Gap, State

if TYPE_CHECKING:
    from hilt.knowledge.oci import Descriptor, Layout

_DIGESTED = 4 << 30
"""Bytes of blobs inside archives that are digested here, the smallest first; those that are files were digested already."""


def oci_mismatch(repository: Repository) -> Iterator[Seen]:
    if not any(path.endswith("oci-layout") for path in repository.formats):
        return
    from hilt.knowledge.oci import layouts

    for layout in layouts(repository):
        for one in dict.fromkeys(layout.descriptors):
            yield from _described(repository, layout, one)
        yield from _blobs(repository, layout)
        for path, config in layout.config:
            runs = config.get("config") if isinstance(config, dict) else None
            if isinstance(runs, dict) and (words := [runs[key] for key in ("Entrypoint", "Cmd") if runs.get(key)]):
                yield _seen(Severity.LOW, path, f"a container of this image runs {str(words)[:200]}")


def _seen(severity: Severity, path: str, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=severity, where=Where(path=path), message=message)


def _described(repository: Repository, layout: Layout, one: Descriptor) -> Iterator[Finding]:
    from hilt.knowledge.oci import DIGEST, may_hold
    from hilt.knowledge.siblings import size_of

    what = f"the {one.role} {one.title or one.digest}"[:120]
    if one.urls:
        yield _seen(Severity.MEDIUM, one.by, f"{what} is to be fetched from {one.urls[0]!r}, which was not looked at")
    if not DIGEST.fullmatch(one.digest):
        yield _seen(Severity.HIGH, one.by, f"{what} is named by {one.digest!r}, which is no digest")
        return
    path = layout.path(one.digest)
    if path not in repository.formats:
        if not one.urls:
            yield _seen(Severity.MEDIUM, one.by, f"{what} is not there")
        return
    format_id, size = repository.formats[path], size_of(repository, path)
    if size is not None and size != one.size:
        yield _seen(Severity.HIGH, one.by, f"{what} has {size} bytes, {one.size} are listed")
    if format_id not in (UNREAD, EMPTY) and not may_hold(one.media_type, format_id):
        yield _seen(Severity.MEDIUM, path, f"{what} is listed as {one.media_type}, and holds {format_id}")


def _blobs(repository: Repository, layout: Layout) -> Iterator[Seen]:
    """Every file below `blobs/`, with the digest that its name is."""
    from hilt.knowledge.oci import DIGEST, digest_of

    named = {layout.path(one.digest) for one in layout.descriptors}
    digests = {entry.path: entry.sha256 for entry in repository.subject.entries}
    folder, left = f"{layout.prefix}blobs/", _DIGESTED
    blobs = [path for path in repository.formats if path.startswith(folder) and "!/" not in path[len(folder) :]]
    for path in blobs:
        algorithm, _, name = path[len(folder) :].partition("/")
        if not DIGEST.fullmatch(f"{algorithm}:{name}"):
            yield _seen(Severity.MEDIUM, path, "its name is no digest, as that of every blob must be")
            continue
        if path not in named:
            yield _seen(Severity.LOW, path, "no manifest names this blob")
        try:
            digest = digests.get(path, "") if algorithm == "sha256" else ""
            if not digest:
                source = repository.open(path)
                left -= source.size
                digest = digest_of(source, algorithm) if left >= 0 else ""
        except (FormatError, SourceError) as error:
            yield Gap(what=CHECK.id, path=path, state=State.FAILED, why=str(error))
            continue
        if not digest:
            why = f"its digest was not compared with its name: {_DIGESTED} bytes of blobs in archives were digested"
            yield Gap(what=CHECK.id, path=path, state=State.SKIPPED, why=why)
        elif digest != name:
            yield _seen(Severity.HIGH, path, f"its name says that its {algorithm} is {name}, and it is {digest}")


CHECK = listed("oci-mismatch")
