"""The branches and tags of a repository, as the API of a hub tells them: `GET /api/{kind}/{repository}/refs`."""

from __future__ import annotations

import json
import re
from typing import Any

from hilt.core.errors import SourceError
from hilt.sources.http import Client
from hilt.sources.hub_place import HubPlace

KINDS = ("branches", "tags", "converts", "pullRequests")
MOST = 10_000
"""Names of a kind."""

_BYTES = 16 << 20
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LONGEST = 255


def list_refs(client: Client, place: HubPlace) -> dict[str, Any]:
    """All names of commits, by kind. Raises `SourceError`."""
    answer = client.get(f"{place.api(client.network.endpoint)}/refs", most=_BYTES, accept="application/json")
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place}: its branches and tags come as no JSON that can be read ({error!r:.120})") from None
    if not isinstance(told, dict):
        raise SourceError(f"{place}: its branches and tags come as {told!r:.60}, which is no object")
    return {kind: _refs(told.get(kind) or [], place, kind) for kind in KINDS}


def _refs(told: object, place: HubPlace, kind: str) -> list[dict[str, str]]:
    if not isinstance(told, list) or len(told) > MOST:
        raise SourceError(f"{place}: the hub's {kind} are no list of at most {MOST}")
    return [_ref(one, place, kind) for one in told]


def _ref(told: object, place: HubPlace, kind: str) -> dict[str, str]:
    match told:
        case {"name": str(name), "ref": str(ref), "targetCommit": str(commit)} if (
            _COMMIT.fullmatch(commit) and max(len(name), len(ref)) <= _LONGEST and (name + ref).isprintable()
        ):
            return {"name": name, "ref": ref, "targetCommit": commit}
    raise SourceError(f"{place}: the hub lists among its {kind} what is none: {told!r:.120}")
