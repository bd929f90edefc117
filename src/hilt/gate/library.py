"""library: what `hilt serve` hands out, looked at from the command line of whoever runs it."""

from __future__ import annotations

from hilt.core.library import Shelved, Sought
from hilt.gate.keeping.places import library_folder
from hilt.gate.keeping.searching import Searches
from hilt.gate.settings import Settings


def search(
    sought: Sought, *, use: str = "", after: int | None = None, limit: int = 50, settings: Settings | None = None
) -> tuple[tuple[Shelved, ...], int | None]:
    """What the library has of what is `sought`, newest verdicts first, and how it stands for `use`, where one is named.

    The second is the `after` of the next page, None where this is the last. Raises `RecordError`, `SourceError`.
    """
    from hilt.record.blobs.revisions import Revisions

    settings = settings or Settings()
    found = Searches(Revisions(library_folder(settings)), settings).find(sought, use=use, after=after, limit=limit)
    return found.models, found.after
