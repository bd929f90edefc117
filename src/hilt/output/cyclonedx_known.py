"""How what stands in a CycloneDX document is known: properties for every field, and citations for those with a place of their
own in the format.

`PLACES` says where in its component a field stands, as JSON Pointers. A field that stands in none of them is written as
properties. The names of all properties are in `docs/aibom.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hilt.core.fact import Known
from hilt.core.verdict import Verdict
from hilt.output.bom import Field
from hilt.output.quote import quote

if TYPE_CHECKING:
    from hilt.output.cyclonedx_model import Model

LONGEST = 1_000
"""Letters of a text that is written as one."""
ITEMS = 200
"""Items of a list that are written, each as a property of its own."""

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


PROPERTIES: Mapping[str, str] = {
    "known:FIELD": "how the field is known: `unknown`, `claimed`, `consistent` or `verified`; there for every field",
    "source:FIELD": "the file and line that says so, or what worked it out",
    "value:FIELD": "the value of a field that has no place of its own in the format, once for each item of a list; `none` "
    "where it is known that there is none",
    "gap": "something that was not read or not checked, and why",
    "known:hashes": "of a file: `verified` where hilt digested it, `claimed` where a hub states the digest",
    "size": "of a file: bytes",
    "format": "of a file: what it is by its bytes, as in [formats.md](formats.md)",
    "role": "of a file: `weights`",
    "finding": "of a file: severity, check and what was seen",
    "relation": "of an ancestor: `finetune`, `quantized`, `adapter`, `merge`, `copy`, `distilled`, `tokenizer` or `unknown`",
    "requirement": "of a package: what is asked for, as it is spelled",
    "known:name": "of a dataset, a package or an ancestor: how it is known that the model is made from it, or needs it",
    "source:name": "of the same: who says so",
}
"""Every property, without the `hilt:` that its name begins with, and what it says."""


def property_of(name: str, value: str) -> dict[str, str]:
    return {"name": f"hilt:{name}", "value": quote(value, LONGEST)}


def properties(fields: Iterable[Field], component: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """What is told of every field, beside what the component says itself."""
    return told(fields, lambda field: any(_stands(component, at) for at in PLACES.get(field.id, ())))


def told(fields: Iterable[Field], stands: Callable[[Field], bool]) -> Iterator[dict[str, str]]:
    """How each field is known, where it was seen, and its value unless it `stands` somewhere else."""
    for field in fields:
        yield property_of(f"known:{field.id}", field.known.word)
        if field.source:
            yield property_of(f"source:{field.id}", field.source)
        if field.known is not Known.UNKNOWN and not stands(field):
            for text in field.texts[:ITEMS] or ("none",):
                yield property_of(f"value:{field.id}", text)
            if len(field.texts) > ITEMS:
                yield property_of(f"value:{field.id}", f"{len(field.texts) - ITEMS} more")


def unread(verdict: Verdict) -> Iterator[dict[str, str]]:
    """Gaps, since silence is not safety; the JSON output has them all."""
    gaps = verdict.report.coverage.gaps
    for gap in gaps[:50]:
        yield property_of("gap", f"{gap.what} {gap.path}: {gap.state.value}: {gap.why}")
    if len(gaps) > 50:
        yield property_of("gap", f"{len(gaps) - 50} more")


def citations(
    document: Mapping[str, Any], models: Sequence[Model], *, tool: str, timestamp: str
) -> Iterator[dict[str, Any]]:
    """Who says what stands at the places of `PLACES`: a file of the model, or hilt where it worked it out itself."""
    places = {id(component): number for number, component in enumerate(document["components"])}
    for model in models:
        at = f"/components/{places[id(model.component)]}"
        files = {one["name"]: one["bom-ref"] for one in model.component.get("components", ())}
        cited: dict[tuple[Known, str], list[str]] = {}
        for field in model.fields.values():
            if field.known is Known.UNKNOWN:
                continue
            for place in PLACES.get(field.id, ()):
                if place.startswith("//") and model is models[0] and _stands(document, place[2:]):
                    cited.setdefault((field.known, field.source), []).append(place[1:])
                elif not place.startswith("//") and _stands(model.component, place):
                    cited.setdefault((field.known, field.source), []).append(f"{at}/{place}")
        for (known, source), pointers in cited.items():
            path = quote(source.rpartition(":")[0] if source.rpartition(":")[2].isdigit() else source)
            yield {
                "pointers": list(dict.fromkeys(pointers)),
                "timestamp": timestamp,
                "attributedTo": files.get(path, tool),
                "note": quote(f"{known.word}: {source}", LONGEST),
            }


def _stands(tree: Mapping[str, Any], place: str) -> bool:
    """Whether there is something at this place; one that begins at the document always is."""
    if place.startswith("//"):
        return True
    found: Any = tree
    for part in place.split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found not in (None, "", [], {})
