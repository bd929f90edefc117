"""Lists of repositories, as clients search a hub: what the library has, and whoever asks may have and would get.

Specification: GET /api/models of the public hub, with the parameters that `huggingface_hub` and `@huggingface/hub` send. What only the
public hub knows (which applications run a model, who serves it) cannot be searched for, and is refused: to leave it out would list others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from hilt.core.errors import UsageError
from hilt.core.library import Found, Shelved, Sought
from hilt.doors.hub.answers import info
from hilt.doors.hub.reply import Headers

PAGE = 100
LARGEST_PAGE = 1000
_LONGEST = 200
"""Letters of what is searched for."""
_MOST_TAGS = 20
_ORDERS = {"lastModified": "changed", "downloads": "downloads", "likes": "likes", "createdAt": "made"}
"""By any other, the newest verdict comes first: nothing trends here."""
_NOT_HERE = ("apps", "inference", "inference_provider", "num_parameters", "benchmark", "linked", "models", "datasets")
_WHEN_ASKED = ("cardData", "config", "transformersInfo", "gguf", "safetensors")
"""What makes lists long."""
Query = Mapping[str, Sequence[str]]


def sought(kind: str, query: Query) -> Sought:
    """Raises `UsageError`."""
    if unknown := next((name for name in _NOT_HERE if _first(query, name)), ""):
        raise UsageError(f"{unknown}: hilt does not know it of its models, and cannot search by it; leave it out")
    tags = [tag for said in query.get("filter", ()) for tag in said.split(",") if tag]
    return Sought(
        kind=kind,
        text=" ".join(query.get("search", ()))[:_LONGEST],
        author=_first(query, "author"),
        task=_first(query, "pipeline_tag"),
        tags=tuple(tags[:_MOST_TAGS]),
        order=_ORDERS.get(_first(query, "sort"), ""),
    )


def limit(query: Query) -> int:
    """Repositories of one page."""
    said = _number(query, "limit")
    return min(said, LARGEST_PAGE) if said else PAGE


def after(query: Query) -> int | None:
    """Where the page before ended, as its link to this one says."""
    return _number(query, "cursor")


def listed(found: Found, kind: str, query: Query) -> list[dict[str, Any]]:
    if _flag(query, "gated"):  # whoever may not have something is not told of it
        return []
    return [_one(one, kind, query) for one in found.models]


def next_page(found: Found, kind: str, query: Query, origin: str) -> Headers:
    """A link to where it goes on, which clients follow as it is."""
    if found.after is None or _flag(query, "gated"):
        return ()
    said = {**{key: values for key, values in query.items() if key != "cursor"}, "cursor": [str(found.after)]}
    return (("Link", f'<{origin}/api/{kind}?{urlencode(said, doseq=True)}>; rel="next"'),)


def _one(one: Shelved, kind: str, query: Query) -> dict[str, Any]:
    expand, full = {*query.get("expand", ()), *query.get("expand[]", ())}, _flag(query, "full")
    told = info(one.kept, siblings="siblings" in expand if expand else full)
    if expand:
        return {name: value for name, value in told.items() if name in {"_id", "id", *expand}}
    wanted = {name for name in _WHEN_ASKED if _flag(query, name)} | (
        {"cardData"} if full and kind != "models" else set()
    )
    return {name: value for name, value in told.items() if name not in _WHEN_ASKED or name in wanted}


def _flag(query: Query, name: str) -> bool:
    return _first(query, name).lower() in ("true", "1")


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")[:_LONGEST]


def _number(query: Query, name: str) -> int | None:
    said = _first(query, name)
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 18 else None
