"""What each check gives evidence for: actions of NIST AI 600-1, controls of ISO/IEC 42001.

An action is a thing that an organisation does, never a property of a finding: the mapping says where the evidence of a
check belongs, not that whoever runs it has done the action. The actions of NIST AI 600-1 (July 2024) were read in the
published text and stand here shortened; of ISO/IEC 42001:2023 only the titles of controls are known, from secondary
sources, since the standard is not public.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NIST = "NIST AI 600-1"
ISO = "ISO/IEC 42001"
AS_OF = "2026-11-21"

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "GV-1.1-001": "align development and use with applicable laws, copyright and intellectual property among them",
        "GV-1.2-001": "policies for documenting the origin and history of training data",
        "GV-1.6-003": "inventory entries: provenance, known issues, rights in licensed works, underlying models and versions",
        "GV-6.1-001": "categorise content with associated third-party rights",
        "GV-6.1-009": "due diligence when acquiring: intellectual property, privacy, security; open-source tools included",
        "MP-2.2-001": "document how the system relies on upstream sources, and whether others rely on it",
        "MP-4.1-006": "policies on how third-party intellectual property and training data are used",
        "MP-4.1-010": "diligence on training data: intellectual property and privacy",
        "MS-2.7-001": "assess threats such as backdoors, compromised dependencies, exposure of weights",
        "MS-2.7-005": "measure the reliability of authentication: signatures, fingerprints, verification of integrity",
        "MS-2.7-007": "red-team for attacks such as prompt injection and data poisoning",
        "MS-2.9-002": "document details of the model: architecture, data, provenance, legal requirements",
        "MS-2.12-003": "measure or estimate the environmental impact of training and use",
        "MG-3.1-001": "apply risk tolerances and controls to third-party resources and models",
        "MG-3.1-002": "test risks of the value chain: data poisoning, malware, vulnerabilities",
        "MG-3.1-005": "review transparency artefacts such as model cards of third-party models",
        "MG-3.2-003": "document sources and types of training data, architecture and training of the pre-trained model",
    }
)
"""Of NIST AI 600-1, by id."""

CONTROLS: Mapping[str, str] = MappingProxyType(
    {
        "A.6.2.4": "AI system verification and validation",
        "A.6.2.7": "AI system technical documentation",
        "A.7.3": "Acquisition of data",
        "A.7.5": "Data provenance",
        "A.8.2": "System documentation and information for users",
        "A.8.5": "Information for interested parties",
        "A.10.2": "Allocating responsibilities",
        "A.10.3": "Suppliers",
    }
)
"""Of annex A of ISO/IEC 42001:2023, by number; titles only."""

_CODE = ("MS-2.7-001", "MG-3.1-002", "GV-6.1-009", "A.6.2.4", "A.10.3")
_WHOLE = (*_CODE, "MS-2.7-005")
_PROMPTS = (*_CODE, "MS-2.7-007")
_DETAILS = ("MS-2.9-002", "GV-1.6-003", "A.6.2.7")

OF_FAMILY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "inspect": _CODE,
        "rights": (
            "GV-1.1-001",
            "GV-6.1-001",
            "GV-6.1-009",
            "MP-2.2-001",
            "MP-4.1-006",
            "MG-3.1-001",
            "A.7.3",
            "A.10.2",
            "A.10.3",
        ),
        "openness": ("GV-1.2-001", "MG-3.1-005", "MG-3.2-003", "A.6.2.7", "A.7.5", "A.8.2"),
        "regulation": ("GV-1.1-001", "MS-2.9-002", "MG-3.2-003", "A.6.2.7", "A.8.5"),
        "card": (*_DETAILS, "MG-3.1-005", "MG-3.2-003", "A.8.2"),
        "fit": (*_DETAILS, "A.8.2"),
        "lineage": ("GV-6.1-009", "MP-4.1-006", "MG-3.1-001", "A.7.5", "A.10.3"),
        "provenance": ("MS-2.7-005", "GV-6.1-009", "MG-3.1-001", "A.6.2.4", "A.10.3"),
    }
)
"""What the checks of a family speak to, where `OF_CHECK` does not say otherwise."""

OF_CHECK: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("template-code", "template-hidden-instructions", "template-differences"), _PROMPTS),
        **dict.fromkeys(("tokenizer-patterns", "tokenizer-rewrites"), _PROMPTS),
        **dict.fromkeys(("weights-index", "split-file", "missing-content", "oci-mismatch", "paddle-mismatch"), _WHOLE),
        **dict.fromkeys(("model-config", "weights"), _DETAILS),
        "card-commands": (*_CODE, "MG-3.1-005"),
        "training-compute": ("GV-1.1-001", "MS-2.9-002", "MS-2.12-003", "MG-3.2-003", "A.6.2.7", "A.8.5"),
        "training-disclosures": ("GV-1.2-001", "MP-4.1-010", "MG-3.1-005", "A.7.5", "A.8.5"),
    }
)
"""By the id of a check."""


def of_check(check_id: str, family: str) -> tuple[str, ...]:
    """The ids of the actions and controls that this check gives evidence for."""
    return OF_CHECK.get(check_id) or OF_FAMILY[family]


def spelled(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The ids with the framework that they are of: `nist-ai-600-1:MG-3.1-002`, `iso-42001:A.10.3`."""
    return tuple(f"{'nist-ai-600-1' if one in ACTIONS else 'iso-42001'}:{one}" for one in ids)


def told(ids: tuple[str, ...]) -> str:
    """The ids in words, each framework with its own."""
    frameworks = ((NIST, ACTIONS), (ISO, CONTROLS))
    parts = [
        f"{name}: " + "; ".join(f"{one} ({table[one]})" for one in ids if one in table) for name, table in frameworks
    ]
    return ". ".join(parts)
