"""The licences that a subject claims, and the licence texts that it carries.

What: `license` in the front matter of a card, in package metadata, in `package.json` and in configs; files that hold the
text of a licence. It finds nothing; it states facts for the policy.

Why: whoever uses a model must know under which terms. Who carries the text of its licence besides naming it does what
most licences ask.

What it cannot see: whether a claim is true, which licence a text is, or what a licence asks.

Fix: ask the publisher to state the licence in the card and to add its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import LICENCE_CLAIMED, LICENCE_TEXT
from hilt.core.fact import Fact, Known

if TYPE_CHECKING:
    from hilt.formats.package_metadata import PackageMetadata

_NO_CLAIM = ("UNKNOWN", "unknown", "")


def licence_claims(file: ReadFile[Any]) -> Iterator[Fact]:
    claims = tuple(claim for claim in _claims(file) if claim not in _NO_CLAIM)
    if claims:
        yield Fact(key=LICENCE_CLAIMED.key, value=claims, known=Known.CLAIMED, source=file.path)
    if file.format == "licence":
        yield Fact(key=LICENCE_TEXT.key, value=(file.path,), known=Known.VERIFIED, source=file.path)


def _claims(file: ReadFile[Any]) -> Iterator[str]:
    if file.format == "model-card":
        yield from _words(file.value.metadata.get("license"))
    elif file.format == "json" and isinstance(file.value.value, dict):
        yield from _words(file.value.value.get("license"))
    elif file.format == "package-metadata":
        yield from _of_package(file.value)


def _of_package(metadata: PackageMetadata) -> Iterator[str]:
    """The expression, or the older field, or the classifiers where neither says anything."""
    said = metadata.values("License-Expression") or metadata.values("License")
    named = [value.splitlines()[0][:100] for value in said if value and value not in _NO_CLAIM]
    if not named:
        classes = [value.split("::") for value in metadata.values("Classifier")]
        named = [parts[-1].strip()[:100] for parts in classes if parts[0].strip() == "License" and len(parts) > 2]
    yield from named


def _words(value: Any) -> Iterator[str]:
    for word in value if isinstance(value, list) else [value]:
        if isinstance(word, str):
            yield word[:100].strip()


CHECK = listed("licence-claims")
