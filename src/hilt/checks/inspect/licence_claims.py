"""The licences that a subject claims, and the licence texts that it carries.

What: `license` in the front matter of a card, in package metadata, in `package.json` and in configs; files that hold the
text of a licence. It finds nothing; it states facts for the policy.

Why: whoever uses a model must know under which terms. Who carries the text of its licence besides naming it does what
most licences ask.

What it cannot see: whether a claim is true, which licence a text is, or what a licence asks.

Fix: ask the publisher to state the licence in the card and to add its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.checks.inspect.facts import LICENCE_CLAIMED, LICENCE_TEXT
from hilt.core.fact import Fact, Known

_METADATA = re.compile(rb"^License(?:-Expression)?: *(\S.{0,99})$", re.MULTILINE)
_METADATA_BYTES = 1 << 16
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
    elif file.format == "text":
        head = file.source.read(0, _METADATA_BYTES).partition(b"\n\n")[0].replace(b"\r", b"")
        if head.startswith(b"Metadata-Version:"):
            yield from (found.decode("utf-8", "replace").strip() for found in _METADATA.findall(head))


def _words(value: Any) -> Iterator[str]:
    for word in value if isinstance(value, list) else [value]:
        if isinstance(word, str):
            yield word[:100].strip()


CHECK = listed("licence-claims")
