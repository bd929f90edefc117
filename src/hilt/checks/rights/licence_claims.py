"""The licences that a subject claims, and the licence texts that it carries.

What: the licence as it is spelled in the front matter of a card, in package metadata, in `package.json` and configs, and
in the headers of GGUF, safetensors and ONNX; files that hold the text of a licence. It finds nothing; it states facts.

Why: whoever uses a model must know under which terms. Who carries the text of its licence besides naming it does what
most licences ask.

What it cannot see: whether a claim is true. Which licence is meant, and what it asks, is told by the other checks of rights.

Fix: ask the publisher to state the licence in the card and to add its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.rights.facts import LICENCE_CLAIMED, LICENCE_TEXT
from hilt.core.fact import Fact, Known

if TYPE_CHECKING:
    from hilt.formats.package_metadata import PackageMetadata

_NO_CLAIM = ("UNKNOWN", "unknown", "")
_LONGEST, _MOST = 200, 32
"""Letters of a spelling, and spellings that are told of one file."""
_OLDER = frozenset({"package.json", "package-package.json", "composer.json", "bower.json", "datapackage.json"})
"""Where a list of licences is that of the subject; that of annotations speaks of each picture."""
_KEYS = ("license", "license_name", "license_link", "license_url")


def licence_claims(file: ReadFile[Any]) -> Iterator[Fact]:
    claims = tuple(dict.fromkeys(claim for claim in _claims(file) if claim not in _NO_CLAIM))[:_MOST]
    if claims:
        yield Fact(key=LICENCE_CLAIMED.key, value=claims, known=Known.CLAIMED, source=file.path)
    if file.format == "licence":
        yield Fact(key=LICENCE_TEXT.key, value=(file.path,), known=Known.VERIFIED, source=file.path)


def _claims(file: ReadFile[Any]) -> Iterator[str]:
    match file.format:
        case "model-card":
            yield from _words(file.value.metadata.get("license"))
        case "json" | "yaml":
            documents = file.value.documents[:1] if file.format == "yaml" else [file.value.value]
            for document in documents:
                if isinstance(document, dict):
                    older = document.get("licenses") if file.name.lower() in _OLDER else None
                    yield from _words(document.get("license", older))
        case "package-metadata":
            yield from _of_package(file.value)
        case "gguf":
            yield from _of_header({key: file.value.value(f"general.{key.replace('_', '.')}") for key in _KEYS})
        case "safetensors" | "onnx" | "ort":
            yield from _of_header({key: file.value.metadata.get(key) for key in _KEYS})
        case "coreml":
            yield from _of_header(dict.fromkeys(_KEYS) | {"license": file.value.licence})


def _of_header(said: Mapping[str, Any]) -> Iterator[str]:
    """The licence, then its name, then where its text stands."""
    for key in _KEYS:
        value = said[key]
        if isinstance(value, str) and 0 < len(value) <= _LONGEST:
            yield value


def _of_package(metadata: PackageMetadata) -> Iterator[str]:
    """The expression, or the older field, or the classifiers where neither says anything."""
    said = metadata.values("License-Expression") or metadata.values("License")
    named = [value.splitlines()[0][:100] for value in said if value and value not in _NO_CLAIM]
    if not named:
        classes = [value.split("::") for value in metadata.values("Classifier")]
        named = [parts[-1].strip()[:100] for parts in classes if parts[0].strip() == "License" and len(parts) > 2]
    yield from named


def _words(value: Any) -> Iterator[str]:
    for word in value[:_MOST] if isinstance(value, list) else [value]:
        said = word.get("type", word.get("name")) if isinstance(word, dict) else word
        if isinstance(said, str):
            yield said[:_LONGEST].strip()


CHECK = listed("licence-claims")
