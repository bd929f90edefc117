"""One model of a CycloneDX document: its component, its files inside it, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from hilt.core.catalogue import Catalogue
from hilt.core.fact import Known
from hilt.core.verdict import Verdict
from hilt.output.bom import Field
from hilt.output.bom_identity import place
from hilt.output.bom_properties import LONGEST, unread
from hilt.output.cyclonedx_card import model_card
from hilt.output.cyclonedx_files import files, hashes, references
from hilt.output.cyclonedx_licences import licences
from hilt.output.cyclonedx_places import properties
from hilt.output.cyclonedx_works import ancestors, datasets, software
from hilt.output.quote import quote


class Model:
    """One subject, and every object of the document that is about it. Their `bom-ref`s begin with `ref`."""

    def __init__(self, ref: str, verdict: Verdict, told: Sequence[Field], catalogue: Catalogue) -> None:
        self.ref, self.verdict = ref, verdict
        self.fields: Mapping[str, Field] = {field.id: field for field in told}
        self._catalogue = catalogue
        self._datasets = list(datasets(ref, self.fields["data.names"]))
        self._software = list(software(ref, self.fields["infrastructure.software"]))
        self.beside = [*self._datasets, *self._software]
        """The components of the document that belong to it, but are no part of it."""
        self.needed = [one["bom-ref"] for one in self.beside]
        """The `bom-ref`s of what it needs or was made of."""

    def named(self, ref: str) -> dict[str, Any]:
        """The component by its names alone."""
        field = self.fields
        at = place(self.verdict.report)
        named = {
            "type": "machine-learning-model",
            "bom-ref": ref,
            "group": quote(at.namespace) if at else "",
            "name": quote(str(field["model.name"].value or "unknown")),
            "version": _text(field["model.version"]),
            "description": _text(field["model.description"]),
            "purl": _text(field["model.id"]),
        }
        return {key: value for key, value in named.items() if value}

    @cached_property
    def component(self) -> dict[str, Any]:
        """Everything; what a field says that has no place of its own in the format stands in a property."""
        report, field = self.verdict.report, self.fields
        made: dict[str, Any] = {
            **self.named(self.ref),
            "supplier": {"name": _text(field["model.producer"])} if field["model.producer"].known else {},
            "hashes": hashes(report.subject),
            "licenses": list(licences(field, self._catalogue)),
            "pedigree": _not_empty({"ancestors": list(ancestors(self.ref, field["model.lineage"]))}),
            "externalReferences": list(references(report, field)),
            "components": list(files(self.ref, self.verdict)),
            "modelCard": model_card(field, [one["bom-ref"] for one in self._datasets]),
        }
        made = _not_empty(made)
        made["properties"] = [*properties(self.fields.values(), made), *unread(self.verdict)]
        return made

    @property
    def composition(self) -> dict[str, Any]:
        """Whether all that is inside was looked at."""
        complete = self.verdict.report.coverage.complete
        return {"aggregate": "complete" if complete else "incomplete", "assemblies": [self.ref]}


def _text(field: Field) -> str:
    return quote(" ".join(field.texts), LONGEST) if field.known is not Known.UNKNOWN else ""


def _not_empty(made: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in made.items() if value not in ("", [], {})}
