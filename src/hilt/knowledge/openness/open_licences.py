"""Which licences count as open, and for which type of content they are recommended.

The ids are those of SPDX, in any case of letters, with the date and the source in `open_licences.json`; a licence that
SPDX does not know is looked up in hilt's own pack.
"""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

_FILE = os.path.join(os.path.dirname(__file__), "open_licences.json")  # noqa: PTH118, PTH120 (pathlib takes longer to import)
_DOCUMENTS = {"document": "documentation"}
"""Where the pack calls a type of content by another word than the framework."""


def is_open(licence: str) -> bool:
    """Open by OSI, by FSF, as a licence of data, or as one that is written for models."""
    if licence.lower() in _open_ids():
        return True
    entry = _entry(licence)
    return entry is not None and (entry.open != "no" or (bool(entry.spdx) and entry.spdx.lower() in _open_ids()))


def suits(licence: str, content: str) -> bool:
    """Is it one of the licences that are recommended for this type of content: "code", "data", "document"?"""
    tables = _tables()
    of_type = {one.lower() for one in (*tables["suited"][content], *tables["model"])}
    if licence.lower() in of_type:
        return True
    entry = _entry(licence) if licence.lower() not in _open_ids() else None
    return entry is not None and (
        entry.spdx.lower() in of_type or (not entry.spdx and _DOCUMENTS.get(content, content) in entry.mof)
    )


def as_of() -> str:
    """The day on which the lists were made, and from what."""
    return f"{_tables()['as_of']}, {_tables()['source']}"


def spelled(licence: str) -> str:
    """The id as SPDX writes it, where SPDX has it among the open ones; otherwise as it was given."""
    entry = _entry(licence) if licence.lower() not in _open_ids() else None
    return _open_ids().get(licence.lower()) or (entry.spdx if entry is not None else "") or licence


@cache
def _open_ids() -> dict[str, str]:
    tables = _tables()
    return {one.lower(): one for key in ("osi", "fsf", "data", "model") for one in tables[key]}


@cache
def _tables() -> dict[str, Any]:
    with open(_FILE, encoding="utf-8") as file:  # noqa: PTH123
        tables: dict[str, Any] = json.load(file)
        return tables


@cache
def _entry(licence: str) -> Any:
    """The entry of the pack, None where it has none."""
    from hilt.knowledge.licences.licence import licence as of_pack

    try:
        return of_pack(licence)
    except KeyError:
        return None
