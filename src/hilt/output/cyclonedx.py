"""A bill of materials as CycloneDX 1.7, with how everything in it is known.

Specification: CycloneDX 1.7 (ECMA-424), JSON. Every model is a component of type `machine-learning-model`, whether there is
one or several, and its files are components inside it; datasets, packages and the models it is made from stand beside it.
`docs/aibom.md` tells what stands where. A library that knows the format would drop the model card, so it is written as it is.

The same verdict is always the same document: the serial number is made of digests and times, and nothing looks at a clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from hilt.core.catalogue import Catalogue
from hilt.core.verdict import Verdict
from hilt.core.version import __version__
from hilt.output.bom import fields
from hilt.output.bom_judged import context
from hilt.output.cyclonedx_citations import citations
from hilt.output.cyclonedx_model import Model
from hilt.output.quote import quote

SCHEMA = "http://cyclonedx.org/schema/bom-1.7.schema.json"
TOOL = "hilt"
"""The `bom-ref` of hilt itself: what it verified is attributed to it."""
SUBJECT = "subject"
"""The `bom-ref` of what the document is about, where that is one model."""


def render(verdicts: Sequence[Verdict], catalogue: Catalogue) -> str:
    """ASCII only, as the other outputs for programs."""
    return json.dumps(_document(verdicts, catalogue), indent=2) + "\n"


def _document(verdicts: Sequence[Verdict], catalogue: Catalogue) -> dict[str, Any]:
    models = [
        Model(f"model-{number}", verdict, fields(verdict), catalogue) for number, verdict in enumerate(verdicts, 1)
    ]
    times = [told for verdict in verdicts if (told := _time(verdict.judged_at))]
    makers = sorted({quote(verdict.organisation) for verdict in verdicts} - {""})
    document: dict[str, Any] = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": f"urn:uuid:{serial(verdicts)}",
        "version": 1,
        "metadata": {
            **({"timestamp": max(times)} if times else {}),
            "lifecycles": [{"name": name} for name in sorted({str(context(verdict).value) for verdict in verdicts})],
            "tools": {
                "components": [{"type": "application", "bom-ref": TOOL, "name": "hilt", "version": __version__}],
            },
            **({"manufacturer": {"name": makers[0]}} if len(makers) == 1 else {}),
            **({"component": models[0].named(SUBJECT)} if len(models) == 1 else {}),
        },
        "components": [one for model in models for one in (model.component, *model.beside)],
        "dependencies": list(_dependencies(models)),
        "compositions": [model.composition for model in models],
    }
    if times:
        document["citations"] = list(citations(document, models, tool=TOOL, timestamp=max(times)))
    return {key: value for key, value in document.items() if value != []}


def serial(verdicts: Sequence[Verdict]) -> UUID:
    """The same for the same verdicts by the same version of hilt, and for no others."""
    return uuid5(NAMESPACE_URL, json.dumps([_identity(verdict) for verdict in verdicts]))


def _identity(verdict: Verdict) -> list[str]:
    """What makes one document another: the subject, when it was judged and by what."""
    subject = verdict.report.subject
    return [subject.digest or repr(subject), subject.reference, verdict.judged_at, verdict.policy_digest, __version__]


def _dependencies(models: Sequence[Model]) -> Iterator[dict[str, Any]]:
    if len(models) == 1:
        yield {"ref": SUBJECT, "dependsOn": [models[0].ref]}
    for model in models:
        yield {"ref": model.ref, **({"dependsOn": needed} if (needed := model.needed) else {})}


def _time(text: str) -> str:
    """`text` where it is a time with its zone; empty where it is none: reports that are judged again come from anywhere."""
    try:
        return quote(text) if datetime.fromisoformat(text).tzinfo else ""
    except ValueError:
        return ""
