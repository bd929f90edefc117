"""A bill of materials as SPDX 3.0.1 with the AI and dataset profiles, and with how everything in it is known.

Specification: SPDX 3.0.1, JSON-LD. Every model is an `ai_AIPackage` that contains its files and stands in relations to the
datasets, packages and models that are named. `docs/aibom.md` tells what stands where. It needs `hilt[spdx]`.

The same verdict is always the same document: its names are made of digests and times, and nothing looks at a clock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from hilt.core.catalogue import Catalogue
from hilt.core.verdict import Verdict
from hilt.core.version import __version__
from hilt.output.bom import fields
from hilt.output.cyclonedx import serial
from hilt.output.quote import quote
from hilt.output.spdx_graph import Graph
from hilt.output.spdx_model import add_model

_NO_TIME = datetime.fromtimestamp(0, UTC)
"""SPDX wants a time of every document; reports that are judged again come from anywhere, and may have none."""
_PROFILES = ("core", "software", "simpleLicensing", "extension")
"""Profiles to which every document conforms. That of AI asks for what often nobody has stated; that of datasets asks when
a dataset was built and where it is to be had, which no card tells."""


def render(verdicts: Sequence[Verdict], catalogue: Catalogue) -> str:
    """ASCII only, as the other outputs for programs."""
    graph = Graph(f"urn:uuid:{serial(verdicts)}")
    makers = sorted({quote(verdict.organisation) for verdict in verdicts} - {""})
    graph.creation(
        max((_time(verdict.judged_at) for verdict in verdicts), default=_NO_TIME),
        author=makers[0] if len(makers) == 1 else "",
        tool=f"hilt {__version__}",
    )
    models = [
        add_model(graph, f"model-{number}", verdict, fields(verdict), catalogue)
        for number, verdict in enumerate(verdicts, 1)
    ]
    conforms = [*_PROFILES, *(["ai"] if models and all(model.conforms for model in models) else [])]
    profiles = [graph.term("ProfileIdentifierType", name) for name in conforms]
    for model in models:
        graph.add(
            "software_Sbom",
            f"{model.ref}-sbom",
            software_sbomType=[graph.term("software_SbomType", "analyzed")],
            rootElement=[model.package],
            element=model.elements,
            profileConformance=profiles,
        )
    elements = list(graph)
    roots = [one for one in elements if one.get_compact_type() == "software_Sbom"]
    graph.add("SpdxDocument", "document", rootElement=roots, element=elements, profileConformance=profiles)
    return json.dumps(graph.encode(), indent=2) + "\n"


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        return max(_NO_TIME, time.astimezone(UTC).replace(microsecond=0)) if time.tzinfo else _NO_TIME
    except (ValueError, OverflowError):
        return _NO_TIME
