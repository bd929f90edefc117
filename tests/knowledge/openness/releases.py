"""Files of the Model Openness Framework, written for tests."""

from __future__ import annotations

import yaml

from hilt.knowledge.openness.components import COMPONENTS
from hilt.knowledge.openness.mof_yaml import DATE, FRAMEWORK, VERSION

CLASS_III = ("architecture", "final_parameters", "evaluation_results", "model_card", "data_card", "technical_report")
CLASS_II = (*CLASS_III, "training_code", "inference_code", "evaluation_code", "evaluation_data")
CLASS_I = (*CLASS_II, "datasets", "preprocessing_code", "intermediate_parameters", "research_paper")


def document(components: dict[str, str | None], **licences: str) -> dict[str, object]:
    """A file of the framework: the licence of each component (None for none of its own), and those of the release."""
    names = {one.id: one.name for one in COMPONENTS}
    parts = [
        {"name": names[one]} | ({} if licence is None else {"license": licence}) for one, licence in components.items()
    ]
    release = {
        "name": "acme-1",
        "version": "1B",
        "date": "2026-01-31",
        "type": "language",
        "architecture": "transformer",
        "origin": "acme-1",
        "producer": "Acme",
        "contact": "",
        "license": {kind: {"name": name, "path": f"https://acme.example/{kind}"} for kind, name in licences.items()},
        "components": parts,
    }
    return {"framework": {"name": FRAMEWORK, "version": VERSION, "date": DATE}, "release": release}


def text(components: dict[str, str | None], **licences: str) -> str:
    return yaml.safe_dump(document(components, **licences), sort_keys=False)
