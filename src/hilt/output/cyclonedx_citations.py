"""Who says what stands in a CycloneDX document, at the places that the format has for it: its citations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hilt.core.fact import Known
from hilt.output.bom_properties import LONGEST
from hilt.output.cyclonedx_model import Model
from hilt.output.cyclonedx_places import PLACES, stands
from hilt.output.quote import quote


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
                if place.startswith("//") and model is models[0] and stands(document, place[2:]):
                    cited.setdefault((field.known, field.source), []).append(place[1:])
                elif not place.startswith("//") and stands(model.component, place):
                    cited.setdefault((field.known, field.source), []).append(f"{at}/{place}")
        for (known, source), pointers in cited.items():
            path = quote(source.rpartition(":")[0] if source.rpartition(":")[2].isdigit() else source)
            yield {
                "pointers": list(dict.fromkeys(pointers)),
                "timestamp": timestamp,
                "attributedTo": files.get(path, tool),
                "note": quote(f"{known.word}: {source}", LONGEST),
            }
