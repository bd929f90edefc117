"""What packing the library saved, on a terminal and as plain data."""

from __future__ import annotations

from typing import Any

from hilt.core.packing import PackedFile, PackedRevision, Packing
from hilt.output.figures import size_text
from hilt.output.layout import Page
from hilt.output.quote import quote

_COLUMN = 10


def write(page: Page, done: Packing) -> None:
    """One revision below the other, and what all of it comes to."""
    for one in done.revisions:
        _revision(page, one, dry_run=done.dry_run)
    if not done.revisions:
        page.line("The library has no admitted weights that could be packed.")
        return
    takes = "would take" if done.dry_run else "take"
    page.flow([(f"{size_text(done.size)} of weights {takes} {size_text(done.kept)}", "bold"), (_part(done), "")])


def _revision(page: Page, one: PackedRevision, *, dry_run: bool) -> None:
    name = [(quote(one.repository.reference), "bold"), (one.commit[:12], "dim")]
    if one.bases:
        page.flow([("would pack" if dry_run else "packed", "bold green"), *name])
        page.flow([(f"{size_text(one.size)} as {size_text(one.kept)}", ""), (_part(one), "")], indent=_COLUMN)
        page.flow([("by what it differs in from", "dim"), (quote(", ".join(one.bases), 500), "dim")], indent=_COLUMN)
    else:
        page.flow([("as it is", "bold"), *name, (size_text(one.size), "")])
    for why in one.why:
        page.flow([(quote(why, 600), "")], indent=_COLUMN)


def _part(one: PackedRevision | Packing) -> str:
    return f"({one.kept / one.size:.1%})" if one.size else ""


def packing_data(done: Packing) -> dict[str, Any]:
    """Bytes as they are and as they are kept, for all and for each file; `ratio` is what is kept of them."""
    return {"dry_run": done.dry_run, **_figures(done), "revisions": [_revision_data(one) for one in done.revisions]}


def _revision_data(one: PackedRevision) -> dict[str, Any]:
    files = [_file_data(file) for file in one.files]
    return {"reference": one.repository.reference, "commit": one.commit, **_figures(one), "files": files}


def _file_data(one: PackedFile) -> dict[str, Any]:
    told = {"path": one.path, "sha256": one.sha256, **_figures(one)}
    return told | {"base": one.base or None, "why": one.why or None}


def _figures(one: Packing | PackedRevision | PackedFile) -> dict[str, Any]:
    return {"bytes": one.size, "kept": one.kept, "ratio": round(one.kept / one.size, 4) if one.size else None}
