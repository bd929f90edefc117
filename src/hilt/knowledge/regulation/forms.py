"""The forms that a publisher of a general-purpose model fills: their fields, and the facts that say something of each.

Annex XI of Regulation (EU) 2024/1689, section 1 (text read); the Model Documentation Form of the Code of Practice
(July 2025), its fields as a secondary source lists them. A field without facts is one that only the publisher knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hilt.core.form import CHANNEL, DIGEST, FILES, NAME, USE_POLICY, Field, Form


def _field(place: str, asks: str, *facts: str) -> Field:
    return Field(place=place, asks=asks, facts=facts)


_COMPUTE = ("compute.flop_low", "compute.flop_high", "compute.method", "compute.inputs")
_DATA = ("rights.datasets", "training.summary", "openness.data_card", "openness.datasets")

ANNEX_XI = Form(
    title="Technical documentation of a general-purpose AI model (Annex XI, section 1)",
    source="Regulation (EU) 2024/1689, Art. 53(1)(a) and Annex XI; text read",
    sections=(
        (
            "1. General description",
            (
                _field("1(a)", "tasks it is intended for, and systems it can be part of", "model.generates"),
                _field("1(b)", "acceptable use policies", USE_POLICY),
                _field("1(c)", "date of release and ways of distribution", "model.released", CHANNEL),
                _field("1(d)", "architecture and number of parameters", "model.architectures", "model.parameters", "model.parameters_active"),
                _field("1(e)", "modality and format of inputs and outputs", "model.generates", "model.context_length"),
                _field("1(f)", "licence", "rights.licences", "rights.licences_claimed", "rights.licence_texts"),
            ),
        ),
        (
            "2. Elements and development",
            (
                _field("2(a)", "technical means of integration: instructions, infrastructure, tools", FILES, "inspect.remote_code"),
                _field("2(b)", "design of model and training: methods, key choices, what it is optimised for", "rights.bases", "openness.technical_report"),
                _field("2(c)", "data of training, testing and validation: type, provenance, curation, number, scope", "training.tokens", *_DATA),
                _field("2(d)", "computation, training time and other details of the training", *_COMPUTE, "training.accelerator_hours"),
                _field("2(e)", "energy, known or estimated", "training.energy"),
            ),
        ),
    ),
)  # fmt: skip
MODEL_DOCUMENTATION = Form(
    title="Model Documentation Form",
    source="Code of Practice for general-purpose AI models, chapter on transparency (July 2025); fields from secondary sources",
    sections=(
        (
            "General information",
            (
                _field("", "legal name of the provider"),
                _field("", "name of the model", NAME),
                _field("", "authenticity: a secure hash or an endpoint", DIGEST),
                _field("", "date of release", "model.released"),
                _field("", "date of placing on the Union's market"),
                _field("", "models that it was made from", "rights.bases"),
            ),
        ),
        (
            "Properties",
            (
                _field("", "architecture", "model.architectures"),
                _field("", "design specifications", "openness.technical_report"),
                _field("", "modalities of inputs, and their largest size", "model.context_length"),
                _field("", "modalities of outputs", "model.generates"),
                _field("", "number of parameters, to two digits at least", "model.parameters", "model.parameters_active"),
            ),
        ),
        (
            "Distribution and licence",
            (
                _field("", "channels of distribution", CHANNEL),
                _field("", "licence", "rights.licences", "rights.licences_claimed", "rights.licence_texts"),
            ),
        ),
        (
            "Use",
            (
                _field("", "acceptable use policy", USE_POLICY),
                _field("", "uses that are intended, restricted or prohibited", USE_POLICY),
                _field("", "systems it can be part of, and must not be"),
                _field("", "technical means of integration", FILES, "inspect.remote_code"),
                _field("", "hardware and software that it needs", "model.dtypes"),
            ),
        ),
        (
            "Training process and data",
            (
                _field("", "steps of the training, methods and key choices", "openness.training_code", "openness.technical_report"),
                _field("", "types and modalities of data", *_DATA),
                _field("", "provenance of data, and how they were obtained", "rights.datasets", "training.copyright_policy"),
                _field("", "number of data points", "training.tokens"),
                _field("", "scope, curation, unsuitable data and identifiable biases", "openness.preprocessing_code"),
            ),
        ),
        (
            "Computation and energy",
            (
                _field("", "training time", "training.accelerator_hours"),
                _field("", "amount of computation", "compute.flop_low", "compute.flop_high"),
                _field("", "how it was measured or estimated", "compute.method", "compute.inputs"),
                _field("", "energy of the training, and how it was measured", "training.energy"),
                _field("", "computation of use on a benchmark"),
            ),
        ),
    ),
)  # fmt: skip

FORMS: Mapping[str, Form] = MappingProxyType({"annex-xi": ANNEX_XI, "model-documentation": MODEL_DOCUMENTATION})
"""Every form by its name."""
