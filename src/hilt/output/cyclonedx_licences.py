"""The licences of a model in a CycloneDX document: as its files name them, and as hilt recognised them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hilt.core.catalogue import Catalogue
from hilt.output.bom import Field
from hilt.output.quote import quote

NEWER = frozenset({"OpenMDW-1.1"})
"""Ids of SPDX that are younger than the list in the schema of CycloneDX 1.7; it takes them by name only."""


def licences(fields: Mapping[str, Field], catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Declared is what the files name, as they spell it; concluded is what was found under that spelling, or by its text."""
    for field, acknowledgement in (("model.licence_declared", "declared"), ("model.licence_concluded", "concluded")):
        for told in fields[field].texts:
            yield {"license": {**_called(told, catalogue), "acknowledgement": acknowledgement}}


def _called(told: str, catalogue: Catalogue) -> dict[str, str]:
    spdx = catalogue.spdx(told)
    return {"id": spdx} if spdx and spdx not in NEWER else {"name": quote(catalogue.licence(told)) or "unknown"}
