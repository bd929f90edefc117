"""Where the format of CycloneDX has a place for a field, and where it has none: there a field is written as properties.

`PLACES` says where in its component a field stands, as JSON Pointers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hilt.output.bom import Field
from hilt.output.bom_properties import told

PLACES: Mapping[str, tuple[str, ...]] = {
    "bom.tool": ("//metadata/tools",),
    "bom.timestamp": ("//metadata/timestamp",),
    "bom.author": ("//metadata/manufacturer",),
    "bom.context": ("//metadata/lifecycles",),
    "system.intended_use": ("modelCard/considerations/useCases",),
    "system.users": ("modelCard/considerations/users",),
    "system.inputs": ("modelCard/modelParameters/inputs",),
    "system.outputs": ("modelCard/modelParameters/outputs",),
    "model.name": ("name",),
    "model.producer": ("supplier",),
    "model.version": ("version",),
    "model.id": ("purl",),
    "model.description": ("description",),
    "model.digest": ("hashes",),
    "model.file_hashes": ("components",),
    "model.weight_hashes": ("components",),
    "model.architecture": ("modelCard/modelParameters/modelArchitecture",),
    "model.family": ("modelCard/modelParameters/architectureFamily",),
    "model.task": ("modelCard/modelParameters/task",),
    "model.lineage": ("pedigree/ancestors",),
    "model.licence_declared": ("licenses",),
    "model.licence_concluded": ("licenses",),
    "model.limitations": ("modelCard/considerations/technicalLimitations",),
    "data.names": ("modelCard/modelParameters/datasets",),
    "kpi.evaluations": ("modelCard/quantitativeAnalysis/performanceMetrics",),
    "kpi.energy": ("modelCard/considerations/environmentalConsiderations/energyConsumptions",),
    "security.risks": ("modelCard/considerations/ethicalConsiderations",),
}
"""By field; `//` begins at the document, everything else at the component of the model."""


def properties(fields: Iterable[Field], component: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What is told of every field, beside what the component says itself."""
    return told(fields, lambda field: any(stands(component, at) for at in PLACES.get(field.id, ())))


def stands(tree: Mapping[str, Any], place: str) -> bool:
    """Whether there is something at this place; one that begins at the document always is."""
    if place.startswith("//"):
        return True
    found: Any = tree
    for part in place.split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found not in (None, "", [], {})
