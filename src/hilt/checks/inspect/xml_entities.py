"""XML that declares entities.

What: a document type with declared entities, or one that is to be read from a file.

Why: an entity can stand for a file of the machine, for an address on the network, or for itself many times over: a
parser that expands entities leaks the file, calls the address or runs out of memory. No model format needs one.

What it cannot see: what stands behind the first entity; there the reading stops.

Fix: do not parse it with anything that expands entities. Ask the publisher for a file without a document type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.xml import Xml


def xml_entities(file: ReadFile[Xml]) -> Iterator[Finding]:
    def seen(severity: Severity, message: str, line: int | None = None) -> Finding:
        return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path, line=line), message=message)

    document = file.value
    if (entity := document.entity) is not None:
        stands = f"the file or address {entity.system!r}" if entity.system else f"the text {entity.value[:80]!r}"
        yield seen(Severity.HIGH, f"declares the entity {entity.name!r} for {stands}", entity.line)
    elif (system := document.doctype[1]) and not system.startswith(("http://", "https://")):
        yield seen(Severity.MEDIUM, f"takes its document type from {system!r}")
    elif system:
        yield seen(Severity.INFO, f"takes its document type from {system!r}")


CHECK = listed("xml-entities")
