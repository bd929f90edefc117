"""Lists of repositories, as clients search a hub: what the library has, and whoever asks may have.

Specification: GET /api/models of the public hub, with the parameters that `huggingface_hub` sends. Of these, `search`, `author`, `filter`,
`pipeline_tag` and `limit` choose; the others would sort or filter by what only the public hub counts. The newest verdict comes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from hilt.core.library import Sought
from hilt.core.verdict import Outcome
from hilt.doors.hub.answers import info
from hilt.doors.hub.reply import Headers
from hilt.gate.keeping.reader import Reader
from hilt.gate.keeping.searching import Found

PAGE = 100
LARGEST_PAGE = 1000
_LONGEST = 200
"""Letters of what is searched for."""
_MOST_TAGS = 20
Query = Mapping[str, Sequence[str]]


def sought(kind: str, query: Query) -> Sought:
    tags = [tag for said in query.get("filter", ()) for tag in said.split(",") if tag]
    return Sought(
        kind=kind,
        text=_first(query, "search"),
        author=_first(query, "author"),
        task=_first(query, "pipeline_tag"),
        tags=tuple(tags[:_MOST_TAGS]),
    )


def limit(query: Query) -> int:
    """Repositories of one page."""
    said = _number(query, "limit")
    return min(said, LARGEST_PAGE) if said else PAGE


def after(query: Query) -> int | None:
    """Where the page before ended, as its link to this one says."""
    return _number(query, "cursor")


def listed(found: Found, reader: Reader, query: Query) -> list[dict[str, Any]]:
    """Without what is blocked for the use of the `reader`, and what their token is not for; what waits for people is among it."""
    files = "full" in query or "siblings" in query.get("expand", ())
    return [
        info(one.kept, siblings=files)
        for one in found.models
        if reader.may_have(one.kept.repository) and (one.standing is None or one.standing.outcome is not Outcome.BLOCK)
    ]


def next_page(found: Found, kind: str, query: Query, origin: str) -> Headers:
    """A link to where it goes on, which clients follow as it is."""
    if found.after is None:
        return ()
    said = {**{key: values for key, values in query.items() if key != "cursor"}, "cursor": [str(found.after)]}
    return (("Link", f'<{origin}/api/{kind}?{urlencode(said, doseq=True)}>; rel="next"'),)


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")[:_LONGEST]


def _number(query: Query, name: str) -> int | None:
    said = _first(query, name)
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None
