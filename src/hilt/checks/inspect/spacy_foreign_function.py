"""A spaCy config that brings in code from elsewhere.

What: functions in the registries (`@architectures`, `@callbacks`, `@misc`, `@readers` and the like) and component factories
that neither spaCy, Thinc nor the packages of their makers define; components that are taken from another pipeline
(`source`); functions that read files, in the parts that are used when the pipeline is loaded.

Why: spaCy looks such names up among all installed packages, imports the one that brings it and calls it as soon as the
pipeline is loaded. A pipeline that needs code of its own is only as safe as that code.

What it cannot see: which package brings a name, and what its function does; what a name becomes that is put together
from variables (`${...}`).

Fix: find out which package defines the name, and read it, before you install it; the pipeline does not load without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where

if TYPE_CHECKING:
    from hilt.formats.ini import Ini, Item

_LOADED = ("nlp", "components")
"""The sections that are used when a pipeline is loaded; the others when it is trained."""
_SHOWN = 100


def spacy_foreign_function(file: ReadFile[Ini]) -> Iterator[Finding]:
    from hilt.knowledge.spacy_registries import own_factory, own_function, plain, references

    for item in file.value.items:
        loaded = item.section.split(".", 1)[0] in _LOADED
        severity = Severity.MEDIUM if loaded else Severity.LOW
        when = "as the pipeline is loaded" if loaded else "when the pipeline is trained"
        for reference in references(item.key, item.value):
            name = reference.name[:_SHOWN]
            if not own_function(reference.name):
                said = f"[{item.section}] {reference.registry} names {name!r}, a function of another package, called {when}"
                yield _seen(file, item, severity, said)
            elif loaded and reference.name.startswith("srsly."):
                yield _seen(file, item, Severity.LOW, f"[{item.section}] {name} reads a file as the pipeline is loaded")
        if not item.section.startswith("components."):
            continue
        if item.key == "factory" and not own_factory(plain(item.value)):
            said = f"[{item.section}] is made by {plain(item.value)[:_SHOWN]!r}, a factory of another package"
            yield _seen(file, item, Severity.MEDIUM, said)
        elif item.key == "source" and item.section.count(".") == 1:
            said = f"[{item.section}] is taken from another pipeline, {plain(item.value)[:_SHOWN]!r}"
            yield _seen(file, item, Severity.MEDIUM, said)


def _seen(file: ReadFile[Ini], item: Item, severity: Severity, message: str) -> Finding:
    return Finding(check=CHECK.id, severity=severity, where=Where(path=file.path, line=item.line), message=message)


CHECK = listed("spacy-foreign-function")
