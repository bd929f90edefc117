"""One model of an SPDX document: its package, its files, and what it is made from and with.

`PLACES` says where a field stands. What stands nowhere, or shares a place with other fields, is a property as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hilt.core.catalogue import Catalogue
from hilt.core.fact import Known
from hilt.core.verdict import Verdict
from hilt.output.bom import Field
from hilt.output.bom_properties import ITEMS, LONGEST, told, unread
from hilt.output.cyclonedx_card import metric
from hilt.output.cyclonedx_files import files, hashes, references
from hilt.output.cyclonedx_works import ancestors, datasets, software
from hilt.output.quote import quote
from hilt.output.spdx_graph import Graph
from hilt.output.spdx_licences import relate_licences

PLACES: Mapping[str, str] = {
    "bom.tool": "CreationInfo.createdUsing",
    "bom.timestamp": "CreationInfo.created",
    "bom.author": "CreationInfo.createdBy",
    "system.intended_use": "ai_informationAboutApplication",
    "system.out_of_scope": "ai_informationAboutApplication",
    "system.users": "ai_informationAboutApplication",
    "model.name": "name",
    "model.producer": "suppliedBy",
    "model.version": "software_packageVersion",
    "model.id": "software_packageUrl",
    "model.description": "description",
    "model.released": "releaseTime",
    "model.digest": "verifiedUsing",
    "model.file_hashes": "contains",
    "model.weight_hashes": "contains",
    "model.formats": "ai_hyperparameter",
    "model.dtypes": "ai_hyperparameter",
    "model.quantisation": "ai_hyperparameter",
    "model.parameters": "ai_hyperparameter",
    "model.parameters_active": "ai_hyperparameter",
    "model.context_length": "ai_hyperparameter",
    "model.architecture": "ai_typeOfModel",
    "model.family": "ai_typeOfModel",
    "model.task": "ai_domain",
    "model.lineage": "descendantOf",
    "model.licence_declared": "hasDeclaredLicense",
    "model.licence_concluded": "hasConcludedLicense",
    "model.limitations": "ai_limitation",
    "model.openness": "ai_standardCompliance",
    "model.osaid": "ai_standardCompliance",
    "data.names": "trainedOn",
    "data.description": "ai_informationAboutTraining",
    "data.tokens": "ai_informationAboutTraining",
    "kpi.compute_low": "ai_informationAboutTraining",
    "kpi.compute_high": "ai_informationAboutTraining",
    "kpi.hours": "ai_informationAboutTraining",
    "kpi.evaluations": "ai_metric",
    "kpi.energy": "ai_energyConsumption",
    "infrastructure.software": "dependsOn",
}
"""By field; small letters begin properties of the package, and the names of relations that begin at it."""
_SHARED = frozenset(
    {"ai_informationAboutApplication", "ai_informationAboutTraining", "ai_typeOfModel", "ai_standardCompliance"}
)
_OF_AI = ("suppliedBy", "software_downloadLocation", "software_packageVersion", "releaseTime")
"""What the AI profile asks of a package beyond what every package here has."""
_PURPOSES = {"model-card": "hasDocumentation", "sigstore-bundle": "hasEvidence"}


class Model(NamedTuple):
    ref: str
    package: Any
    elements: list[Any]
    conforms: bool
    """Whether all is known that the AI profile asks for."""


def add_model(graph: Graph, ref: str, verdict: Verdict, all_fields: Sequence[Field], catalogue: Catalogue) -> Model:
    before = {one.spdxId for one in graph}
    field = {one.id: one for one in all_fields}
    filled = {key: value for key, value in _package(graph, ref, verdict, field).items() if value not in (None, "", [])}
    alone = {one for one, place in PLACES.items() if place not in _SHARED and (place in filled or place[0] in "Ccdht")}
    properties = [*told(all_fields, lambda one: one.id in alone and bool(one.texts)), *unread(verdict)]
    package = graph.add("ai_AIPackage", ref, **filled, extension=graph.properties(properties))
    _add_files(graph, ref, package, verdict)
    _add_works(graph, ref, package, field)
    relate_licences(graph, ref, package, field, catalogue)
    elements = [one for one in graph if one.spdxId not in before]
    return Model(ref, package, elements, all(key in filled for key in _OF_AI))


def _package(graph: Graph, ref: str, verdict: Verdict, field: Mapping[str, Field]) -> dict[str, Any]:
    producer, named = _text(field["model.producer"]), references(verdict.report, field)
    energy = field["kpi.energy"].value
    return {
        "name": _text(field["model.name"]) or "unknown",
        "suppliedBy": graph.add("Organization", f"{ref}-producer", name=producer) if producer else None,
        "software_packageVersion": _text(field["model.version"]),
        "software_packageUrl": _text(field["model.id"]),
        "software_downloadLocation": next((one["url"] for one in named if one["type"] == "distribution"), ""),
        "software_primaryPurpose": graph.term("software_SoftwarePurpose", "model"),
        "description": _text(field["model.description"]),
        "releaseTime": _day(field["model.released"]),
        "verifiedUsing": graph.hashes(hashes(verdict.report.subject)),
        "ai_typeOfModel": _list(field["model.architecture"], field["model.family"]),
        "ai_domain": _list(field["model.task"]),
        "ai_informationAboutApplication": _lines(field, "ai_informationAboutApplication"),
        "ai_informationAboutTraining": _lines(field, "ai_informationAboutTraining"),
        "ai_limitation": _text(field["model.limitations"]),
        "ai_standardCompliance": list(_standards(field)),
        "ai_hyperparameter": graph.entries(_hyperparameters(field)),
        "ai_metric": graph.entries(_metrics(field["kpi.evaluations"])),
        "ai_energyConsumption": _energy(graph, energy) if isinstance(energy, int | float) else None,
    }


def _add_files(graph: Graph, ref: str, package: Any, verdict: Verdict) -> None:
    """Its files, as CycloneDX has them, and which of them tell something of it."""
    kinds: dict[str, list[Any]] = {"contains": [], "hasDocumentation": [], "hasEvidence": []}
    for told_of in files(ref, verdict):
        known = {one["name"]: one["value"] for one in told_of["properties"]}
        relation = _PURPOSES.get(known["hilt:format"], "")
        weights, card = "hilt:role" in known, relation == "hasDocumentation"
        file = graph.add(
            "software_File",
            told_of["bom-ref"],
            name=told_of["name"],
            verifiedUsing=graph.hashes(told_of.get("hashes", ())),
            software_primaryPurpose=graph.term(
                "software_SoftwarePurpose", "model" if weights else "documentation" if card else "file"
            ),
            extension=graph.properties(told_of["properties"]),
        )
        kinds["contains"].append(file)
        if relation:
            kinds[relation].append(file)
    seen = "complete" if verdict.report.coverage.complete else "incomplete"
    for relation, all_of in kinds.items():
        graph.relate(f"{ref}-{relation}", package, relation, all_of, seen if relation == "contains" else "noAssertion")


def _add_works(graph: Graph, ref: str, package: Any, field: Mapping[str, Field]) -> None:
    """Base models, datasets and packages, as CycloneDX has them; none of them was looked into."""
    works = (
        ("descendantOf", "software_Package", ancestors(ref, field["model.lineage"])),
        ("trainedOn", "dataset_DatasetPackage", datasets(ref, field["data.names"])),
        ("dependsOn", "software_Package", software(ref, field["infrastructure.software"])),
    )
    for relation, kind, all_of in works:
        made = []
        for one in all_of:
            data = kind == "dataset_DatasetPackage"
            more = {"dataset_datasetType": [graph.term("dataset_DatasetType", "noAssertion")]} if data else {}
            work = graph.add(
                kind,
                one["bom-ref"],
                name=one["name"],
                software_packageUrl=one.get("purl", ""),
                software_primaryPurpose=graph.term(
                    "software_SoftwarePurpose", "model" if one["type"] == "machine-learning-model" else one["type"]
                ),
                extension=graph.properties(one["properties"]),
                **more,
            )
            made.append(work)
        graph.relate(f"{ref}-{relation}", package, relation, made)


def _hyperparameters(field: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    for name, place in PLACES.items():
        if place == "ai_hyperparameter":
            for text in field[name].texts[:ITEMS]:
                yield name.partition(".")[2], quote(text, LONGEST)


def _metrics(results: Field) -> Iterator[tuple[str, str]]:
    """The metric, with what it was measured on, and its value."""
    for text in results.texts[:ITEMS]:
        one = metric(text)
        measured_on = one.get("slice", "")
        yield one.get("type", "unknown") + (f" ({measured_on})" if measured_on else ""), one.get("value", "")


def _standards(field: Mapping[str, Field]) -> Iterator[str]:
    """Only what is met."""
    reached = field["model.openness"].value
    if isinstance(reached, int) and 1 <= reached <= 3:
        yield f"Model Openness Framework, class {reached}"
    if field["model.osaid"].value == "met":
        yield "Open Source AI Definition 1.0"


def _lines(field: Mapping[str, Field], place: str) -> str:
    """What shares a place, a line for each."""
    names = [name for name, one in PLACES.items() if one == place and field[name].texts]
    return "\n".join(f"{field[name].title}: {_text(field[name])}" for name in names)


def _energy(graph: Graph, kilowatt_hours: float) -> Any:
    unit = graph.term("ai_EnergyUnitType", "kilowattHour")
    used = graph.part("ai_EnergyConsumptionDescription", ai_energyQuantity=float(kilowatt_hours), ai_energyUnit=unit)
    return graph.part("ai_EnergyConsumption", ai_trainingEnergyConsumption=[used])


def _day(field: Field) -> datetime | None:
    """Midnight of the day; SPDX has no days."""
    try:
        day = datetime.strptime(str(field.value), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return day if day.year >= 1970 else None


def _list(*fields: Field) -> list[str]:
    return list(dict.fromkeys(quote(text, LONGEST) for field in fields for text in field.texts[:ITEMS]))


def _text(field: Field) -> str:
    return quote(" ".join(field.texts), LONGEST) if field.known is not Known.UNKNOWN else ""
