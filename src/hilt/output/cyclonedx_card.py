"""The `modelCard` of a model in a CycloneDX document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hilt.output.bom import Field
from hilt.output.bom_properties import LONGEST
from hilt.output.quote import quote

_METRICS = 200


def model_card(fields: Mapping[str, Field], datasets: Sequence[str]) -> dict[str, Any]:
    """`datasets` are the `bom-ref`s of their components."""

    def told(field: str) -> list[str]:
        return [quote(text, LONGEST) for text in fields[field].texts]

    energy = fields["kpi.energy"].value
    return _filled(
        {
            "modelParameters": {
                "task": "".join(told("model.task")),
                "architectureFamily": "".join(told("model.family")),
                "modelArchitecture": ", ".join(told("model.architecture")[:20]),
                "datasets": [{"ref": ref} for ref in datasets],
                "inputs": [{"format": text} for text in told("system.inputs")],
                "outputs": [{"format": text} for text in told("system.outputs")],
            },
            "quantitativeAnalysis": {
                "performanceMetrics": [metric(text) for text in fields["kpi.evaluations"].texts[:_METRICS]],
            },
            "considerations": {
                "users": told("system.users"),
                "useCases": told("system.intended_use"),
                "technicalLimitations": told("model.limitations"),
                "ethicalConsiderations": [{"name": text} for text in told("security.risks")],
                "environmentalConsiderations": {"energyConsumptions": _energy(energy)},
            },
        }
    )


def metric(told: str) -> dict[str, str]:
    """`task | dataset | metric | value`; the slice is what it was measured on."""
    task, dataset, metric, value = (*(part.strip() for part in told.split(" | ", 3)), "", "", "", "")[:4]
    kind = metric or dataset or task
    measured_on = ", ".join(part for part in (task, dataset) if part and part != kind)
    return _filled({"type": quote(kind), "value": quote(value), "slice": quote(measured_on)})


def _energy(kilowatt_hours: object) -> list[dict[str, Any]]:
    """Who provided the energy nobody says."""
    if not isinstance(kilowatt_hours, int | float):
        return []
    cost = {"value": kilowatt_hours, "unit": "kWh"}
    return [{"activity": "training", "energyProviders": [], "activityEnergyCost": cost}]


def _filled(tree: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty, however deep it stands; a list that must be there stays."""
    made = {key: _filled(value) if isinstance(value, dict) else value for key, value in tree.items()}
    return {
        key: value for key, value in made.items() if value not in ("", {}) and (value != [] or key == "energyProviders")
    }
