"""The elements of an SPDX document, and the one door to `spdx-python-model`: it knows the types of SPDX 3.0.1, and refuses
what they do not allow.

Specification: SPDX 3.0.1, JSON-LD serialisation. Elements are named `NAMESPACE#NAME`, so that the same document always has
the same names in it, and another one others: what is told of a subject later is no longer the same element.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from hilt.core.errors import MissingExtra


class Graph:
    """Makes elements, and keeps them. What it returns are objects of the library."""

    def __init__(self, namespace: str) -> None:
        try:
            from spdx_python_model.bindings import v3_0_1
        except ImportError:
            raise MissingExtra("a bill of materials as SPDX", "spdx") from None
        self._model: Any = v3_0_1
        self._namespace = namespace
        self._elements = v3_0_1.SHACLObjectSet()
        self._creation: Any = None

    def creation(self, created: datetime, *, author: str, tool: str) -> None:
        """Who made the document, when, and with what; to be called before the first element is added."""
        self._creation = self.part("CreationInfo", created=created, specVersion="3.0.1")
        made_by = self.add("Organization" if author else "SoftwareAgent", "author", name=author or tool)
        self._creation.createdBy = [made_by]
        self._creation.createdUsing = [self.add("Tool", "tool", name=tool)]

    def add(self, kind: str, name: str, /, **properties: Any) -> Any:
        """An element of its own. Properties that are empty are left out."""
        filled = {key: value for key, value in properties.items() if value not in (None, "", [])}
        element = getattr(self._model, kind)(spdxId=f"{self._namespace}#{name}", creationInfo=self._creation, **filled)
        self._elements.add(element)
        return element

    def relate(self, name: str, source: Any, kind: str, to: Iterable[Any], completeness: str = "noAssertion") -> None:
        """That `source` stands in this relation to all of `to`; nothing where there are none."""
        if targets := list(to):
            self.add(
                "Relationship",
                name,
                from_=source,
                relationshipType=self.term("RelationshipType", kind),
                to=targets,
                completeness=self.term("RelationshipCompleteness", completeness),
            )

    def part(self, kind: str, **properties: Any) -> Any:
        """An object that stands inside an element."""
        return getattr(self._model, kind)(**properties)

    def term(self, kind: str, name: str) -> str:
        """The IRI of a word from one of the vocabularies of SPDX."""
        return str(getattr(self._model, kind).NAMED_INDIVIDUALS[name])

    def entries(self, pairs: Iterable[tuple[str, str]]) -> list[Any]:
        return [self.part("DictionaryEntry", key=key, **({"value": value} if value else {})) for key, value in pairs]

    def hashes(self, told: Iterable[dict[str, str]]) -> list[Any]:
        """Digests as CycloneDX writes them."""
        return [
            self.part(
                "Hash",
                algorithm=self.term("HashAlgorithm", one["alg"].replace("-", "").lower()),
                hashValue=one["content"],
            )
            for one in told
        ]

    def properties(self, told: Iterable[dict[str, str]]) -> list[Any]:
        """An extension with properties as CycloneDX has them."""
        found = [
            self.part(
                "extension_CdxPropertyEntry", extension_cdxPropName=one["name"], extension_cdxPropValue=one["value"]
            )
            for one in told
        ]
        return [self.part("extension_CdxPropertiesExtension", extension_cdxProperty=found)] if found else []

    def __iter__(self) -> Iterator[Any]:
        """All elements so far, by their names."""
        return iter(sorted((one for one in self._elements.objects), key=lambda one: str(one.get_id())))

    def encode(self) -> Any:
        """The document. The library raises here where a type is wrong or something is missing that must be there."""
        return self._model.JSONLDSerializer().serialize_data(self._elements, force_at_graph=True)
