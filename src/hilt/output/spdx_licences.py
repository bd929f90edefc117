"""The licences of a model in an SPDX document: as its files name them, and as hilt recognised them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from hilt.core.catalogue import Catalogue
from hilt.core.fact import Known
from hilt.output.bom import Field
from hilt.output.quote import quote
from hilt.output.spdx_graph import Graph

_NOT_OF_AN_ID = re.compile(r"[^A-Za-z0-9.-]+")
_MOST = 200


def relate_licences(graph: Graph, ref: str, package: Any, fields: Mapping[str, Field], catalogue: Catalogue) -> None:
    """Each licence is an element of its own: that several are named says not whether all hold, or one may choose."""
    made: dict[str, Any] = {}
    for name, relation, none in (
        ("model.licence_declared", "hasDeclaredLicense", "NoneLicense"),
        ("model.licence_concluded", "hasConcludedLicense", "NoAssertionLicense"),
    ):
        field = fields[name]
        for told in field.texts[:_MOST]:
            expression = catalogue.spdx(told) or _reference(told)
            if expression not in made:
                made[expression] = graph.add(
                    "simplelicensing_LicenseExpression",
                    f"{ref}-licence-{len(made) + 1}",
                    name=quote(catalogue.licence(told)),
                    simplelicensing_licenseExpression=expression,
                )
        of_field = dict.fromkeys(catalogue.spdx(told) or _reference(told) for told in field.texts[:_MOST])
        individual = none if field.known is not Known.UNKNOWN else "NoAssertionLicense"
        nothing = graph.term("expandedlicensing_IndividualLicensingInfo", individual)
        graph.relate(f"{ref}-{relation}", package, relation, [made[one] for one in of_field] or [nothing])


def _reference(told: str) -> str:
    """An id for a licence that the list of SPDX does not have: `LicenseRef-hilt-llama3.1`. What an id cannot bear is left
    out, and a digest says what it was."""
    shown = _NOT_OF_AN_ID.sub("-", told)[:60].strip("-")
    if shown == told:
        return f"LicenseRef-hilt-{shown}"
    digest = sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return "-".join(part for part in ("LicenseRef-hilt", shown, digest) if part)
