"""PMML that calls functions which the standard does not define.

What: functions that are applied, and neither belong to the standard nor are defined in the document, above all names of Java
classes; extensions that name a class or a script; tables that lie outside the document.

Why: JPMML takes the name of such a function for a class of Java, loads it from wherever the application finds classes, and
runs it with all rights of the application; other engines have ways of their own. The document does not bring the code, but
chooses which of it runs. An ordinary model needs the functions of the standard only.

What it cannot see: what the class does, or whether there is one; text inside of extensions.

Fix: ask which library the function belongs to, and check that library as you would any program; or export the model again
with functions of the standard.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hilt.checks import listed
from hilt.checks.check import ReadFile
from hilt.core.finding import Finding, Severity, Where
from hilt.knowledge.pmml_functions import BUILT_IN, JAVA_CLASS, NAMES_CODE

if TYPE_CHECKING:
    from hilt.formats.pmml import Pmml


def pmml_functions(file: ReadFile[Pmml]) -> Iterator[Finding]:
    def seen(message: str, line: int) -> Finding:
        return Finding(
            check=CHECK.id, severity=Severity.MEDIUM, where=Where(path=file.path, line=line), message=message
        )

    model = file.value
    for name, line in model.applied.items():
        if JAVA_CLASS.fullmatch(name) and name not in model.defined:
            yield seen(f"applies {name!r}, the name of a Java class, which JPMML loads and calls", line)
        elif name not in BUILT_IN | model.defined:
            yield seen(f"applies {name!r}, which neither the standard nor the document defines", line)
    told = set[tuple[str, str]]()
    for extension in model.extensions:
        named = NAMES_CODE.search(extension.name) is not None
        if named and (extension.name, extension.value) not in told:
            told.add((extension.name, extension.value))
            yield seen(f"an extension {extension.name!r} names or holds code: {extension.value!r}", extension.line)
    for line in model.tables:
        yield seen("takes a table from outside the document (TableLocator)", line)


CHECK = listed("pmml-functions")
